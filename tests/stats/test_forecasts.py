"""Interval scores: by hand, and that honesty pays."""

import numpy as np
import pytest

from gcbook.stats.forecasts import interval_score


def test_a_score_is_the_width_and_ten_times_what_lies_outside_of_an_80_percent_interval():
    outcomes = [0.3, 0.2, 0.4, 0.1, 0.45]
    scores = interval_score(0.2, 0.4, outcomes, coverage=0.8)
    assert scores == pytest.approx([0.2, 0.2, 0.2, 0.2 + 10 * 0.1, 0.2 + 10 * 0.05])


def test_the_best_interval_holds_as_often_as_it_says():
    """Of a normal outcome, the central interval of the coverage scores least on average."""
    outcomes = np.random.default_rng(0).normal(size=200_000)
    halves = np.array([0.8, 1.0, 1.2816, 1.6, 2.0])
    means = [interval_score(-half, half, outcomes, coverage=0.8).mean() for half in halves]
    assert np.argmin(means) == 2
    shifted = interval_score(-1.0816, 1.4816, outcomes, coverage=0.8).mean()
    assert shifted > means[2]
