"""What chapters compute beyond a cell, and what they can be asked to do differently."""
