"""Accuracy tables: hand-worked small ones, and the published trials' shipped summaries."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.ood_accuracy.tables import (
    ONE_HUMAN,
    accuracy_by_condition,
    single_condition_accuracy,
    telling_conditions,
)
from gcbook.files.errors import InputError
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import Summaries, summarise

SHIPPED = Summaries.read()


def trials(answers: dict[str, str], dataset: str, conditions: list[str]) -> pd.DataFrame:
    """One image a condition, all of a cat; an answer is "c" (cat, right) or "d" (dog, wrong)."""
    rows = [
        (who, dataset, condition, f"cat{i}.png", {"c": "cat", "d": "dog"}[answer])
        for who, string in answers.items()
        for i, (condition, answer) in enumerate(zip(conditions, string, strict=True))
    ]
    table = pd.DataFrame(rows, columns=["observer", "dataset", "condition", "image_id", "response"])
    human = table["observer"].str.startswith("subject")
    return table.assign(
        observer_kind=np.where(human, "human", "model"),
        source="model-vs-human",
        category="cat",
        session="1",
        trial=1,
        rt=np.nan,
        imagename=table["image_id"],
    )


def small(conditions: str = "benchmark") -> Summaries:
    shown = ["0", "0", "90", "90", "180", "270"]
    answers = {"subject-01": "cccdcd", "subject-02": "ccccdd", "resnet50": "ccdddc"}
    settings = SummarySettings(
        datasets=("rotation",), conditions=conditions, resampling=Resampling(draws=0)
    )
    return summarise(trials(answers, "rotation", shown), settings)


def test_accuracy_by_condition_is_what_one_counts_by_hand() -> None:
    table = accuracy_by_condition(small(), individuals=True)
    values = table.set_index(["observer", "condition"])["value"].to_dict()
    assert values["Humans", "90"] == 0.75  # 3 of 4
    assert values["Humans", "270"] == 0
    assert values["Human 1", "90"] == 0.5
    assert values["ResNet-50", "270"] == 1
    assert table.loc[table["observer"] == "Humans", "n"].tolist() == [4, 4, 2, 2]


def test_conditions_come_in_order_with_axis_labels_and_what_counts() -> None:
    table = accuracy_by_condition(small())
    humans = table[table["observer"] == "Humans"]
    assert humans["condition"].tolist() == ["0", "90", "180", "270"]
    assert humans["step"].tolist() == [1, 2, 3, 4]
    assert humans["counted"].tolist() == ["no: image unchanged", "yes", "yes", "yes"]
    assert set(table["strength"]) == {"Rotation angle (°)"}
    assert (accuracy_by_condition(small("all"))["counted"] == "yes").all()


def test_single_humans_only_where_asked_for() -> None:
    assert ONE_HUMAN not in set(accuracy_by_condition(small())["kind"])
    kinds = accuracy_by_condition(small(), individuals=True)["kind"].value_counts()
    assert kinds[ONE_HUMAN] == 8


def test_a_dataset_without_conditions_gives_an_empty_table() -> None:
    edge = summarise(
        trials({"subject-01": "c", "m": "c"}, "edge", ["0"]),
        SummarySettings(datasets=("edge",), resampling=Resampling(draws=0)),
    )
    assert accuracy_by_condition(edge).empty
    assert single_condition_accuracy(edge)["observer"].tolist() == ["Humans", "m"]
    assert single_condition_accuracy(small()).empty


def test_published_conditions_and_their_labels() -> None:
    table = accuracy_by_condition(SHIPPED)
    assert table["dataset"].nunique() == 12
    assert table["observer"].nunique() == 10
    assert len(table) == 10 * sum(len(e.conditions) for e in EXPERIMENTS.values() if e.parametric)
    noise = table[(table["dataset"] == "Uniform noise") & (table["observer"] == "ResNet-50")]
    widths = ["0.0", "0.03", "0.05", "0.1", "0.2", "0.35", "0.6", "0.9"]
    assert noise["condition"].tolist() == widths
    assert (noise["low"] <= noise["value"]).all()
    assert (noise["value"] <= noise["high"]).all()
    low_pass = table[(table["dataset"] == "Low-pass") & (table["observer"] == "Humans")]
    assert (low_pass["counted"] != "yes").tolist() == [True] + [False] * 5 + [True] * 2


def test_networks_of_the_second_source_are_on_three_datasets_and_shown_once() -> None:
    table = single_condition_accuracy(SHIPPED)
    assert table.groupby("dataset", sort=False)["observer"].nunique().to_dict() == {
        "Sketch": 10,
        "Stylized": 10,
        "Edge": 33,
        "Silhouette": 33,
        "Cue conflict": 33,
    }
    assert not table.duplicated(["dataset", "observer"]).any()
    for _, group in table.groupby("dataset"):
        assert group["value"].is_monotonic_decreasing


def test_observers_are_filtered_and_checked() -> None:
    assert set(accuracy_by_condition(SHIPPED, ["resnet50"])["observer"]) == {"Humans", "ResNet-50"}
    with pytest.raises(InputError, match="swag_vit_l16_in1k"):
        accuracy_by_condition(SHIPPED, ["resnet5"])


def test_telling_conditions_are_four_in_order_with_their_place() -> None:
    table = telling_conditions(accuracy_by_condition(SHIPPED))
    places = ["Low-pass, 10", "High-pass, 0.7", "Contrast, 5", "Rotation, 90"]
    assert list(dict.fromkeys(table["place"])) == places
    assert len(table) == 4 * 10
    humans = table[table["kind"] == "Humans"].set_index("place")["value"]
    assert humans["Low-pass, 10"] == pytest.approx(0.380, abs=1e-3)
    turned = telling_conditions(accuracy_by_condition(small()))
    assert turned["place"].tolist() == ["Rotation, 90"] * 2
