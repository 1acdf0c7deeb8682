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


def dependent_difference(
    y: npt.ArrayLike, x: npt.ArrayLike, other: npt.ArrayLike, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Compare Pearson's coefficients of one quantity with two others of the same observers.

    The interval (Zou, 2007) is made of those of both coefficients (`fisher_interval`) and of the
    correlation between the two, so that it is not symmetrical.

    Args:
        y: the quantity that both are correlated with.
        x, other: the two, in the same order of observers.
        confidence: of the interval.

    Returns:
        The coefficient of y with x minus that of y with the other, and the ends of the interval;
        NaN where `fisher_interval` is.

    >>> [round(v, 2) for v in dependent_difference([1, 2, 3, 4], [1, 3, 2, 4], [2, 1, 4, 3])]
    [0.2, -1.35, 1.67]
    """
    of = np.atleast_2d(np.corrcoef(np.array([y, x, other], dtype=np.float64)))
    first, second, between = of[0, 1], of[0, 2], of[1, 2]
    n = np.size(y)
    ends = [fisher_interval(r, n, confidence) for r in (first, second)]
    if np.isnan([first, second, between, *ends[0], *ends[1]]).any():
        return math.nan, math.nan, math.nan
    left = (1 - first**2) * (1 - second**2)
    part = (between - first * second / 2) * (1 - first**2 - second**2 - between**2)
    together = (part + between**3) / left
    below, above = (
        [abs(end - r) for r, end in zip((first, second), side, strict=True)]
        for side in zip(*ends, strict=True)
    )
    reach = [
        math.sqrt(max(a**2 + b**2 - 2 * together * a * b, 0))
        for a, b in ((below[0], above[1]), (above[0], below[1]))
    ]
    difference = float(first - second)
    return difference, difference - reach[0], difference + reach[1]
