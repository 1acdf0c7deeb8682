"""The race between classes against the published rule, written out."""

import numpy as np
import pytest
from scipy.stats import ttest_rel

from gcbook.scoring.racing import ClarkJaini, Races, paired_p, replay


def literal_race(errors: np.ndarray, rule: ClarkJaini) -> tuple[list[int], int]:
    """Clark & Jaini (2023), Algorithm 1, one image, as slowly as it reads.

    When each class was dropped (0: never), and the last draw.
    """
    dropped = [0] * errors.shape[1]
    for n in range(rule.min_draws, rule.max_draws + 1):
        so_far = errors[:n]
        left = [c for c, at in enumerate(dropped) if not at]
        best = min(left, key=lambda c: so_far[:, c].mean())
        for c in left:
            difference = so_far[:, c] - so_far[:, best]
            if np.all(difference == 0):
                worse = False
            elif np.all(difference == difference[0]):
                worse = True
            else:
                worse = ttest_rel(so_far[:, c], so_far[:, best]).pvalue < rule.p
            if worse:
                dropped[c] = n
        if dropped.count(0) == 1:
            return dropped, n
    return dropped, rule.max_draws


def answer(errors: np.ndarray, dropped: list[int], n: int) -> int:
    left = [c for c, at in enumerate(dropped) if not at]
    return min(left, key=lambda c: errors[:n, c].mean())


@pytest.mark.parametrize("n", [2, 5, 20, 300])
def test_paired_p_is_that_of_scipy(n):
    rng = np.random.default_rng(n)
    common = 10 * rng.random((n, 1))
    errors = common + rng.normal(0.03 * np.arange(6), 0.1, (n, 6))
    difference = errors[:, 1:] - errors[:, :1]
    found = paired_p(n, difference.sum(0), (difference**2).sum(0))
    expected = [ttest_rel(errors[:, y], errors[:, 0]).pvalue for y in range(1, 6)]
    assert found == pytest.approx(expected, rel=1e-6)


def test_differences_that_do_not_vary():
    zero, constant = np.zeros(20), np.full(20, 0.1)
    found = [paired_p(20, d.sum(), (d * d).sum()) for d in (zero, constant)]
    assert found[0] == 1
    assert found[1] < 1e-30


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    "rule", [ClarkJaini(20, 2e-3, 200), ClarkJaini(2, 0.05, 60), ClarkJaini(5, 0.3, 5)]
)
def test_race_is_the_published_one(seed, rule):
    rng = np.random.default_rng(seed)
    quality = rng.uniform(0, 0.1, 7)
    errors = rng.random((rule.max_draws, 1)) + rng.normal(quality, 0.1, (rule.max_draws, 7))
    errors[:, 6] = errors[:, 5]  # two classes that are the same
    dropped, n = literal_race(errors, rule)
    races = replay(errors[None], rule)
    assert races.dropped[0].tolist() == dropped
    assert races.n_draws[0] == n
    assert races.best[0] == answer(errors, dropped, n)
    assert races.finished[0]


def test_nothing_is_dropped_before_enough_draws():
    rule = ClarkJaini(20, 2e-3, 100)
    errors = np.tile([0.0, 1.0], (100, 1)) + np.random.default_rng(0).normal(0, 0.01, (100, 2))
    assert replay(errors[None, :19], rule).alive.all()
    races = replay(errors[None], rule)
    assert races.n_draws.tolist() == [20]
    assert races.alive.tolist() == [[True, False]]


def test_equal_classes_race_to_the_end():
    errors = np.repeat(np.random.default_rng(0).random((50, 1)), 3, axis=1)
    races = replay(errors[None], ClarkJaini(20, 2e-3, 50))
    assert races.alive.all()
    assert races.n_draws.tolist() == [50]


def test_race_goes_on_exactly_where_it_stopped():
    rng = np.random.default_rng(3)
    errors = rng.random((4, 80, 1)) + rng.normal(np.linspace(0, 0.1, 5), 0.15, (4, 80, 5))
    rule = ClarkJaini(20, 2e-3, 80)
    whole = replay(errors, rule)
    for cut in (1, 19, 20, 37):
        resumed = replay(errors[:, :cut], rule)
        for draw in range(cut, 80):
            running = np.flatnonzero(~resumed.finished)
            resumed.add(running, errors[running, draw])
        assert np.array_equal(resumed.alive, whole.alive)
        assert np.array_equal(resumed.n_draws, whole.n_draws)
        assert np.array_equal(resumed.sums[whole.alive], whole.sums[whole.alive])


def test_replay_stops_where_a_class_is_missing_that_is_alive():
    errors = np.random.default_rng(0).random((1, 40, 2))
    errors[0, 30, 1] = np.nan
    races = replay(errors, ClarkJaini(20, 1e-9, 100))
    assert races.n_draws.tolist() == [30]
    assert not races.finished[0]


def test_races_are_independent_and_can_begin_anew():
    rng = np.random.default_rng(1)
    errors = rng.random((40, 3)) + np.array([0, 0.2, 0.4])
    rule = ClarkJaini(10, 0.01, 40)
    alone = replay(errors[None], rule)
    races = Races(0, 3, rule)
    assert races.grow() == list(range(8))
    for row in rng.random((15, 3)):
        races.add(np.array([2]), row[None])
    races.reset(2)
    for draw in range(int(alone.n_draws[0])):
        races.add(np.array([5, 2]), np.stack([rng.random(3), errors[draw]]))
    assert np.array_equal(races.alive[2], alone.alive[0])
    assert np.array_equal(races.sums[2][races.alive[2]], alone.sums[0][alone.alive[0]])
    assert races.is_finished(2)
    assert races.finished[2]
    sums = races.sums.copy()
    assert races.grow() == list(range(8, 16))
    assert np.array_equal(races.sums[:8], sums, equal_nan=True)
    assert races.alive[8:].all()
