"""What the times contribute, on scores made by hand."""

import numpy as np
import pandas as pd
import pytest
from tiny.gaussian import stimuli
from tiny.scorers import LABELS, Likelihood, scored, toy
from tiny.stores import rewrite

from gcbook.files.errors import InputError
from gcbook.noise.schedules import DiscreteSchedule
from gcbook.noise.weightings import PAPER, parse_weighting
from gcbook.scoring.decisions import decide
from gcbook.scoring.diagnostics import decisions_by, learn_q, level_of, store_q, variance_shares
from gcbook.scoring.racing import ClarkJaini
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
    weights = np.exp(-4 * t)
    expected = np.histogram(t, np.linspace(0, 1, 11), weights=t * weights**2)[0]
    found = variance_shares(store, store.weights("exp:4"))
    assert found == pytest.approx(expected / expected.sum(), rel=1e-3, abs=1e-6)


def test_shares_of_a_race_are_of_the_draws_that_all_classes_had(tmp_path):
    raced = evenly(tmp_path / "raced", racing=ClarkJaini(6, 0.01, 40), weighting=PAPER)
    fixed = evenly(tmp_path / "fixed", draws=6, timesteps="uniform", weighting=PAPER)
    assert variance_shares(raced) == pytest.approx(variance_shares(fixed), rel=1e-4)


def test_q_is_where_classes_differ(tmp_path):
    """The differences of these classes are t times their number."""
    found = learn_q(*_linear(64), bins=4)
    # The root mean square of t over (a, b) is that of (b³ − a³) / 3(b − a).
    edges = np.linspace(0, 1, 5)
    root = np.sqrt(np.diff(edges**3))
    assert found == pytest.approx(root / root.mean(), rel=0.01)
    with pytest.raises(InputError, match="draws in each of 20 bins"):
        learn_q(*_linear(8))
    store = evenly(tmp_path / "s", draws=64)
    replace_errors(store, lambda t, y: t * y + 7)
    assert store_q(store, 4) == pytest.approx(found, rel=0.05)
    raced = evenly(tmp_path / "raced", racing=ClarkJaini(6, 0.01, 40))
    with pytest.raises(InputError, match="a fixed number of draws"):
        store_q(raced)


def _linear(n_draws: int) -> tuple[np.ndarray, np.ndarray]:
    t = np.tile((np.arange(n_draws) + 0.5) / n_draws, (3, 1))
    return t[:, :, None] * np.arange(4) + 7, t


def test_no_shares_where_there_is_nothing_to_share(tmp_path):
    sure = evenly(tmp_path / "1", Likelihood(deterministic=True))
    assert np.isnan(variance_shares(sure)).all()
    same = evenly(tmp_path / "2")
    replace_errors(same, lambda t, y: t)
    assert np.isnan(variance_shares(same)).all()
    once = evenly(tmp_path / "3")
    rewrite(once.path / "scores.parquet", lambda rows: rows.assign(t=0.5))
    assert np.isnan(variance_shares(once)).all()


def test_each_range_decides_from_its_own_draws(tmp_path):
    """Below 0.5 class a looks best, above class b."""
    store = evenly(tmp_path / "s")
    replace_errors(store, lambda t, y: np.where(t <= 0.5, y != 0, y != 1))
    table = decisions_by(store, "t", 2)
    assert table[["low", "high"]].to_numpy().tolist() == [[0, 0.5], [0.5, 1]]
    assert table["n"].tolist() == [20, 20]
    assert table["n_draws"].tolist() == [8, 8]
    assert table["accuracy"].tolist() == [0.25, 0.25]
    assert decisions_by(store, "t", [0, 1e-6, 1])["n"].tolist() == [0, 20]
    (whole,) = decisions_by(store, "t", 1)["accuracy"]
    decided = decide(store)
    assert whole == (decided["response"] == decided["category"]).mean()


def test_the_upper_end_belongs_to_a_range(tmp_path):
    """Two steps: half of all draws are at t = 0.5, half at 1."""
    store = evenly(tmp_path / "s", toy(schedule=DiscreteSchedule((0.9, 0.1))))
    replace_errors(store, lambda t, y: np.where(t <= 0.5, 1, 2) * (y - 1.5))
    assert decisions_by(store, "t", 2)["n_draws"].tolist() == [8, 8]
    expected = np.zeros(10)
    expected[[4, 9]] = 1 / 5, 4 / 5
    assert variance_shares(store) == pytest.approx(expected)


def test_ranges_of_log_snr_have_equally_many_draws(tmp_path):
    store = evenly(tmp_path / "s")
    table = decisions_by(store, "log_snr", 4)
    rows = store.scores()
    values = rows.loc[rows["label"] == "a", "log_snr"]
    counts = pd.cut(values, [*table["low"], table["high"].iloc[-1]]).value_counts()
    assert counts.sum() == len(values) == 20 * 16
    assert counts.max() - counts.min() <= 1
    # Much noise is a low ratio: there the clouds of the classes overlap.
    assert table["accuracy"].iloc[0] <= table["accuracy"].iloc[-1]


def test_cue_conflict_answers_by_time(tmp_path):
    images = stimuli(8, labels=LABELS, dataset="cue-conflict")
    for image, texture in zip(images, "bcdabcda", strict=True):
        name = f"{image.category}1-{texture}{image.imagename[1:]}"
        object.__setattr__(image, "imagename", name)
        object.__setattr__(image, "image_id", name)
    store = evenly(tmp_path / "s", images=images)
    replace_errors(store, lambda t, y: np.where(t <= 0.5, y != 0, y != 1))
    table = decisions_by(store, "t", 2)
    # Two images have shape a and two texture a; likewise b.
    assert table["shape_accuracy"].tolist() == [0.25, 0.25]
    assert table["texture_accuracy"].tolist() == [0.25, 0.25]
    assert table["shape_bias"].tolist() == [0.5, 0.5]


def test_likelihoods_are_pooled_as_asked(tmp_path):
    store = evenly(tmp_path / "s", Likelihood(noise=60))
    right = {}
    for pooling in ("log", "probability"):
        decided = decide(store, pooling=pooling)
        right[pooling] = (decided["response"] == decided["category"]).mean()
        assert decisions_by(store, "t", 1, pooling=pooling)["accuracy"].tolist() == [right[pooling]]
    assert right["log"] != right["probability"]
    with pytest.raises(InputError, match="'probability' is for likelihoods"):
        decisions_by(evenly(tmp_path / "errors"), "t", 1, pooling="probability")


def test_what_cannot_be_told_apart(tmp_path):
    sure = evenly(tmp_path / "1", Likelihood(deterministic=True))
    with pytest.raises(InputError, match="has no t to sort"):
        decisions_by(sure, "t")
    rate = evenly(tmp_path / "2", Likelihood())
    assert decisions_by(rate, "t", 2)["n"].tolist() == [20, 20]
    with pytest.raises(InputError, match="has no log_snr"):
        decisions_by(rate, "log_snr")


def test_the_first_draws_alone_decide_by_time(tmp_path):
    store = evenly(tmp_path / "s", draws=8)
    assert decisions_by(store, "t", 1)["n_draws"].tolist() == [8]
    table = decisions_by(store, "t", 1, draws=4)
    assert table["n_draws"].tolist() == [4]
    right = decide(store, draws=4)
    assert table["accuracy"][0] == (right["category"] == right["response"]).mean()
    with pytest.raises(InputError, match="expected 1 to 8 draws"):
        decisions_by(store, "t", 1, draws=9)
