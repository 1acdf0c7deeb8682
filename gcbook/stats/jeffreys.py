r"""An interval for a share of few trials: one observer, sixteen images.

With S successes in n trials, Jeffreys' interval runs between the
:math:`\alpha/2` and :math:`1 - \alpha/2` quantiles of

.. math:: \text{Beta}(S + \tfrac12,\; n - S + \tfrac12),

from 0 where S = 0 and to 1 where S = n (Brown, Cai & DasGupta, 2001). A bootstrap is of no use for
so few trials: an observer that never named a texture would get an interval of no width. Jeffreys'
interval covers on average what it says, and near a shape bias of 1, where people are, it is shorter
than those of Wilson and of Clopper and Pearson.
"""

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

Floats = npt.NDArray[np.floating]


def jeffreys_interval(
    successes: npt.ArrayLike, n: npt.ArrayLike, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    """Return the ends of the interval for a share; both NaN where there are no trials.

    For a shape bias, successes are the answers that name the shape, and n those that name shape or
    texture.

    Args:
        successes: how many of the trials, 0 to n; any shape.
        n: trials; a shape that broadcasts.
        confidence: of the interval, between 0 and 1.

    >>> low, high = jeffreys_interval(12, 13)
    >>> round(float(low), 3), round(float(high), 3)
    (0.693, 0.992)
    """
    hits, trials = np.broadcast_arrays(np.asarray(successes, float), np.asarray(n, float))
    tail = (1 - confidence) / 2
    low = beta.ppf(tail, hits + 0.5, trials - hits + 0.5)
    high = beta.ppf(1 - tail, hits + 0.5, trials - hits + 0.5)
    low = np.where(hits == 0, 0.0, low)
    high = np.where(hits == trials, 1.0, high)
    return np.where(trials > 0, low, np.nan), np.where(trials > 0, high, np.nan)
