"""From stored errors to responses, and to trials like everyone's."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tiny.gaussian import class_means, gaussian_classifier, stimuli
from tiny.scorers import LABELS, Likelihood, scored
from tiny.stores import rewrite

from gcbook.files.errors import InputError
from gcbook.noise.draws import density_at
from gcbook.noise.schedules import CosineSchedule, log_snr
from gcbook.noise.weightings import Norm, parse_weighting
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.decisions import Rule, _respond, check_observer, decide, decide_store, to_trials
from gcbook.scoring.posterior import posterior
from gcbook.scoring.racing import ExpectedGain, replay
from gcbook.scoring.scores import Weights
from gcbook.scoring.store import Store
from gcbook.trials.table import COLUMNS, read_trials, write_trials

RACE = ExpectedGain(max_draws=40, q=(1, 3, 2, 1, 1))


@pytest.fixture(scope="module")
def fixed(tmp_path_factory) -> Store:
    return scored(tmp_path_factory.mktemp("fixed"))


@pytest.fixture(scope="module")
def raced(tmp_path_factory) -> Store:
    return scored(tmp_path_factory.mktemp("raced"), racing=RACE)


def table(rows) -> pd.DataFrame:
    """Rows (image, label, draw, t, error) as raw scores."""
    columns = ["image_id", "label", "draw", "t", "error_l2"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(error_l1=frame["error_l2"] ** 0.5, log_snr=1 - 2 * frame["t"])


def under(weighting: str, norm: Norm = "l2") -> Weights:
    return Weights(parse_weighting(weighting), norm)


def decided_alone(rows: pd.DataFrame, weights: Weights, draws: int | None = None) -> pd.DataFrame:
    """Responses of raw scores that no store holds."""
    images, labels = (sorted(rows[name].unique()) for name in ("image_id", "label"))
    return _respond(rows, images, labels, Rule(weights, draws))


HAND = table(
    [
        ("x", "cat", 0, 0.1, 1.0),
        ("x", "dog", 0, 0.1, 2.0),
        ("x", "cat", 1, 0.9, 9.0),
        ("x", "dog", 1, 0.9, 4.0),
    ]
)


def test_weights_decide_by_hand():
    (early,) = decided_alone(HAND, under("exp:7")).itertuples()
    low, high = np.exp(-0.7), np.exp(-6.3)
    assert (early.response, early.runner_up, early.n_draws) == ("cat", "dog", 2)
    assert early.margin == pytest.approx(((2 * low + 4 * high) - (low + 9 * high)) / 2)
    (late,) = decided_alone(HAND, under("uniform")).itertuples()
    assert (late.response, late.margin) == ("dog", pytest.approx(5 - 3))
    assert decided_alone(HAND, under("uniform"), draws=1)["response"].tolist() == ["cat"]
    (l1,) = decided_alone(HAND, under("uniform", "l1")).itertuples()
    assert l1.margin == pytest.approx((4 - (2**0.5 + 2)) / 2)


@pytest.mark.parametrize("weighting", ["exp:7", "exp:0", "uniform", "eps", "snr", "snr:5", "elbo"])
@pytest.mark.parametrize("norm", ["l2", "l1"])
def test_response_is_the_smallest_mean_weighted_error(fixed, weighting, norm):
    if (weighting, norm) == ("elbo", "l1"):
        with pytest.raises(InputError, match="norm l2"):
            decide(fixed, fixed.weights(weighting, norm))
        return
    rows = fixed.scores()
    t = rows["t"].to_numpy()
    snr = np.exp(log_snr(CosineSchedule(), t)) ** (1 if norm == "l2" else 0.5)
    expected_weights = {
        "exp:7": np.exp(-7 * t),
        "eps": snr,
        "snr": snr,
        "snr:5": np.minimum(snr, 5 if norm == "l2" else 5**0.5),
        "elbo": np.pi / 2 / np.tan(np.pi / 2 * t) / np.sin(np.pi / 2 * t) ** 2,
    }.get(weighting, np.ones_like(t))
    weighted = rows.assign(value=expected_weights * rows[f"error_{norm}"])
    means = weighted.groupby(["image_id", "label"], observed=True)["value"].mean().unstack()
    decided = decide(fixed, fixed.weights(weighting, norm)).set_index("image_id")
    assert decided["response"].to_dict() == means.idxmin(axis=1).to_dict()
    two = np.sort(means.to_numpy(), axis=1)[:, :2]
    expected = pd.Series(two[:, 1] - two[:, 0], means.index)
    assert decided["margin"].to_dict() == pytest.approx(expected.to_dict(), rel=1e-4)


def test_fewer_draws_are_the_first_ones(fixed, tmp_path):
    few = scored(tmp_path / "few", draws=4)
    pd.testing.assert_frame_equal(decide(fixed, draws=4), decide(few), rtol=1e-4)
    for draws in (0, 9):
        with pytest.raises(InputError, match="expected 1 to 8 draws"):
            decide(fixed, draws=draws)


def test_incomplete_images_are_left_out_and_named(tmp_path):
    store = scored(tmp_path / "s")
    rewrite(
        store.path / "scores.parquet",
        lambda rows: rows[
            (rows["image_id"] != "b1.png") | (rows["draw"] != 7) | (rows["label"] != "d")
        ],
    )
    decided = decide_store(store)
    assert decided.incomplete == ("b1.png",)
    assert "b1.png" not in set(decided.table["image_id"])
    assert len(decide(store, draws=7)) == 10


def test_images_with_scores_that_are_not_listed_are_named(tmp_path):
    store = scored(tmp_path / "s")
    rewrite(store.path / "images.parquet", lambda images: images.iloc[2:])
    decided = decide_store(store)
    assert len(decided.table) == 8
    assert decided.incomplete == ("a0.png", "b1.png")


def test_ties_favour_no_class():
    """A model that ignores its prompt: its answers are the same each time, and guesses."""
    images = [f"image{number}" for number in range(1600)]
    rows = table([(image, label, 0, 0.5, 0.25) for image in images for label in CATEGORIES])
    decided = decided_alone(rows, under("uniform"))
    assert (decided["margin"] == 0).all()
    counts = decided["response"].value_counts()
    assert set(counts.index) == set(CATEGORIES)
    assert counts.max() < 100 + 4 * 10
    assert counts.min() > 100 - 4 * 10
    again = decided_alone(rows.sample(frac=1, random_state=0), under("uniform"))
    pd.testing.assert_frame_equal(decided, again)


def test_a_race_is_decided_as_it_went(raced):
    rows, rule = raced.scores(), raced.settings.racing
    decided, several = decide(raced).set_index("image_id"), False
    for image, own in rows.groupby("image_id", observed=True):
        errors = own.pivot(index="draw", columns="label", values="error_l2")[list(LABELS)]
        t = own.groupby("draw")["t"].first()
        weights = np.exp(-7 * t.to_numpy()) / density_at(rule.density, t.to_numpy())
        weighted = errors.to_numpy(np.float64) * weights[:, None]
        races = replay(weighted[None], rule)
        left = [label for label, alive in zip(LABELS, races.alive[0], strict=True) if alive]
        row = decided.loc[image]
        assert row["response"] in left
        assert row["n_draws"] == races.n_draws[0] == len(errors)
        means = dict(zip(LABELS, weighted.mean(axis=0), strict=True))
        assert row["response"] == min(left, key=means.get)
        assert (row["runner_up"] is None or pd.isna(row["runner_up"])) == (len(left) == 1)
        if len(left) > 1:
            assert row["margin"] == pytest.approx(means[row["runner_up"]] - means[row["response"]])
            several = True
    assert several


def test_a_shorter_race_is_the_beginning_of_a_longer_one(raced, tmp_path):
    rule = raced.settings.racing
    short = scored(tmp_path / "short", racing=replace(rule, max_draws=12))
    pd.testing.assert_frame_equal(decide(raced, draws=12), decide(short), rtol=1e-4)
    assert (decide(raced, draws=2)["n_draws"] == 2).all()


@pytest.mark.parametrize("asked", [{"weighting": "uniform"}, {"norm": "l1"}])
def test_a_race_exists_under_its_own_weights_alone(raced, asked):
    with pytest.raises(InputError, match=r"raced under weighting exp:7 and norm l2.*--draws"):
        decide(raced, raced.weights(**asked))
    for same in (raced.weights("exp:7", "l2"), under("exp:7")):
        pd.testing.assert_frame_equal(decide(raced, same), decide(raced))


def posteriors_by_hand(store, key, *, draws=None):
    """The posterior of every decision, from the rows of one image at a time."""
    rows, decided = store.scores(), decide(store, draws=draws).set_index("image_id")
    rows = rows.assign(weighted=store.weights().errors(rows))
    for image, own in rows[rows["draw"] < (draws or 10**9)].groupby("image_id", observed=True):
        errors = own.pivot(index="draw", columns="label", values="weighted")[list(LABELS)]
        errors, order = errors.to_numpy(), own.groupby("draw")[key].first().to_numpy()
        best = np.array([LABELS.index(decided.loc[image, "response"])])
        yield image, posterior(errors[None], order[None], best)[0]


@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("t", {}),
        ("draw", {"timesteps": "uniform"}),
        ("t", {"weighting": parse_weighting("eps"), "norm": "l1"}),
        ("t", {"racing": RACE}),
    ],
)
def test_a_decision_knows_how_sure_it_is(tmp_path, key, options):
    store = scored(tmp_path / "s", **options)
    decided = decide_store(store)
    table = decided.table.set_index("image_id")
    expected = dict(posteriors_by_hand(store, key))
    assert table["posterior"].to_dict() == pytest.approx(expected, abs=0.005)
    assert table["posterior"].between(0, 1).all()
    assert table["posterior"].min() < 0.99
    assert decided.undecided == pytest.approx(1 - np.mean(list(expected.values())), abs=0.005)
    pd.testing.assert_frame_equal(decided.table.drop(columns="posterior"), decide(store))


def test_fewer_draws_are_less_sure(fixed):
    few = decide_store(fixed, draws=4).table.set_index("image_id")["posterior"]
    assert few.to_dict() == pytest.approx(dict(posteriors_by_hand(fixed, "t", draws=4)), abs=0.005)
    assert few.mean() < decide_store(fixed).table["posterior"].mean()
    # Of one draw nothing is known.
    assert (decide_store(fixed, draws=1).table["posterior"] == 1 / len(LABELS)).all()


def test_likelihoods_take_no_weights(tmp_path):
    store = scored(tmp_path / "s", Likelihood(deterministic=True))
    decided = decide_store(store)
    assert (decided.table["posterior"] == 1).all()
    assert decided.undecided == 0
    unweighted = decide(store, store.weights("uniform"))
    assert unweighted["response"].tolist() == decide(store)["response"].tolist()
    for asked in ({"weighting": "exp:7"}, {"norm": "l1"}):
        with pytest.raises(InputError, match="take no weights"):
            store.weights(**asked)


def test_no_such_norm(fixed):
    with pytest.raises(InputError, match="expected one of those stored, l2, l1"):
        fixed.weights(norm="l3")


def test_weights_without_bound_are_refused():
    with pytest.raises(InputError, match=r"weighting eps: not finite at t = 0\.1"):
        decided_alone(HAND.assign(log_snr=np.where(HAND["t"] < 0.5, np.inf, 0)), under("eps"))


def test_trials_are_like_everyones(tmp_path):
    images = stimuli(32, dataset="edge")
    classifier = gaussian_classifier(CosineSchedule(), class_means(16), name="my_model")
    store = scored(tmp_path / "s", classifier, images, draws=2)
    decided = decide(store)
    trials = to_trials(decided, store.observer, store.dataset, "mine")
    assert tuple(trials.columns) == COLUMNS
    assert trials["trial"].tolist() == list(range(1, 33))
    assert trials["imagename"].tolist() == sorted(image.imagename for image in images)
    write_trials(trials, tmp_path / "mine")
    with pytest.warns(UserWarning, match="32 of 160 images of edge"):
        again = read_trials(tmp_path / "mine")
    pd.testing.assert_frame_equal(trials, again, check_dtype=False)
    responses = again.set_index("image_id")["response"]
    assert responses.to_dict() == decided.set_index("image_id")["response"].to_dict()


@pytest.mark.parametrize(
    "name",
    ["", " ", "humans", "Humans", "subject-07", "org/model", 'a"b', "a\r", "a\u200fb", "=a", "-a"],
)
def test_names_that_a_model_cannot_have(name):
    with pytest.raises(InputError, match="--name"):
        check_observer(name)


def test_a_store_cannot_choose_where_trials_go(fixed):
    with pytest.raises(InputError, match="without slashes"):
        to_trials(decide(fixed), "mine", "../../elsewhere")


def test_deciding_needs_no_network():
    code = "import sys, gcbook.scoring.decisions; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
