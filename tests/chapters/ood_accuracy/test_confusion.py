"""Confusions and response bias, counted by hand and on the shipped summaries."""

from dataclasses import replace

import pandas as pd
import pytest

from gcbook.chapters.ood_accuracy.tables import (
    PEOPLE,
    confusion_answers,
    near_guessing,
    response_bias,
)
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.summaries import Summaries

SHIPPED = Summaries.read()


def summaries(rows: list[tuple[str, str, str, str, int]]) -> Summaries:
    """From (observer, condition, category, response, n) on uniform noise."""
    counts = pd.DataFrame(rows, columns=["observer", "condition", "category", "response", "n"])
    human = counts["observer"].str.startswith("subject")
    counts = counts.assign(
        observer_kind=human.map({True: "human", False: "model"}),
        source="model-vs-human",
        dataset="uniform-noise",
        cue="",
    )
    empty = SHIPPED.pairs.iloc[:0]
    return replace(SHIPPED, counts=counts, pairs=empty)


SMALL = summaries(
    [
        ("subject-01", "0.9", "cat", "cat", 1),
        ("subject-01", "0.9", "cat", "dog", 2),
        ("subject-02", "0.9", "cat", "dog", 1),
        ("subject-02", "0.9", "dog", "na", 4),
        ("subject-02", "0.9", "dog", "dog", 2),
        ("resnet50", "0.9", "cat", "knife", 5),
        ("resnet50", "0.9", "dog", "knife", 5),
        ("resnet50", "0.0", "dog", "dog", 3),
    ]
)


def test_answers_are_pooled_over_people_and_listed_most_frequent_first() -> None:
    table = confusion_answers(SMALL).set_index(["observer", "step"])
    assert table.loc[("Humans", 8), "cat"] == "dog 3; cat 1"
    assert table.loc[("Humans", 8), "dog"] == "na 4; dog 2"
    assert table.loc[("ResNet-50", 8), "dog"] == "knife 5"
    assert table.loc[("ResNet-50", 1), "cat"] == ""
    assert table.loc[("Humans", 8), "right"] == 0.3  # 3 of 10
    assert table.loc[("Humans", 8), "condition"] == "Uniform noise width: 0.9"
    assert set(table["steps"]) == {8}


def test_ties_are_in_the_order_of_the_categories() -> None:
    tied = summaries([("resnet50", "0.9", "cat", r, 2) for r in ("na", "truck", "bear")])
    tied.counts.loc[len(tied.counts)] = {**tied.counts.iloc[0], "observer": "subject-01", "n": 1,
                                         "observer_kind": "human"}  # fmt: skip
    table = confusion_answers(tied).set_index("observer")
    assert table.loc["ResNet-50", "cat"] == "bear 2; truck 2; na 2"


def test_response_bias_takes_people_one_by_one_and_leaves_out_missing_answers() -> None:
    table = response_bias(SMALL).set_index(["observer", "condition"])
    assert "Humans" not in table.index.get_level_values("observer")
    first = table.loc[("Human 1", "Uniform noise width: 0.9")]
    assert (first["kind"], first["favourite"], first["share"]) == ("Humans", "dog", 0.6667)
    second = table.loc[("Human 2", "Uniform noise width: 0.9")]
    assert (second["share"], second["right"]) == (1.0, round(2 / 7, 4))
    network = table.loc[("ResNet-50", "Uniform noise width: 0.9")]
    assert (network["favourite"], network["share"], network["right"]) == ("knife", 1.0, 0.0)


def test_reach_is_written_as_a_power() -> None:
    conditions = set(confusion_answers(SHIPPED)["condition"])
    assert {"Reach: 2⁰", "Reach: 2⁷"} <= conditions


def test_counts_of_the_published_trials_survive_the_lists() -> None:
    shown = SHIPPED.counts[SHIPPED.counts["source"] == "model-vs-human"]
    networks = shown.loc[shown["observer_kind"] == "model", "observer"].unique()
    table = confusion_answers(SHIPPED, list(networks))
    assert len(table) == 780
    assert table["observer"].nunique() == 10
    folded = table.melt(["observer", "n"], list(CATEGORIES))["value"]
    counted = folded.str.findall(r" (\d+)").explode().dropna().astype(int).sum()
    assert counted == shown["n"].sum() == table["n"].sum()


def test_the_diagonal_is_the_accuracy() -> None:
    table = confusion_answers(SHIPPED, ["resnet50"])
    row = table[(table["observer"] == "ResNet-50") & (table["dataset"] == "Sketch")].iloc[0]
    right = sum(
        int(answer.split(" ")[1])
        for category in CATEGORIES
        for answer in row[category].split("; ")
        if answer.split(" ")[0] == category
    )
    assert right / row["n"] == pytest.approx(row["right"], abs=1e-4)
    accuracy = SHIPPED.estimates.query(
        "metric == 'accuracy' and observer == 'resnet50' and dataset == 'sketch'"
        " and condition == '0'"
    )["value"]
    assert row["right"] == pytest.approx(accuracy.item(), abs=1e-4)


def test_networks_of_the_second_source_come_when_asked_for() -> None:
    assert "AlexNet" not in set(confusion_answers(SHIPPED)["observer"])
    asked = confusion_answers(SHIPPED, ["alexnet"])
    assert set(asked["observer"]) == {"Humans", "AlexNet"}
    datasets = asked.loc[asked["observer"] == "AlexNet", "dataset"]
    assert set(datasets) == {"Edge", "Silhouette", "Cue conflict"}


def test_one_network_of_each_family_is_shown_and_every_own_one() -> None:
    own = SHIPPED.counts[SHIPPED.counts["observer"] == "resnet50"]
    own = own.assign(observer="mine", source="mine.csv")
    counts = pd.concat([SHIPPED.counts, own], ignore_index=True)
    shown = confusion_answers(replace(SHIPPED, counts=counts))["observer"].unique()
    published = {"ResNet-50", "SimCLR ResNet-50x1", "BagNet-33", "SWAG ViT-L/16"}
    assert set(shown) == {"Humans", "mine", *published}


def test_near_guessing_has_people_in_one_row_and_networks_by_their_mean() -> None:
    rows = [
        ("Human 1", "Humans", 0.1, 0.9),
        ("Human 2", "Humans", 0.05, 0.8),
        ("b", "Own model", 0.1, 0.2),
        ("a", "Own model", 0.1, 0.3),
        ("a", "Own model", 0.125, 0.5),
        ("c", "Own model", 0.13, 0.1),
    ]
    table = near_guessing(pd.DataFrame(rows, columns=["observer", "kind", "right", "share"]))
    assert table["group"].tolist() == [PEOPLE, PEOPLE, "b", "a", "a"]
    assert "mean" not in table
