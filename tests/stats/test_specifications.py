"""The headline comparisons under other conventions: shipped, made up, and recomputed."""

import numpy as np
import pandas as pd
import pytest

from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import HUMANS
from gcbook.stats.agreement import consistency_table
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling
from gcbook.stats.specifications import (
    COLUMNS,
    CONVENTIONS,
    HEADLINES,
    REFERENCE,
    compare_under,
    load_specifications,
    specifications,
)
from gcbook.stats.summaries import Summaries

NUMBERS = ["difference", "low", "high"]
SHIPPED = load_specifications()
PAID = "error consistency and accuracy"


def main_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Each headline under the book's own conventions."""
    ours = [table[name] == of[0] for name, of in CONVENTIONS.items()]
    return table[np.all(ours, axis=0)].set_index("headline")


def made_up_trials(skills: dict[str, float]) -> pd.DataFrame:
    """Observers who are right where an image is easier than they are skilled, on two datasets.

    Whoever is better is right wherever the other one is, so that kappa reaches its ceiling.
    """
    rng = np.random.default_rng(3)
    rows = []
    for dataset in ("rotation", "cue-conflict"):
        for condition in EXPERIMENTS[dataset].conditions:
            for image in range(40):
                category, texture = ("cat", "dog", "car")[image % 3], ("oven", "knife")[image % 2]
                stem = f"{category}{image}-{texture}{image % 8}"
                difficulty = rng.random()
                for observer, skill in skills.items():
                    response = category if difficulty < skill else texture
                    kind = "human" if observer.startswith("subject") else "model"
                    rows.append((observer, kind, dataset, condition, stem, category, response))
    columns = ["observer", "observer_kind", "dataset", "condition", "image_id"]
    trials = pd.DataFrame(rows, columns=[*columns, "category", "response"])
    return trials.assign(source="model-vs-human")


NESTED = made_up_trials({"subject-01": 0.9, "subject-02": 0.7, "good": 0.95, "resnet50": 0.4})


def test_a_row_for_every_combination_of_what_a_headline_depends_on() -> None:
    assert tuple(SHIPPED.columns) == COLUMNS
    assert not SHIPPED.duplicated(["headline", *CONVENTIONS]).any()
    for name, on in HEADLINES.items():
        rows = SHIPPED[SHIPPED["headline"] == name]
        assert len(rows) == 2 ** len(on)
        others = CONVENTIONS.keys() - on
        assert all((rows[each] == CONVENTIONS[each][0]).all() for each in others)


@pytest.mark.parametrize(
    ("headline", "metric"),
    [
        ("shape bias", "shape_bias"),
        ("accuracy", "ood_accuracy"),
        ("error consistency", "error_consistency"),
    ],
)
def test_under_the_books_conventions_they_are_the_books_numbers(headline: str, metric: str) -> None:
    ours = main_rows(SHIPPED).loc[headline]
    tests = Summaries.read().tests
    family = tests[tests["family"] == f"{metric}:humans"]
    nearest = family.loc[family["difference"].idxmax()]
    assert ours["observer"] == nearest["a"]
    assert ours[NUMBERS].tolist() == pytest.approx(nearest[NUMBERS].tolist(), abs=6e-7)


def test_the_most_accurate_network_is_compared_with_the_reference() -> None:
    ours = main_rows(SHIPPED)
    tests = Summaries.read().tests.set_index(["family", "a", "b"])
    best = ours.loc["accuracy", "observer"]
    pair = tests.loc["error_consistency:models", "resnet50", best]
    found = ours.loc[PAID]
    assert found["observer"] == best
    turned = [-pair["difference"], -pair["high"], -pair["low"]]
    assert found[NUMBERS].tolist() == pytest.approx(turned, abs=6e-7)


def test_the_shares_are_those_of_the_shipped_counts() -> None:
    summaries = Summaries.read()
    pairs = summaries.pairs[summaries.settings.counts(summaries.pairs)]
    # Of two humans either is the one that is compared.
    pairs = pairs[(pairs["kind_a"] == "human") & (pairs["source_b"] == "model-vs-human")]
    who = pairs["observer_b"].where(pairs["kind_b"] == "model", HUMANS)
    pair = pairs["observer_a"] + pairs["observer_b"]
    means = consistency_table(pairs).assign(who=who, pair=pair)
    columns = ["error_consistency", "error_consistency_max"]
    for level in (["who", "dataset", "pair"], ["who", "dataset"], ["who"]):
        means = means.groupby(level)[columns].mean().reset_index()
    share = means.set_index("who").eval("error_consistency / error_consistency_max")
    ours = main_rows(SHIPPED[SHIPPED["of_ceiling"]].assign(of_ceiling=False))
    assert ours.loc["error consistency", "difference"] == pytest.approx(
        share.drop(HUMANS).max() - share[HUMANS], abs=1e-6
    )
    best = ours.loc[PAID, "observer"]
    assert ours.loc[PAID, "difference"] == pytest.approx(share[best] - share["resnet50"], abs=1e-6)


def test_nested_errors_reach_the_ceiling() -> None:
    table = compare_under(NESTED, SummarySettings(resampling=Resampling(draws=0)))
    found = table.set_index(["headline", "of_ceiling"])
    assert found.loc[("error consistency", True), "difference"] == pytest.approx(0)
    assert found.loc[(PAID, True), "difference"] == pytest.approx(0)
    assert found.loc[(PAID, False), "difference"] > 0.1
    assert found.loc[("accuracy", False), "observer"] == "good"


def test_conventions_do_what_they_say() -> None:
    table = specifications(NESTED, Resampling(draws=100))
    assert table["headline"].value_counts().to_dict() == {
        k: 2 ** len(v) for k, v in HEADLINES.items()
    }
    accuracy = table[table["headline"] == "accuracy"].set_index([*CONVENTIONS])
    values = accuracy["difference"].groupby("conditions").agg(["min", "max"])
    # Who is resampled changes intervals alone; which conditions count changes values.
    assert (values["min"] == values["max"]).all()
    assert values["min"].nunique() == 2
    width = (accuracy["high"] - accuracy["low"]).groupby("resample_observers").mean()
    assert width[True] > width[False]


def test_one_specification_again(published_trials: pd.DataFrame) -> None:
    # Humans, who are resampled, the networks that lead somewhere, the reference, and two others
    # whom these have to beat.
    networks = {*SHIPPED["observer"], REFERENCE[1], "swag_vit_b16_in1k", "bagnet33"}
    human = published_trials["observer_kind"] == "human"
    ours = published_trials["source"] == "model-vs-human"
    few = published_trials[human | (ours & published_trials["observer"].isin(networks))]
    chosen = {"conditions": "all", "resample_observers": True}
    found = compare_under(few, SummarySettings(**chosen)).reset_index(drop=True)
    shipped = SHIPPED[np.all([SHIPPED[name] == value for name, value in chosen.items()], axis=0)]
    shipped = shipped[(shipped["zero_division"] == "nan") & shipped["within_categories"]]
    pd.testing.assert_frame_equal(found, shipped.reset_index(drop=True), atol=1e-6)
