"""The calibrated world, and how it was found."""
