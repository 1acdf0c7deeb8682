"""What the paper and its benchmark fix: categories, experiments, observers, printed numbers."""
