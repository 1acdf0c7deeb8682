r"""Many paired tests at once: the step-down max-t procedure on bootstrap draws.

A test asks whether a difference of two observers is more than chance. Its statistic is
:math:`t_k = |\bar d_k| / s_k`, with mean and standard deviation of the difference over the draws;
what chance alone would give is :math:`t_k^* = |d_k^* - \bar d_k| / s_k`, one value a draw. Among
many tests the largest of many statistics is what misleads, so each is held against the largest
:math:`t^*` of its draw, over all tests that are not yet decided (Westfall & Young, 1993; Romano &
Wolf, 2005). All tests share their draws: observers who err alike are counted as such, and the least
p-value that B draws allow, 1/(B + 1), does not grow with the number of tests, as it does with the
corrections of Bonferroni and Holm.

A verdict takes the sign of its difference. To call two different in the wrong direction is an error
as well, and the tests count it as one: with near-equal observers in the family the rate holds.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gcbook.stats.crossed import Draws

Floats = npt.NDArray[np.floating]
Places = npt.NDArray[np.integer]


class Family(NamedTuple):
    """What a family of tests comes to.

    Attributes:
        p: (tests,), two-sided, of each test alone, from 1 / (draws + 1) to 1.
        corrected: (tests,), the same as one of the family.
        direction: (tests,), 1 where the first is the larger, -1 where the second is, 0 where they
            are alike.
    """

    p: Floats
    corrected: Floats
    direction: Floats


def step_down(values: Draws, first: Places, second: Places) -> Family:
    """Test many differences of two rows, each alone and all as one family.

    Args:
        values: a draw in which a row is undefined counts as the row's mean.
        first, second: (tests,), the rows to compare.

    Returns:
        All of it NaN, and no part of the family, where a row is undefined or the same in every
        draw: all shape in every resample says nothing of how sure it is. Without draws all are NaN.

    >>> values = Draws(np.array([[0.5] + [0.4, 0.5, 0.6] * 33, [0.0] + [-0.1, 0.1, 0.0] * 33]))
    >>> step_down(values, np.array([0]), np.array([1])).corrected.tolist()
    [0.01]
    """
    found = Family(*(np.full(len(first), np.nan) for _ in range(3)))
    n_draws = values.plain.shape[1] - 1
    if not n_draws or not len(first):
        return found
    mean, plain = _centred(values.values)
    varies = np.isfinite(values.values[:, 0]) & (_variances(plain) > 1e-20)
    tested = np.flatnonzero(varies[first] & varies[second])
    a, b = first[tested], second[tested]
    parts = [plain]
    if values.crossed is not None:
        parts = [_centred(each)[1] for each in (values.plain, values.crossed.draws)]
    of = {(i, j): _of_pairs(x, y, a, b) for i, x in enumerate(parts) for j, y in enumerate(parts)}
    weights: list[Floats] = [np.ones(len(tested))]
    if values.crossed is not None:
        of_draws = of[1, 1]
        weights.append(values.crossed.scale_of_differences(a, b, of_draws, values.confidence))
    apart = sum(weights[i] * weights[j] * each for (i, j), each in of.items())
    # Two observers who answer alike differ by rounding alone.
    alike = apart <= 1e-10 * (_variances(plain)[a] + _variances(plain)[b])
    scale = np.where(alike, 0, 1 / np.sqrt(np.where(alike, 1, apart)))
    t = (mean[a] - mean[b]) * scale
    order = np.argsort(-np.abs(t), kind="stable")
    size = np.abs(t).astype(np.float32)
    weights = [(each * scale).astype(np.float32) for each in weights]
    parts = [each.astype(np.float32) for each in parts]
    alone, among = np.zeros(len(tested)), np.zeros(len(tested))
    largest = np.zeros(n_draws, dtype=np.float32)
    for test in order[::-1]:
        one, other = a[test], b[test]
        by_chance = np.zeros(n_draws, dtype=np.float32)
        for part, weight in zip(parts, weights, strict=True):
            by_chance += (part[one] - part[other]) * weight[test]
        np.abs(by_chance, out=by_chance)
        np.maximum(largest, by_chance, out=largest)
        alone[test] = np.count_nonzero(by_chance >= size[test])
        among[test] = np.count_nonzero(largest >= size[test])
    found.direction[tested] = np.sign(t)
    found.p[tested] = (alone + 1) / (n_draws + 1)
    found.corrected[tested[order]] = np.maximum.accumulate((among[order] + 1) / (n_draws + 1))
    return found


def _centred(values: Floats) -> tuple[Floats, Floats]:
    """Mean of each row's draws, and the draws less it, 0 where there is none."""
    drawn = values[:, 1:].astype(np.float64)
    defined = np.isfinite(drawn)
    mean = np.where(defined, drawn, 0).sum(axis=1) / np.maximum(defined.sum(axis=1), 1)
    return mean, np.where(defined, drawn - mean[:, None], 0)


def _variances(centred: Floats) -> Floats:
    return np.asarray((centred**2).mean(axis=1))


def _of_pairs(x: Floats, y: Floats, a: Places, b: Places) -> Floats:
    """(pairs,), the covariance of x's differences of two rows with y's."""
    between = x @ y.T / x.shape[1]
    return np.asarray(between[a, a] + between[b, b] - between[a, b] - between[b, a])


def level(confidence: float) -> float:
    """What a p-value has to be below: one minus the confidence, as a decimal.

    >>> level(0.95), 1 - 0.95
    (0.05, 0.050000000000000044)
    """
    return round(1 - confidence, 12)


def draws_needed(confidence: float) -> int:
    """The least number of draws with which a p-value can fall below the level.

    >>> draws_needed(0.95), draws_needed(0.999)
    (20, 1000)
    """
    return math.floor(1 / level(confidence))
