"""The interval for few trials: its definition, symmetry, coverage."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import binom

from gcbook.stats.jeffreys import jeffreys_interval


@pytest.mark.parametrize(("hits", "n"), [(1, 7), (3, 7), (12, 13), (58, 61)])
def test_it_leaves_as_much_on_either_side(hits, n):
    def density(share):
        return share ** (hits - 0.5) * (1 - share) ** (n - hits - 0.5)

    low, high = jeffreys_interval(hits, n, confidence=0.9)
    whole, below, above = (quad(density, *ends)[0] for ends in ((0, 1), (0, low), (high, 1)))
    assert (below / whole, above / whole) == pytest.approx((0.05, 0.05), abs=1e-6)


def test_successes_and_failures_are_alike():
    hits = np.arange(17)
    low, high = jeffreys_interval(hits, 16)
    assert low == pytest.approx(1 - high[::-1])
    assert (low[0], high[-1]) == (0, 1)
    assert np.all(np.diff(low) > 0) and np.all(np.diff(high) > 0)


def test_on_average_it_covers_what_it_says():
    n, shares = 13, np.linspace(0.005, 0.995, 199)
    hits = np.arange(n + 1)[:, None]
    low, high = jeffreys_interval(hits, n)
    inside = (low <= shares) & (shares <= high)
    covered = (binom.pmf(hits, n, shares) * inside).sum(axis=0)
    assert covered.mean() == pytest.approx(0.95, abs=0.006)


def test_no_trials_give_no_interval():
    assert np.isnan(jeffreys_interval(0, 0)).all()
