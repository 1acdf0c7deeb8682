"""How long images were shown, by the files that say so: those of the book's own experiment.

A browser may be late with a frame. What follows from it is one rule, for the page on which a class
drops its files and for whoever reads them here.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

IMAGE_MS = 200
"""Milliseconds for which an image is shown, as in Geirhos et al. (2019)."""

TOLERANCE_MS = 20
"""Milliseconds by which an image may be off its time and count: a late frame of a screen with 60
frames a second, and not two."""

MOST_OFF = 0.25
"""Of a session's images: with more of them off their time, no image of it counts."""


class OffTimeWarning(UserWarning):
    """Images were shown too long or too briefly, and their trials are left out."""


def off_time(image_ms: npt.NDArray[np.float64], sessions: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which trials do not count: those off their time, and all of a session with many.

    Args:
        image_ms: (trials,), how long each image was shown, in milliseconds; NaN where it stayed
            until the answer, or nobody measured it.
        sessions: (trials,), of which session each is: rows that are alike are of one.

    Returns:
        (trials,), true for those that do not count.
    """
    off = np.abs(image_ms - IMAGE_MS) > TOLERANCE_MS
    if not off.any():
        return off
    share = (
        pd.Series(off).groupby([sessions[name].to_numpy() for name in sessions]).transform("mean")
    )
    return off | (share > MOST_OFF).to_numpy()
