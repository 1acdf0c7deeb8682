"""Accuracy out of distribution, kinds of pairs and lost objects, by hand and as shipped."""

import pandas as pd
import pytest
from tiny.charts import names
from tiny.erring import RIGHT, flipped, trials

from gcbook.chapters.miniature_accuracy import tables
from gcbook.chapters.miniature_accuracy.charts import fig_differences, fig_sets
from gcbook.chapters.miniature_accuracy.tables import (
    KINDS,
    answers_by_world,
    consistency_of,
    difference_rows,
    kind_rows,
    lead_rows,
    lost_rows,
)
from gcbook.charts.chart import chart_spec
from gcbook.miniworld.results.consistency import GROUPS
from gcbook.miniworld.results.scores import accuracy_by_set
from gcbook.miniworld.results.two_worlds import WORLDS, in_both
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.stats.resampling import Resampling

NONE = Resampling(draws=0)


@pytest.fixture(scope="module")
def answers():
    return answers_by_world()


def test_networks_that_have_all_test_sets_are_compared(answers):
    assert set(answers["default"]["dataset"]) == set(TEST_SETS)
    assert {"mini-cnn", "mini-cnn-seed4"} <= set(answers["calibrated"]["observer"])
    assert "mini-pixel-seed1" not in set(answers["calibrated"]["observer"])


def test_every_test_set_weighs_the_same(answers):
    rows = difference_rows(answers["default"], resampling=NONE).set_index("compared")
    means = accuracy_by_set(answers["default"], tables.OOD_SETS, resampling=NONE)
    means = means.groupby("recipe")["value"].mean()
    expected = means["mini-latent"] - means["mini-cnn"]
    row = rows.loc["All test sets: latent − ResNet"]
    assert row["difference"] == pytest.approx(expected, abs=2e-4)
    assert row["difference"] == pytest.approx(0.0002, abs=1e-4)
    # Table 1: Stable Diffusion 0.69, ResNet-50 0.56.
    assert row["paper"] == pytest.approx(0.13)
    assert rows["paper"].notna().sum() == 3 and len(rows) == 7


def test_leads_are_means_over_two_groups_of_sets(answers):
    rows = lead_rows(answers["default"], resampling=Resampling(draws=100)).set_index("model")
    means = accuracy_by_set(answers["default"], tables.OOD_SETS, resampling=NONE)
    values = means.pivot(index="dataset", columns="recipe", values="value")
    leads = values["mini-cnn"] - values["mini-ar"]
    by_shape = leads[["Cue conflict", "Silhouettes", "Edges"]].mean()
    found = rows.loc["mini-ar"]
    assert found["by_shape"] == pytest.approx(by_shape, abs=2e-4)
    assert (3 * by_shape + 10 * found["elsewhere"]) / 13 == pytest.approx(leads.mean(), abs=2e-4)
    assert found["low"] < found["by_shape"] - found["elsewhere"] < found["high"]


def test_differences_are_drawn_beside_those_of_the_paper(answers):
    rows = in_both(difference_rows, answers, resampling=Resampling(draws=100))
    assert (rows["low"].lt(rows["difference"]) & rows["difference"].lt(rows["high"])).all()
    spec = chart_spec(fig_differences(rows))
    drawn = next(data for data in spec["datasets"].values() if "compared_id" in data[0])
    printed = [row for row in drawn if row["world"] == "The paper's models"]
    assert names(spec, (row["compared_id"] for row in printed))[0] == (
        "All test sets: pixel − ResNet"
    )
    assert printed[0]["difference"] == pytest.approx(0.15)


def test_sets_are_drawn_of_the_default_world(answers):
    rows = in_both(accuracy_by_set, answers, TEST_SETS, resampling=NONE)
    spec = chart_spec(fig_sets(rows))
    drawn = next(data for data in spec["datasets"].values() if "recipe" in data[0])
    assert len(drawn) == 4 * len(TEST_SETS)
    of = rows.set_index(["world", "dataset", "recipe"])["value"]
    for row in drawn:
        assert row["value"] == of["Default world", row["dataset"], row["recipe"]]


def test_kinds_are_those_that_there_are(monkeypatch):
    # In distribution mini-latent errs like the classifiers.
    elsewhere = RIGHT | {"mini-latent": flipped(RIGHT["mini-cnn"], 1)}
    conflicts = pd.concat([trials(right, name) for name, right in RIGHT.items()])
    others = pd.concat(
        [trials(right, name, "in-distribution") for name, right in elsewhere.items()]
    )
    monkeypatch.setattr(tables, "miniature_answers", lambda sets, models: conflicts)
    found = consistency_of(dict.fromkeys(WORLDS, others), resampling=Resampling(draws=100))
    assert [each.group for each in found] == [*GROUPS] * 2
    assert all(set(each.right) == set(RIGHT) for each in found)
    assert all(each.lead[0] <= each.lead[1] for each in found)
    rows = kind_rows(found)
    every = rows.groupby(["world", "group"], sort=False)["kind"].agg(list).tolist()
    assert every == [[*KINDS.values()]] * 4
    across = rows[rows["kind"] == KINDS["across"]]
    assert across["share"].to_numpy() == pytest.approx(
        (across["kappa"] / across["most"]).to_numpy(), abs=1e-3
    )
    classifiers = [each for each in RIGHT if each.startswith("mini-cnn")]
    few = conflicts[conflicts["observer"].isin(classifiers)]
    monkeypatch.setattr(tables, "miniature_answers", lambda sets, models: few)
    some = others[others["observer"].isin(classifiers)]
    alone = kind_rows(consistency_of(dict.fromkeys(WORLDS, some), resampling=NONE))
    assert set(alone["kind"]) == {KINDS["seeds"], KINDS["discriminative"]}


def test_lost_objects_are_turned_and_lost_at_the_largest_strength(monkeypatch):
    columns = ["image_id", "silhouette", "condition", "strength", "back"]
    made = [
        # Upright, kept, lost from less noise only, lost twice, and nothing left of the image.
        ("a-0.png", "a", "0", 0.9, 0.1),
        ("a-90.png", "a", "90", 0.9, 0.9),
        ("b-90.png", "b", "90", 0.45, 0.1),
        ("b-90.png", "b", "90", 0.9, 0.8),
        ("c-90.png", "c", "90", 0.9, 0.2),
        ("d-90.png", "d", "90", 0.9, 0.2),
        ("b-90.png", "b", "90", 1.0, 0.0),
    ]
    monkeypatch.setattr(tables, "turned_models", lambda models: ("m",))
    table = pd.DataFrame(made, columns=columns).assign(category="cat")
    monkeypatch.setattr(tables, "read_turned", lambda name: table)
    said = pd.DataFrame(
        {
            "observer": "m",
            "image_id": ["a-0.png", "a-90.png", "b-90.png", "c-90.png", "d-90.png"],
            "right": [True, True, True, True, False],
        }
    )
    monkeypatch.setattr(tables, "miniature_answers", lambda sets, models: said)
    (row,) = lost_rows(resampling=Resampling(draws=100)).to_dict("records")
    assert (row["model"], row["n"], row["accuracy"]) == ("m", 2, 0.5)
