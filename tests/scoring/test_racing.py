"""Races between classes against their rules, written out."""

import numpy as np
import pytest
from scipy.stats import norm, ttest_rel
from tiny.published_races import ClarkJaini

from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule, density_at, keyed_noise, timestep
from gcbook.noise.schedules import CosineSchedule, DiscreteSchedule
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.racing import ExpectedGain, Races, read_race, replay, usual_race
from gcbook.scoring.scores import Weights

Q = (1.0, 4.0, 2.0, 0.0, 3.0, 0.5, 0.5)
"""Times drawn by importance; its bins end between the steps of schedules."""


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


@pytest.mark.parametrize("seed", range(3))
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


def literal_gain(errors: np.ndarray, rule: ExpectedGain) -> tuple[list[int], int]:
    """The rule of the module's docstring, one image, as slowly as it reads."""
    dropped = [0] * errors.shape[1]
    unit = errors[: rule.min_draws].mean(axis=0).std()
    for n in range(rule.min_draws, rule.max_draws + 1):
        left = [c for c, at in enumerate(dropped) if not at]
        best = min(left, key=lambda c: errors[:n, c].mean())
        differences = {c: errors[:n, c] - errors[:n, best] for c in left}
        differences = {c: d for c, d in differences.items() if np.any(d != 0)}
        shrunk_to = np.mean([d.var(ddof=1) for d in differences.values()])
        for c, d in differences.items():
            squares = np.sum((d - d.mean()) ** 2)
            v = (rule.prior * shrunk_to + squares) / (rule.prior + n - 1)
            # The expectation of what is below 0 of a normal variable about the mean difference.
            gain = norm(d.mean(), np.sqrt(v / n)).expect(lambda x: -x, ub=0)
            if gain < rule.constant * unit:
                dropped[c] = n
        if dropped.count(0) == 1:
            return dropped, n
    return dropped, rule.max_draws


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "rule",
    [ExpectedGain(constant=0.02, max_draws=30), ExpectedGain(4, 0.1, 0.0, 20)],
)
def test_race_by_expected_gain_is_the_one_described(seed, rule):
    rng = np.random.default_rng(seed)
    errors = rng.random((rule.max_draws, 1)) + rng.normal(
        rng.uniform(0, 0.1, 7), rng.uniform(0.02, 0.2, 7), (rule.max_draws, 7)
    )
    dropped, n = literal_gain(errors, rule)
    races = replay(errors[None], rule)
    assert races.dropped[0].tolist() == dropped
    assert races.n_draws[0] == n
    assert races.best[0] == answer(errors, dropped, n)
    assert any(at > rule.min_draws for at in dropped)


def test_a_class_as_good_as_the_best_is_never_dropped():
    rng = np.random.default_rng(0)
    errors = np.repeat(rng.random((40, 1)), 3, axis=1)
    errors[:, 2] += 0.2 + rng.normal(0, 0.01, 40)
    races = replay(errors[None], ExpectedGain(max_draws=40))
    assert races.dropped[0].tolist() == [0, 0, 3]
    assert races.n_draws.tolist() == [40]
    alike = np.repeat(rng.random((1, 40, 1)), 3, axis=2)
    assert replay(alike, ExpectedGain(max_draws=40)).alive.all()


@pytest.mark.parametrize(
    "schedule",
    [
        CosineSchedule(),
        DiscreteSchedule(tuple(np.cos(np.pi / 2 * np.linspace(0.02, 0.98, 20)) ** 2)),
    ],
    ids=["continuous", "20 steps"],
)
def test_weighted_errors_are_unbiased_whatever_q(schedule):
    """Against the mean over a fine grid of uniform times, in draws 0 and 5 of many images."""
    weighting = parse_weighting("exp:3")

    def means(density, times):
        t = schedule.snap(np.asarray(times))
        errors = np.stack([t, np.cos(9 * t), np.where(t > 0.5, 1.0, -1.0)], axis=-1)
        return Weights(weighting, "l2", schedule, density).at(t, t)[:, None] * errors

    grid = (np.arange(70_000) + 0.5) / 70_000
    expected = means((), grid).mean(axis=0)
    density = ExpectedGain(q=Q, uniform=0.3).density
    # Exactly: times that are spread evenly over the distribution, as shifts spread over images.
    edges = np.linspace(0, 1, len(Q) + 1)
    spread = np.interp(grid, np.append(0, np.cumsum(density)) / len(Q), edges)
    assert means(density, spread).mean(axis=0) == pytest.approx(expected, abs=2e-4)
    for draw in (0, 5):
        rule = DrawRule(density=density)
        found = means(density, [timestep(rule, f"image{i}", draw) for i in range(4000)])
        error = found.std(axis=0) / np.sqrt(len(found))
        assert (np.abs(found.mean(axis=0) - expected) < 4 * error).all()


def test_golden_race():
    """What stores that exist were asked, and what became of it: other numbers, other stores."""
    name, rule = "cat1-dog2.png", ExpectedGain(constant=5e-4, max_draws=60, q=Q)
    draws = DrawRule(0, density=rule.density)
    t = np.array([timestep(draws, name, draw) for draw in range(rule.max_draws)])
    noise = np.stack([keyed_noise(draws, name, draw, (5,)) for draw in range(rule.max_draws)])
    errors = t[:, None] + (0.2 * np.arange(5) + 0.3 * noise.astype(float)) * np.exp(-t)[:, None]
    races = replay(errors[None] / density_at(rule.density, t)[:, None], rule)
    times = [0.26862284300123374, 0.7328895931605761, 0.1640601053586482, 0.5807390385466225]
    assert noise[2, :3] == pytest.approx([1.7996165, 0.52952856, 0.40094662], rel=1e-6)
    assert t[:4] == pytest.approx(times, rel=1e-14)
    assert (races.dropped[0].tolist(), races.n_draws[0]) == ([0, 24, 18, 11, 9], 24)


def test_the_usual_race_draws_times_at_which_classes_differ():
    race = usual_race()
    assert np.mean(race.q) == pytest.approx(1, abs=1e-3)
    assert 0.1 < np.argmax(race.q) / len(race.q) < 0.4 and race.q[-1] < 0.3
    assert usual_race(parse_weighting("uniform")).q == ()
    assert read_race({"rule": "expected-gain", "q": [1, 2]}) == ExpectedGain(q=(1, 2))


@pytest.mark.parametrize(
    "stored",
    [
        {"rule": "halving"},
        {"p": 0.1, "rule": "expected-gain"},
        {"min_draws": 1},
        {"constant": 0},
        {"constant": float("nan")},
        {"constant": "0.1"},
        {"prior": -1},
        {"uniform": 0},
        {"q": [1, -1]},
        {"q": [0, 0]},
        {"q": [1, float("inf")]},
        {"q": [1] * 1001},
        {"q": "even"},
    ],
    ids=str,
)
def test_constants_that_make_no_race_are_refused(stored):
    with pytest.raises(InputError, match="expected"):
        read_race({"rule": "expected-gain"} | stored)
