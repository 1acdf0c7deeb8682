"""The figures that weight noise levels live, and what restored images have lost."""
