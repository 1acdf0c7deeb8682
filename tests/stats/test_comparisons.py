"""Paired tests and ranks: where resampling can tell, where it cannot, and how often it is right."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.stats import rankdata

from gcbook.stats.agreement import PAIR_METRICS, pair_metrics
from gcbook.stats.comparisons import Means, compare, mean_rank_sets, mean_ranks
from gcbook.stats.jackknife import Part, Sampled, Spread, spread_of
from gcbook.stats.resampling import Factor, Resampling

Floats = npt.NDArray[np.floating]

HUMAN, MODEL, EXTREME = ("lab", "humans", "human"), ("lab", "net", "model"), ("lab", "one", "model")


def means(values: Floats, error: Floats | float, seed: int = 2) -> Means:
    """Of models, with standard errors that 400 images make."""
    units = np.random.default_rng(seed).standard_normal((len(values), 400)) / 20
    parts = {
        f"images {seed}": Part(np.asarray(error)[..., None] * units, np.full(len(values), 399.0))
    }
    return Means([("lab", f"net {i}", "model") for i in range(len(values))], values, Spread(parts))


def compared(*observers: tuple[str, str, str]) -> pd.DataFrame:
    values = {HUMAN: (0.9, 0.01), MODEL: (0.3, 0.01), EXTREME: (0.0, 0.0)}
    value, error = np.array([values[who] for who in observers]).T
    bias = means(value, error)._replace(people=observers)
    return compare({"shape_bias": bias}, Resampling()).set_index("a")


def test_clear_difference_is_found() -> None:
    row = compared(HUMAN, MODEL).loc["net"]
    assert row["low"] < row["difference"] < row["high"] < 0
    assert row["p"] < row["p_corrected"] == 1 / 2001


def test_one_decision_is_no_evidence() -> None:
    """A bias of exactly 0, whichever image is left out, has no spread: no test is made of it."""
    tests = compared(HUMAN, MODEL, EXTREME)
    assert tests.loc["one", ["low", "high", "p", "p_corrected"]].isna().all()
    assert np.isfinite(tests.loc["one", "difference"])
    assert np.isfinite(tests.loc["net", "p_corrected"])


def ladder(*centres: float, error: float = 0.01, seed: int = 2) -> Means:
    return means(np.array(centres), error, seed)


def rank_sets(
    squares: Means, observed: Means, consistent: Means, confidence: float = 0.95
) -> tuple[Floats, Floats]:
    return mean_rank_sets(squares, observed, consistent, Resampling(400, confidence))


def test_rank_sets_by_hand() -> None:
    """Three clear models, two that are alike on one metric; the squares are best when small."""
    consistent = ladder(0.9, 0.5, 0.1)
    alike = ladder(0.7, 0.7, 0.2)
    squares = ladder(0.04, 0.09, 0.25, error=1e-3)
    low, high = rank_sets(squares, consistent, alike)
    # The first two leave open who is first on one of three metrics.
    assert low.tolist() == pytest.approx([1, (2 + 2 + 1) / 3, 3])
    assert high.tolist() == pytest.approx([(1 + 1 + 2) / 3, 2, 3])
    nothing, all_ = rank_sets(squares, consistent, alike, 0.999)
    assert nothing.tolist() == [1, 1, 1] and all_.tolist() == [3, 3, 3]


def test_squares_do_not_hold_back_the_other_metrics() -> None:
    """Squared differences have a heavy tail, which ranks need not have: their roots rank alike."""
    clear = ladder(*np.arange(5, 0, -1) * 0.06)
    low, high = rank_sets(ladder(*np.full(5, 0.01), error=0.02, seed=5), clear, clear)
    # Two metrics of three are told, the first leaves all open.
    expected = np.arange(1, 6) * 2 / 3
    assert low.tolist() == pytest.approx((expected + 1 / 3).tolist())
    assert high.tolist() == pytest.approx((expected + 5 / 3).tolist())


def test_rank_sets_without_a_value_or_draws() -> None:
    one = ladder(0.9, 0.5, 0.1)
    missing = one._replace(values=np.array([0.9, np.nan, 0.1]))
    low, high = rank_sets(one, one, missing)
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [False, True, False]
    without = one._replace(spread=Spread({}))
    assert np.isnan(mean_rank_sets(without, without, without, Resampling(0))).all()
    # Who answers as people do has no root to be moved.
    equal = one._replace(values=np.array([0.0, 0.5, 0.9]))
    assert np.isfinite(rank_sets(equal, one, one)).all()


EXPERIMENTS = 150
N_IMAGES = 320
HUMANS = np.array([[0.93, 0.5], [0.95, 0.45]])
SPACINGS = {"ties": 0.0, "hardly apart": 0.002, "near-ties": 0.01, "apart": 0.03, "wide": 0.09}


def laws(spacing: float) -> Floats:
    """Probability of being right on easy and on hard images: two humans, six models."""
    steps = np.arange(6) - 2.5
    return np.concatenate([HUMANS, np.array([0.72, 0.42]) - spacing * steps[:, None] * [1, 0.8]])


def to_humans(both: Floats, human: Floats, model: Floats, n: Floats) -> dict[str, Floats]:
    """The three metrics of each model, mean over the humans, from sums (humans, models, …)."""
    sums = np.broadcast_arrays(both, human, model, n)
    return {name: values.mean(axis=0) for name, values in pair_metrics(*sums).items()}


def true_mean_ranks(spacing: float) -> Floats:
    p = laws(spacing)
    both = np.mean(p[:2, None] * p[None, 2:], axis=-1)
    human, model = p[:2].mean(axis=1)[:, None], p[2:].mean(axis=1)[None]
    true = to_humans(both, human, model, np.ones(1))
    return mean_ranks(*(true[name].round(12) for name in PAIR_METRICS))


def sampled(spacing: float, experiment: int) -> list[Means]:
    """The same with images drawn."""
    rng = np.random.default_rng([3, experiment])
    hard = rng.integers(2, size=N_IMAGES)
    right = rng.random((8, N_IMAGES)) < laws(spacing)[:, hard]
    human, model = right[:2, None], right[None, 2:]
    cells = [each.astype(float) for each in (human & model, human, model)]
    sums = [each.sum(axis=-1, keepdims=True) for each in cells]
    whole = to_humans(*sums, np.full(1, N_IMAGES))
    left_out = (total - each for total, each in zip(sums, cells, strict=True))
    without = to_humans(*left_out, np.full(1, N_IMAGES - 1))
    images = [Sampled(slice(None), [Factor("images", [N_IMAGES])])]
    people = [("lab", f"net {i}", "model") for i in range(6)]
    return [
        Means(people, whole[name][:, 0], spread_of(whole[name] - without[name], images))
        for name in PAIR_METRICS
    ]


@pytest.mark.nightly
@pytest.mark.parametrize("spacing", SPACINGS)
def test_rank_sets_hold_the_true_ranks_of_all_models_at_once(spacing: str) -> None:
    true = true_mean_ranks(SPACINGS[spacing])
    held = []
    for experiment in range(EXPERIMENTS):
        low, high = rank_sets(*sampled(SPACINGS[spacing], experiment))
        held.append(((low <= true + 1e-9) & (true <= high + 1e-9)).all())
    assert np.mean(held) >= 0.95


def test_rank_sets_narrow_as_models_are_farther_apart() -> None:
    ends = [rank_sets(*sampled(spacing, 0)) for spacing in SPACINGS.values()]
    widths = [(high - low).mean() for low, high in ends]
    assert widths[0] == 5
    assert widths[-1] < 4
    assert (np.diff(widths) <= 0).all()


def test_mean_ranks_are_means_of_three_ranks() -> None:
    rng = np.random.default_rng(4)
    metrics = rng.random((3, 7))
    expected = (rankdata(metrics[0]) + rankdata(-metrics[1]) + rankdata(-metrics[2])) / 3
    np.testing.assert_allclose(mean_ranks(*metrics), expected)
