"""Files written whole or not at all, locks, archives, interruptions; errors of the package."""
