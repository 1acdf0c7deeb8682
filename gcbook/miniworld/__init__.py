"""The miniature world: its images, the recipes and their training, the shipped results."""
