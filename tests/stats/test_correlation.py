"""Correlations: against SciPy, against counting by hand, and where nothing can be said."""

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from gcbook.stats.correlation import (
    MOST_EXACT,
    correlate,
    dependent_difference,
)

X = [0.31, 0.66, 0.44, 0.40, 0.54, 0.50]
Y = [0.10, 0.60, 0.21, 0.35, 0.30, 0.55]


def test_pearson_is_scipys_with_its_interval() -> None:
    found = correlate(X, Y)[0]
    scipys = stats.pearsonr(X, Y)
    assert found.r == pytest.approx(scipys.statistic)
    ends = scipys.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high))


def test_spearman_is_scipys_and_its_interval_wider_than_that_of_pearsons_variance() -> None:
    found = correlate(X, Y)[1]
    assert found.r == pytest.approx(stats.spearmanr(X, Y).statistic)
    z, half = np.arctanh(found.r), 1.959964 * np.sqrt((1 + found.r**2 / 2) / 3)
    assert (found.low, found.high) == pytest.approx((np.tanh(z - half), np.tanh(z + half)))


@pytest.mark.parametrize("place", [0, 1])
def test_p_is_the_share_of_all_arrangements_that_are_as_far_from_0(place: int) -> None:
    found = correlate(X, Y)[place]
    y = np.asarray(Y) if place == 0 else stats.rankdata(Y)
    x = X if place == 0 else stats.rankdata(X)
    others = [np.corrcoef(x, y[list(order)])[0, 1] for order in permutations(range(6))]
    assert found.exact
    assert found.arrangements == 720
    assert found.p == np.mean(np.abs(others) >= abs(found.r) - 1e-12)


def test_both_tails_count_where_they_differ() -> None:
    # One value far off: large positive coefficients are possible, large negative ones are not.
    x, y = [0, 0.1, 0.2, 5], [0.1, 0, 0.3, 9]
    found = correlate(x, y)[0]
    below = [np.corrcoef(x, np.array(y)[list(o)])[0, 1] for o in permutations(range(4))]
    assert min(below) > -abs(found.r)
    assert found.p == np.mean(np.array(below) >= found.r - 1e-12) < 0.1


def test_many_observers_get_random_arrangements_and_no_p_of_0() -> None:
    x = np.arange(MOST_EXACT + 4.0)
    found = correlate(x, 2 * x)[0]
    assert not found.exact
    assert found.p == 1 / found.arrangements
    assert found.arrangements == 100_000
    assert correlate(x, np.sin(x))[0] == correlate(x, np.sin(x))[0]


def test_random_arrangements_agree_with_the_t_test() -> None:
    generator = np.random.default_rng(1)
    x = generator.standard_normal(30)
    y = 0.3 * x + generator.standard_normal(30)
    assert correlate(x, y)[0].p == pytest.approx(stats.pearsonr(x, y).pvalue, abs=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_order_of_observers_and_of_quantities_is_nothing(seed: int) -> None:
    order = np.random.default_rng(seed).permutation(6)
    there = correlate([X[i] for i in order], [Y[i] for i in order])
    back = correlate(Y, X)
    for one, other, straight in zip(there, back, correlate(X, Y), strict=True):
        for found in (one, other):
            assert found.r == pytest.approx(straight.r)
            assert found.p == straight.p


def test_nothing_is_said_where_nothing_varies_or_too_few_answer() -> None:
    for x, y in (([1, 1, 1, 1], [1, 2, 3, 4]), ([1, 2], [2, 3]), ([], [])):
        for found in correlate(x, y):
            assert np.isnan([found.r, found.low, found.high, found.p]).all()
    perfect = correlate([1, 2, 3, 4], [1, 3, 4, 9])[1]
    assert (perfect.r, perfect.p) == (pytest.approx(1), 2 / 24)
    assert np.isnan([perfect.low, perfect.high]).all()
    three = correlate([1, 2, 3], [1, 3, 2])[1]
    assert three.r == pytest.approx(0.5)
    assert np.isnan(three.low)


def test_two_coefficients_are_compared_with_an_interval_that_knows_of_their_correlation() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 40))
    other = x + 0.1 * rng.normal(size=40)
    found, low, high = dependent_difference(x + y, x, other)
    assert found == pytest.approx(np.corrcoef(x + y, x)[0, 1] - np.corrcoef(x + y, other)[0, 1])
    assert low < found < high
    # Two quantities that are nearly the same are told apart much better than unrelated ones.
    _, wide_low, wide_high = dependent_difference(x + y, x, y)
    assert high - low < (wide_high - wide_low) / 3
    backwards = dependent_difference(x + y, other, x)
    assert backwards == pytest.approx((-found, -high, -low))


def test_an_interval_of_a_difference_covers_it() -> None:
    """Of three quantities of a known covariance, with both coefficients .6 and .3 true."""
    covariance = np.array([[1, 0.6, 0.3], [0.6, 1, 0.5], [0.3, 0.5, 1]])
    drawn = np.random.default_rng(1).multivariate_normal(np.zeros(3), covariance, size=(400, 25))
    found = [dependent_difference(*sample.T) for sample in drawn]
    covered = np.mean([low <= 0.3 <= high for _, low, high in found])
    assert 0.92 < covered < 0.98


def test_a_difference_has_no_interval_where_a_coefficient_has_none() -> None:
    assert np.isnan(dependent_difference([1, 2, 3], [1, 3, 2], [2, 1, 3])).all()
    assert np.isnan(dependent_difference([1, 2, 3, 4], [1, 2, 3, 4], [2, 1, 4, 3])).all()
