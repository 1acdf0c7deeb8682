r"""Many paired differences: their intervals, and step-down max-t tests of all as one family.

A difference d of two observers has the standard error s and the degrees of freedom of
`gcbook.stats.jackknife`. Of small sets d/s is skewed, and mostly so where kappa rests on few
errors: a small value has few influences, and so a small error. With :math:`\gamma` the skewness of
d that the cubes of the influences tell, Hall's (1992) transformation

.. math:: h(t) = t + \tfrac13 \gamma t^2 + \tfrac1{27} \gamma^2 t^3 + \tfrac16 \gamma

takes most of that away; it rises everywhere, so that intervals are those d at which h(d/s) is as
large as Student's t allows. A test asks the same of 0, and both always agree.

Among many tests the largest of many statistics is what misleads. So each is held against the
largest of those that are not yet decided, by chance alone (Westfall & Young, 1993; Romano & Wolf,
2005): normal deviates with the covariance of the differences, each test's p-value as their
quantile. All tests share these draws: observers who err alike are counted as such, and the least
corrected p-value that B draws allow, 1/(B + 1), does not grow with the number of tests, as it does
with the corrections of Bonferroni and Holm.

A verdict takes the sign of its difference. To call two different in the wrong direction is an error
as well, and the tests count it as one: with near-equal observers in the family the rate holds. How
often anything false is said on small sets is simulated in ``benchmarks/coverage/families.py``.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gcbook.stats.jackknife import Spread
from gcbook.stats.resampling import Resampling

Floats = npt.NDArray[np.floating]
Places = npt.NDArray[np.integer]

_BLOCK = 256
"""Tests whose deviations are held at a time."""


class Family(NamedTuple):
    """What a family of tests comes to.

    Attributes:
        low, high: (tests,), the interval of each difference.
        p: (tests,), two-sided, of each test alone.
        corrected: (tests,), the same as one of the family, from 1 / (draws + 1) to 1.
        direction: (tests,), 1 where the first is the larger, -1 where the second is, 0 where they
            are alike.
    """

    low: Floats
    high: Floats
    p: Floats
    corrected: Floats
    direction: Floats


def step_down(
    values: Floats, spread: Spread, first: Places, second: Places, resampling: Resampling
) -> Family:
    """Test many differences of two rows, each alone and all as one family.

    Args:
        values: (rows,).
        spread: of the same rows.
        first, second: (tests,), the rows to compare.
        resampling: confidence of the intervals, and draws of the family.

    Returns:
        All of it NaN, and no part of the family, where a row is undefined or moved by no image: all
        shape in every resample says nothing of how sure it is. Without draws all are NaN.
    """
    found = Family(*(np.full(len(first), np.nan) for _ in range(5)))
    if not resampling.draws or not len(first):
        return found
    varies = np.isfinite(values) & (spread.moments().variance > 1e-20)
    values, spread, place = values[varies], spread.rows(varies.nonzero()[0]), varies.cumsum() - 1
    tested = np.flatnonzero(varies[first] & varies[second])
    a, b = place[first[tested]], place[second[tested]]
    blocks = [
        paired(values[x] - values[y], spread.between(x, y), resampling.confidence)
        for i in range(0, len(a), _BLOCK)
        for x, y in [(a[i : i + _BLOCK], b[i : i + _BLOCK])]
    ]
    if not blocks:
        return found
    low, high, p = (np.concatenate(each) for each in zip(*blocks, strict=True))
    found.low[tested], found.high[tested], found.p[tested] = low, high, p
    found.direction[tested] = np.where(p < 1, np.sign(values[a] - values[b]), 0)
    found.corrected[tested] = _corrected(p, spread, a, b, resampling)
    return found


def paired(difference: Floats, spread: Spread, confidence: float) -> tuple[Floats, Floats, Floats]:
    """Intervals and tests of differences, each alone.

    Args:
        difference: (tests,), of two observers each.
        spread: of the differences.
        confidence: of the intervals.

    Returns:
        Both ends of each interval, and the two-sided p-value; (tests,) each.
    """
    from scipy.special import stdtr, stdtrit

    square, skewness, freedom = spread.moments()
    error = np.sqrt(square)
    # Two observers who answer alike differ by rounding alone.
    alike = error <= 1e-10
    t = np.where(alike, 0, difference / np.where(alike, 1, error))
    h = t + skewness * t**2 / 3 + skewness**2 * t**3 / 27 + skewness / 6
    p = np.where(alike, 1, 2 * stdtr(freedom, -np.abs(h)))
    reach = stdtrit(freedom, (1 + confidence) / 2)
    low, high = (difference - error * _inverse(side, skewness) for side in (reach, -reach))
    return low, high, p


def _inverse(h: Floats, skewness: Floats) -> Floats:
    """The t of Hall's transformation."""
    some = np.where(np.abs(skewness) < 1e-6, 1e-6, skewness)
    return np.asarray(3 / some * (np.cbrt(1 + some * (h - some / 6)) - 1))


def _corrected(p: Floats, spread: Spread, a: Places, b: Places, resampling: Resampling) -> Floats:
    """p-values as of a family, from those of each test alone."""
    from scipy.special import ndtri

    size, power = np.linalg.eigh(spread.covariance())
    # What crossed factors leave of a covariance may be a little less than nothing.
    root = (power * np.sqrt(np.maximum(size, 0))).astype(np.float32)
    drawn = root @ resampling.normal("family", len(root)).T
    of_rows = root @ root.T
    scale = np.sqrt(of_rows[a, a] + of_rows[b, b] - 2 * of_rows[a, b])
    least = -ndtri(p / 2)
    order = np.argsort(p, kind="stable")
    largest = np.zeros(resampling.draws, dtype=np.float32)
    among = np.zeros(len(p))
    for test in order[::-1]:
        if p[test] < 1:
            np.maximum(largest, np.abs(drawn[a[test]] - drawn[b[test]]) / scale[test], out=largest)
        among[test] = np.count_nonzero(largest >= least[test])
    found = np.empty(len(p))
    found[order] = np.maximum.accumulate((among[order] + 1) / (resampling.draws + 1))
    return np.maximum(found, p)


def level(confidence: float) -> float:
    """What a p-value has to be below: one minus the confidence, as a decimal.

    >>> level(0.95), 1 - 0.95
    (0.05, 0.050000000000000044)
    """
    return round(1 - confidence, 12)


def draws_needed(confidence: float) -> int:
    """The least number of draws with which a corrected p-value can fall below the level.

    >>> draws_needed(0.95), draws_needed(0.999)
    (20, 1000)
    """
    return math.floor(1 / level(confidence))
