"""How good a forecast is that says in which interval a value will lie.

The interval score (Gneiting & Raftery, 2007, Eq. 43) adds up the interval's width and, where the
value lies outside, how far outside, times 2/α, for a coverage of 1 − α. Narrow intervals are worth
something only if they hold, and the forecaster who expects the best score says what is believed.
"""

import numpy as np
import numpy.typing as npt

from gcbook.stats.resampling import Floats


def interval_score(
    low: npt.ArrayLike, high: npt.ArrayLike, outcome: npt.ArrayLike, coverage: float
) -> Floats:
    """Score intervals by what came out; the lower, the better.

    Args:
        low, high: ends of the intervals, which fit each other in shape.
        outcome: what came out, on the same scale.
        coverage: the probability with which an interval is meant to contain it, in (0, 1).

    Returns:
        On the scale of the outcomes, at least the width.

    >>> interval_score([0.2, 0.2], [0.4, 0.4], [0.3, 0.45], coverage=0.8).round(3).tolist()
    [0.2, 0.7]
    """
    low, high, outcome = (np.asarray(each, dtype=np.float64) for each in (low, high, outcome))
    outside = np.maximum(low - outcome, 0) + np.maximum(outcome - high, 0)
    return np.asarray(high - low + 2 / (1 - coverage) * outside)
