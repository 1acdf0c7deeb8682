"""What the times contribute, on scores made by hand."""

import numpy as np
import pandas as pd
import pytest
from tiny.gaussian import stimuli
from tiny.scorers import LABELS, Likelihood, scored, toy
from tiny.stores import rewrite

from gcbook.noise.schedules import DiscreteSchedule
from gcbook.noise.weightings import PAPER, parse_weighting
from gcbook.scoring.diagnostics import level_of, variance_shares
from gcbook.scoring.racing import ExpectedGain
from gcbook.scoring.store import Store

EVEN = {"draws": 16, "weighting": parse_weighting("uniform")}


def evenly(path, classifier=None, images=None, **settings) -> Store:
    """Scores of equal weights."""
    images = images or stimuli(20, labels=LABELS)
    return scored(path, classifier, images, **(EVEN | settings))


def replace_errors(store: Store, error) -> None:
    """Replace the stored errors by a function of t and the index of the class."""

    def replaced(rows: pd.DataFrame) -> pd.DataFrame:
        label = rows["label"].astype(str).map({name: i for i, name in enumerate(LABELS)})
        values = error(rows["t"].to_numpy(), label.to_numpy()).astype(np.float32)
        return rows.assign(error_l2=values)

    rewrite(store.path / "scores.parquet", replaced)


def test_levels_hold_their_upper_ends():
    t = np.array([1e-9, 0.1, 0.3, 0.7, 0.7 + 1e-6, 1.0])
    assert level_of(t, 10).tolist() == [0, 0, 2, 6, 7, 9]
    steps = np.arange(1, 1001) / 1000  # what a network of 1,000 steps is asked at
    assert np.bincount(level_of(steps, 8)).tolist() == [125] * 8


def test_shares_by_hand(tmp_path):
    store = evenly(tmp_path / "s")
    # What the classes have in common, 100 / t, counts for nothing; t (y − 1.5) does.
    replace_errors(store, lambda t, y: 100 / t + np.sqrt(t) * (y - 1.5))
    rows = store.scores()
    t = rows.loc[rows["label"] == "a", "t"].to_numpy()
    expected = np.histogram(t, np.linspace(0, 1, 11), weights=t)[0] / t.sum()
    assert variance_shares(store) == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_shares_of_a_race_are_of_the_draws_that_all_classes_had(tmp_path):
    raced = evenly(tmp_path / "raced", racing=ExpectedGain(6, 0.1, max_draws=40), weighting=PAPER)
    fixed = evenly(tmp_path / "fixed", draws=6, weighting=PAPER)
    assert variance_shares(raced) == pytest.approx(variance_shares(fixed), rel=1e-4)


def test_no_shares_where_there_is_nothing_to_share(tmp_path):
    sure = evenly(tmp_path / "1", Likelihood(deterministic=True))
    assert np.isnan(variance_shares(sure)).all()
    same = evenly(tmp_path / "2")
    replace_errors(same, lambda t, y: t)
    assert np.isnan(variance_shares(same)).all()
    once = evenly(tmp_path / "3")
    rewrite(once.path / "scores.parquet", lambda rows: rows.assign(t=0.5))
    assert np.isnan(variance_shares(once)).all()


def test_the_upper_end_belongs_to_a_tenth(tmp_path):
    """Two steps: half of all draws are at t = 0.5, half at 1."""
    store = evenly(tmp_path / "s", toy(schedule=DiscreteSchedule((0.9, 0.1))))
    replace_errors(store, lambda t, y: np.where(t <= 0.5, 1, 2) * (y - 1.5))
    expected = np.zeros(10)
    expected[[4, 9]] = 1 / 5, 4 / 5
    assert variance_shares(store) == pytest.approx(expected)
