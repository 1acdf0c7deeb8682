"""Images that observers are shown: sets on disk."""
