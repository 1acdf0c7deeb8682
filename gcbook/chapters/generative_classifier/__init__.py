"""A world of which everything is known."""
