"""Correlations over few observers: an interval, and a test that counts every arrangement.

The null hypothesis is that any value of one quantity could as well have stood beside any value of
the other. It takes observers as exchangeable, which relatives are not: a test over six networks of
one family and three others counts the six as six witnesses.
"""

import math
from dataclasses import dataclass
from functools import cache
from itertools import permutations

import numpy as np
import numpy.typing as npt
from scipy import stats

from gcbook.stats.resampling import Resampling

MOST_EXACT = 9
"""Observers up to which all arrangements are counted: 9! = 362,880."""

ARRANGEMENTS = 99_999
"""Random ones, where there are more observers."""

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Correlation:
    """One coefficient.

    Attributes:
        coefficient: "Pearson" or "Spearman".
        n: observers.
        r: its value in [-1, 1], NaN where a quantity does not vary or n < 3.
        low: end of the interval, NaN where n < 4 or r is ±1, of which Fisher's transformation says
            nothing.
        high: other end.
        p: share of arrangements whose coefficient is at least as far from 0.
        arrangements: that were counted; for random ones the given one is among them.
        exact: whether these were all there are.
    """

    coefficient: str
    n: int
    r: float
    low: float
    high: float
    p: float
    arrangements: int
    exact: bool


def correlate(
    x: npt.ArrayLike, y: npt.ArrayLike, *, resampling: Resampling = Resampling()
) -> tuple[Correlation, Correlation]:
    """Correlate two quantities of the same observers.

    Intervals are those of Fisher's transformation, with the variance 1/(n − 3) for Pearson's
    coefficient and (1 + r²/2)/(n − 3) for Spearman's (Bonett & Wright, 2000).

    Args:
        x, y: one number an observer, in the same order.
        resampling: confidence of the intervals, and seed of the random arrangements that more than
            `MOST_EXACT` observers need; nothing is resampled.

    Returns:
        Pearson's and Spearman's coefficient.

    >>> pearson, spearman = correlate([1, 2, 3, 4], [1, 2, 3, 5])
    >>> round(pearson.r, 3), spearman.r, round(spearman.p, 3)  # 2 of 24: in order, and reversed
    (0.983, 1.0, 0.083)
    """
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    ranks = stats.rankdata(first), stats.rankdata(second)
    return (
        _correlate("Pearson", first, second, resampling),
        _correlate("Spearman", *ranks, resampling),
    )


def _correlate(name: str, x: np.ndarray, y: np.ndarray, resampling: Resampling) -> Correlation:
    n, nan = len(x), math.nan
    # What differs by rounding alone does not vary.
    varies = all(n and np.ptp(v) > _ROUNDING * np.abs(v).max() for v in (x, y))
    if n < 3 or not varies:
        return Correlation(name, n, nan, nan, nan, nan, 0, False)
    unit = [(v - v.mean()) / np.linalg.norm(v - v.mean()) for v in (x, y)]
    if exact := n <= MOST_EXACT:
        others = _all_orders(n)
    else:
        order = np.tile(np.arange(n), (ARRANGEMENTS, 1))
        others = np.random.default_rng(resampling.seed).permuted(order, axis=1)
    r = float(np.clip(unit[0] @ unit[1], -1, 1))
    as_far = int((np.abs(unit[0][others] @ unit[1]) >= abs(r) - _ROUNDING).sum())
    # Of random arrangements the given one is one more, so that p is never 0.
    counted = len(others) + (not exact)
    p = (as_far + (not exact)) / counted
    low, high = fisher_interval(r, n, resampling.confidence, ranks=name == "Spearman")
    return Correlation(name, n, r, low, high, p, counted, exact)


@cache
def _all_orders(n: int) -> npt.NDArray[np.int8]:
    return np.array(list(permutations(range(n))), dtype=np.int8)


def fisher_interval(
    r: float, n: int, confidence: float = 0.95, *, ranks: bool = False
) -> tuple[float, float]:
    """Return the interval of a coefficient over n observers, see `correlate`.

    Both ends are NaN where n < 4 or r is ±1.

    >>> [round(end, 2) for end in fisher_interval(0.5, 28)]
    [0.16, 0.74]
    """
    if n < 4 or abs(r) > 1 - _ROUNDING:
        return math.nan, math.nan
    variance = (1 + r * r / 2 if ranks else 1) / (n - 3)
    half = stats.norm.ppf((1 + confidence) / 2) * math.sqrt(variance)
    return math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


def fisher_difference(r: float, n: int, other: float, points: int) -> tuple[float, float]:
    """Compare Pearson's coefficients of two independent samples by Fisher's transformation.

    The first is ``r``, over ``n`` observers; the second is ``other``, over ``points``.

    Returns:
        z, positive where the first is the larger, and its two-sided p; both NaN where a sample has
        fewer than 4 observers or a coefficient is ±1, as in `fisher_interval`.

    >>> [round(value, 3) for value in fisher_difference(0.8, 28, 0.5, 28)]
    [1.942, 0.052]
    """
    if min(n, points) < 4 or max(abs(r), abs(other)) > 1 - _ROUNDING:
        return math.nan, math.nan
    z = (math.atanh(r) - math.atanh(other)) / math.sqrt(1 / (n - 3) + 1 / (points - 3))
    return z, 2 * float(stats.norm.sf(abs(z)))


def partial(x: npt.ArrayLike, y: npt.ArrayLike, given: npt.ArrayLike) -> float:
    """Return Pearson's coefficient of x and y once a third quantity is held constant.

    NaN where a quantity does not vary, or where x or y follows the third without a remainder.

    >>> round(partial([1, 2, 3, 4], [1, 2, 3, 5], [1, 1, 2, 2]), 3)
    0.949
    """
    of = np.atleast_2d(np.corrcoef(np.array([x, y, given], dtype=np.float64)))
    left = (1 - of[0, 2] ** 2) * (1 - of[1, 2] ** 2)
    if np.isnan(left) or left <= _ROUNDING:
        return math.nan
    return float((of[0, 1] - of[0, 2] * of[1, 2]) / math.sqrt(left))
