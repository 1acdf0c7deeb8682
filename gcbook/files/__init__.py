"""Files written whole or not at all, locks, archives; and the errors of the package."""
