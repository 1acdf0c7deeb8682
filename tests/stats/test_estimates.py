"""The table of values and intervals, on a small made-up benchmark and on the published trials."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import HUMANS
from gcbook.stats.agreement import PAIR_METRICS, error_consistency
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import ESTIMATE_COLUMNS, estimate
from gcbook.stats.measures import DatasetMeasures
from gcbook.stats.resampling import Resampling, recentred
from gcbook.stats.responses import image_factors, make_responses

PEOPLE = {"subject-01": 0.9, "subject-02": 0.8, "subject-03": 0.85, "good": 0.75, "poor": 0.4}
COLUMNS = ["source", "observer", "observer_kind", "dataset", "condition", "image_id"]
COLUMNS += ["category", "response"]
WORDS = [name for name in ESTIMATE_COLUMNS if name not in ("value", "low", "high", "n")]


def made_up_trials(missing: bool = False) -> pd.DataFrame:
    """Three datasets, three humans and two networks, 32 images a condition."""
    rng = np.random.default_rng(5)
    rows = []
    for dataset in ("rotation", "cue-conflict", "silhouette"):
        for condition in EXPERIMENTS[dataset].conditions:
            for image in range(32):
                category = ("cat", "dog")[image % 2]
                texture = ("cat", "car")[image % 3 == 0]
                stem = f"{category}{image}" + (
                    f"-{texture}{image % 12}" if dataset == "cue-conflict" else ""
                )
                difficulty = rng.random()
                for observer, skill in PEOPLE.items():
                    right = rng.random() < skill - 0.4 * (difficulty > 0.6)
                    response = category if right else rng.choice([texture, "oven"])
                    kind = "human" if observer.startswith("subject") else "model"
                    if not (missing and image == 3 and observer in ("subject-02", "poor")):
                        what = (dataset, condition, f"{stem}.png", category, response)
                        rows.append(("s", observer, kind, *what))
    return pd.DataFrame(rows, columns=COLUMNS)


def row(table: pd.DataFrame, **where: str) -> pd.Series:
    keys = dict.fromkeys(WORDS, "") | {"source": "s"} | where
    hit = table[(table[list(keys)] == pd.Series(keys)).all(axis=1)]
    assert len(hit) == 1, hit
    return hit.iloc[0]


def value(table: pd.DataFrame, **where: str) -> float:
    return float(row(table, **where)["value"])


TRIALS = made_up_trials()
NO_DRAWS = Resampling(draws=0)
TABLE = estimate(TRIALS, SummarySettings(resampling=Resampling(draws=20))).estimates


def by_hand(trials: pd.DataFrame, settings: SummarySettings) -> dict[tuple[str, str, str], float]:
    """Values of each metric, observer and dataset, "" for all: loops over pairs and images."""
    answers = trials.assign(right=trials["response"] == trials["category"])
    answers = answers[settings.counts(answers)]
    kinds = answers.drop_duplicates("observer").set_index("observer")["observer_kind"]
    people = kinds.index[kinds == "human"]
    found = {}
    for dataset, rows in answers.groupby("dataset"):
        wide = {
            name: rows[rows["condition"] == name].pivot(
                index="image_id", columns="observer", values="right"
            )
            for name in rows["condition"].unique()
        }

        def pair(metric: str, a: str, b: str, wide: dict[str, pd.DataFrame] = wide) -> float:
            both = [
                each[[a, b]].dropna().astype(bool) for each in wide.values() if {a, b} <= {*each}
            ]
            values = [
                {
                    "error_consistency": error_consistency(x[a], x[b], settings.zero_division),
                    "accuracy_difference": (x[a].mean() - x[b].mean()) ** 2,
                    "observed_consistency": (x[a] == x[b]).mean(),
                }[metric]
                for x in both
            ]
            return float(pd.Series(values, dtype=float).mean())

        for who, own in rows.groupby("observer"):
            found["accuracy", who, dataset] = own["right"].mean()
        found["accuracy", HUMANS, dataset] = rows["right"][rows["observer"].isin(people)].mean()
        for metric in PAIR_METRICS:
            for who in rows["observer"].unique():
                others = [pair(metric, who, each) for each in people if each != who]
                found[metric, who, dataset] = pd.Series(others, dtype=float).mean()
            among = [pair(metric, a, b) for a, b in combinations(people, 2)]
            found[metric, HUMANS, dataset] = pd.Series(among, dtype=float).mean()
    means = pd.Series(found).rename_axis(["metric", "observer", "dataset"]).dropna()
    means = means.rename({"accuracy": "ood_accuracy"}, level="metric")
    overall = means.groupby(["metric", "observer"]).mean()
    return found | {(*key, ""): value for key, value in overall.items() if key[1] not in people}


def assert_as_by_hand(trials: pd.DataFrame, settings: SummarySettings) -> None:
    table = estimate(trials, settings).estimates
    table = table[(table["category"] == "") & (table["condition"] == "")]
    rows = table[table["other"].isin(["", HUMANS])].dropna(subset="value")
    rows = rows.set_index(["metric", "observer", "dataset"])["value"]
    expected = pd.Series(by_hand(trials, settings)).dropna()
    shared = rows.index.intersection(expected.index)
    assert len(shared) == len(expected) > 50
    assert rows[shared].tolist() == pytest.approx(expected[shared].tolist())


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("zero_division", ["nan", "toolbox"])
@pytest.mark.parametrize("conditions", ["benchmark", "all"])
def test_values_are_those_by_hand(missing: bool, zero_division: str, conditions: str) -> None:
    settings = SummarySettings(
        conditions=conditions, zero_division=zero_division, resampling=NO_DRAWS
    )
    assert_as_by_hand(made_up_trials(missing), settings)


def test_the_draws_of_kappa_over_datasets_are_centred() -> None:
    settings = SummarySettings(resampling=Resampling(draws=300))
    by_dataset = make_responses(TRIALS)
    factors = image_factors(by_dataset)
    draws, bias = [], []
    for name, responses in by_dataset.items():
        measures = DatasetMeasures(responses, factors[name], settings)
        rows = np.flatnonzero(responses.observers["observer"] == "poor")
        found = dict(measures.with_humans(rows))[""]["error_consistency"]
        draws.append(measures.bootstrap(measures.to_humans(rows, found))[0])
        bias.append(measures.kappa_bias(rows)[0])
    expected = recentred(np.mean(draws, axis=0), np.mean(bias))
    found = estimate(TRIALS, settings).estimates
    person = {"observer": "poor", "observer_kind": "model", "other": HUMANS}
    mean = row(found, metric="error_consistency", **person)
    assert (mean["low"], mean["high"]) == pytest.approx(settings.resampling.interval(expected))
    assert abs(np.mean(bias)) > 1e-4


def two_sources(trials: pd.DataFrame) -> pd.DataFrame:
    """One human of one dataset comes from elsewhere."""
    moved = (trials["observer"] == "subject-03") & (trials["dataset"] == "silhouette")
    return trials.assign(source=trials["source"].where(~moved, "elsewhere"))


def one_condition(trials: pd.DataFrame, *observers: str) -> pd.DataFrame:
    """Of four conditions of rotation, three of which count, some saw one that counts."""
    other = (trials["dataset"] == "rotation") & (trials["condition"] != "90")
    return trials[~(other & trials["observer"].isin(observers))]


def without_humans(trials: pd.DataFrame) -> pd.DataFrame:
    """On one of three datasets."""
    return trials[(trials["dataset"] != "silhouette") | (trials["observer_kind"] == "model")]


HUMAN_NAMES = ("subject-01", "subject-02", "subject-03")
PARTIAL = {
    "two sources of humans": two_sources(TRIALS),
    "a model saw one condition": one_condition(TRIALS, "poor"),
    "the humans saw one condition": one_condition(TRIALS, *HUMAN_NAMES),
    "no humans on a dataset": without_humans(TRIALS),
}


@pytest.mark.parametrize("case", PARTIAL)
def test_values_of_partial_data_are_those_by_hand(case: str) -> None:
    assert_as_by_hand(PARTIAL[case], SummarySettings(resampling=NO_DRAWS))


def whole_datasets(case: str, metric: str) -> dict[str, int]:
    found = estimate(PARTIAL[case], SummarySettings(resampling=NO_DRAWS)).estimates
    rows = found[(found["metric"] == metric) & (found["dataset"] == "")]
    return dict(zip(rows["observer"], rows["n"], strict=True))


def test_all_humans_are_one_whatever_their_source() -> None:
    found = estimate(PARTIAL["two sources of humans"], SummarySettings(resampling=NO_DRAWS))
    pooled = found.estimates[found.estimates["observer"] == HUMANS]
    assert set(pooled["source"]) == {"elsewhere+s"}
    overall = pooled[pooled["dataset"] == ""].set_index("metric")
    assert overall.index.is_unique
    assert (overall["n"] == 3).all()
    known = TABLE[(TABLE["observer"] == HUMANS) & (TABLE["dataset"] == "")].set_index("metric")
    pd.testing.assert_series_equal(overall["value"], known["value"])


def test_what_is_partial_is_no_whole_dataset_and_nobody_is_ranked_by_it() -> None:
    case = "a model saw one condition"
    for metric in ("ood_accuracy", "error_consistency"):
        assert whole_datasets(case, metric) == {HUMANS: 3, "good": 3, "poor": 2}
    assert whole_datasets(case, "mean_rank") == {"good": 3}
    case = "the humans saw one condition"
    assert whole_datasets(case, "ood_accuracy") == {HUMANS: 2, "good": 3, "poor": 3}
    assert whole_datasets(case, "error_consistency") == {HUMANS: 2, "good": 2, "poor": 2}
    assert whole_datasets(case, "mean_rank") == {}
    case = "no humans on a dataset"
    assert whole_datasets(case, "ood_accuracy") == {HUMANS: 2, "good": 3, "poor": 3}
    assert whole_datasets(case, "error_consistency") == {HUMANS: 2, "good": 2, "poor": 2}
    assert whole_datasets(case, "mean_rank") == {}


def test_ranks_have_the_set_that_tests_leave_open() -> None:
    table = estimate(TRIALS, SummarySettings(resampling=Resampling(draws=400))).estimates
    rows = table[table["metric"] == "mean_rank"].set_index("observer")
    assert rows["value"].to_dict() == pytest.approx({"good": 4 / 3, "poor": 5 / 3})
    # Two of three metrics put them in order; one leaves it open.
    assert rows["low"].to_dict() == pytest.approx({"good": 1, "poor": 5 / 3})
    assert rows["high"].to_dict() == pytest.approx({"good": 4 / 3, "poor": 2})
    few = estimate(TRIALS, SummarySettings(resampling=Resampling(draws=19))).estimates
    undecided = few[few["metric"] == "mean_rank"]
    assert undecided["low"].tolist() == [1, 1] and undecided["high"].tolist() == [2, 2]


def test_order_of_trials_does_not_matter() -> None:
    shuffled = TRIALS.sample(frac=1, random_state=2)
    again = estimate(shuffled, SummarySettings(resampling=Resampling(draws=20))).estimates
    pd.testing.assert_frame_equal(again, TABLE)


@pytest.mark.parametrize("resample_observers", [False, True])
def test_portions_and_blocks_do_not_matter(
    resample_observers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = SummarySettings(
        resampling=Resampling(draws=20), resample_observers=resample_observers
    )
    trials = made_up_trials(missing=True)
    whole = estimate(trials, settings)
    for name in ("_NUMBERS", "_KEPT"):
        monkeypatch.setattr(f"gcbook.stats.measures.{name}", 1)
    monkeypatch.setattr("gcbook.stats.resampling._BLOCK", 7)
    pieces = estimate(trials, settings)
    # Sums of weights are exact; what is computed of them, of numbers of about 1, rounds by some
    # 1e-16.
    exact = {"rtol": 0, "atol": 1e-12}
    pd.testing.assert_frame_equal(pieces.estimates, whole.estimates, **exact)
    pd.testing.assert_frame_equal(pieces.tests, whole.tests, **exact)


def test_missing_images_are_left_out_of_the_pairs_that_did_not_both_see_them() -> None:
    table = estimate(made_up_trials(missing=True), SummarySettings(resampling=NO_DRAWS)).estimates
    pairs = table[(table["metric"] == "error_consistency") & (table["dataset"] == "silhouette")]
    n = pairs[pairs["condition"] == "0"].set_index(["observer", "other"])["n"]
    assert n["subject-01", "good"] == 32
    assert n["subject-01", "poor"] == 31
    assert n["subject-02", "poor"] == 31


def test_intervals_contain_their_values_and_pairing_narrows_differences() -> None:
    found = estimate(TRIALS, SummarySettings(resampling=Resampling(draws=400)))
    table = found.estimates[found.estimates["metric"].isin(["accuracy", "observed_consistency"])]
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    tests = found.tests.set_index("family")
    assert (tests["p_corrected"] >= tests["p"]).all()
    row = tests.loc["ood_accuracy:models"]
    assert (row["a"], row["b"]) == ("good", "poor")
    overall = found.estimates[found.estimates["metric"] == "ood_accuracy"].set_index("observer")
    width = overall["high"] - overall["low"]
    assert row["high"] - row["low"] < width["good"] + width["poor"]
    assert row["difference"] == pytest.approx(
        overall.loc["good", "value"] - overall.loc["poor", "value"]
    )


def test_resampling_observers_widens_what_depends_on_them() -> None:
    fixed = estimate(TRIALS, SummarySettings(resampling=Resampling(draws=300))).estimates
    drawn = estimate(
        TRIALS, SummarySettings(resample_observers=True, resampling=Resampling(draws=300))
    ).estimates
    pd.testing.assert_series_equal(fixed["value"], drawn["value"])
    pooled = (fixed["observer"] == HUMANS) & (fixed["metric"] == "ood_accuracy")
    width = [float((t["high"] - t["low"])[pooled].iloc[0]) for t in (fixed, drawn)]
    assert width[1] > width[0]
    models = (fixed["observer_kind"] == "model") & (fixed["metric"] == "accuracy")
    pd.testing.assert_frame_equal(fixed[models], drawn[models])


def test_people_add_to_what_crossed_exemplars_leave_open() -> None:
    rng = np.random.default_rng(1)
    chance = {"subject-01": 0.95, "subject-02": 0.7, "subject-03": 0.45, "subject-04": 0.2}
    stems = [f"{cat}{i}-dog{j}" for cat in ("cat", "car") for i in range(10) for j in range(10)]
    rows = [
        ("s", who, "human", "cue-conflict", "0", f"{stem}.png", stem[:3], said)
        for who, share in chance.items()
        for stem in stems
        for said in [stem[:3] if rng.random() < share else "dog"]
    ]
    trials = pd.DataFrame(rows, columns=COLUMNS)
    where = {"metric": "shape_bias", "observer": HUMANS, "observer_kind": "human"}
    error = {}
    for drawn in (False, True):
        settings = SummarySettings(
            datasets=("cue-conflict",),
            resampling=Resampling(draws=2000),
            resample_observers=drawn,
        )
        low, high = ends(estimate(trials, settings).estimates, dataset="cue-conflict", **where)
        error[drawn] = (high - low) / 2
    assert error[False] < 0.1
    # Four people, with the standard deviation between them.
    of_people = np.std(list(chance.values()), ddof=1) / 2
    assert error[True] / 2 == pytest.approx(of_people, rel=0.15)


def test_models_without_humans_still_have_accuracies() -> None:
    models = TRIALS[TRIALS["observer_kind"] == "model"]
    found = estimate(models, SummarySettings(resampling=Resampling(draws=5)))
    assert HUMANS not in set(found.estimates["observer"])
    assert {"accuracy", "ood_accuracy", "shape_bias"} <= set(found.estimates["metric"])
    assert "mean_rank" not in set(found.estimates["metric"])


def one_answer_trials(answer: str, n_shapes: int = 10) -> pd.DataFrame:
    """Two humans who err by chance, and a network that always answers alike."""
    rng = np.random.default_rng(2)
    rows = []
    for dataset in ("sketch", "edge", "cue-conflict"):
        for image in range(80 if dataset != "edge" else n_shapes):
            shape, texture = image % n_shapes, image // n_shapes
            stem = f"cat{shape}-dog{texture}" if dataset == "cue-conflict" else f"cat{image}"
            for who in ("subject-01", "subject-02", "net"):
                kind = "human" if who.startswith("subject") else "model"
                said = answer if who == "net" else str(rng.choice(["cat", "dog"]))
                rows.append(("s", who, kind, dataset, "0", f"{stem}.png", "cat", said))
    return pd.DataFrame(rows, columns=COLUMNS)


def ends(table: pd.DataFrame, **where: str) -> tuple[float, float]:
    low, high = row(table, **where)[["low", "high"]]
    return float(low), float(high)


@pytest.mark.parametrize(("answer", "sure"), [("cat", 1.0), ("dog", 0.0)])
def test_no_interval_ends_at_certainty_at_any_level(answer: str, sure: float) -> None:
    """Always right or never: images, or exemplars where these are drawn, are what is counted."""
    settings = SummarySettings(resampling=Resampling(draws=200))
    table = estimate(one_answer_trials(answer), settings).estimates
    net = {"observer": "net", "observer_kind": "model"}

    def wilson(units: int) -> tuple[float, float]:
        found = binomtest(round(sure * units), units).proportion_ci(method="wilson")
        return pytest.approx((found.low, found.high))

    for condition in ("0", ""):
        place = {"metric": "accuracy", "condition": condition}
        assert ends(table, dataset="sketch", **place, **net) == wilson(80)
        # Ten exemplars make the 80 conflicts.
        assert ends(table, dataset="cue-conflict", **place, **net) == wilson(10)
    assert ends(table, metric="ood_accuracy", **net) == wilson(3 * 10)
    for category in ("cat", ""):
        shape = {"metric": "shape_bias", "dataset": "cue-conflict", "category": category}
        assert ends(table, **shape, **net) == wilson(10)


def test_the_kappa_of_who_never_errs_has_an_interval() -> None:
    settings = SummarySettings(resampling=Resampling(draws=400))
    table = estimate(one_answer_trials("cat"), settings).estimates
    pair = {"observer": "subject-01", "observer_kind": "human", "other_source": "s", "other": "net"}
    low, high = ends(table, metric="error_consistency", dataset="sketch", condition="0", **pair)
    assert low < 0 < high
    assert high - low > 0.02
