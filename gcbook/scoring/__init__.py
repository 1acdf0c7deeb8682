"""From images to raw scores: the engine, the race between classes, the store."""
