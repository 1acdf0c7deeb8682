"""Distances of regenerated images in which one prompt sticks."""

import numpy as np

from gcbook.paper.categories import CATEGORIES
from tiny.shipped import least

NAMES = [f"{name}{number}-{name}1.png" for name in CATEGORIES for number in (1, 2, 3)]
STICKY = CATEGORIES[3]


def sticks(rows):
    """The right prompt comes closest but for one that changes nothing, whatever is shown."""
    error = least(rows, rows["category"]) + 1
    return np.where(rows["label"] == STICKY, 0.1 + 0.5 * (rows["category"] != STICKY), error)
