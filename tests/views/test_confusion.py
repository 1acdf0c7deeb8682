"""Confusions and response bias, counted by hand and on the shipped summaries."""

import pandas as pd
import pytest

from gcbook.categories import CATEGORIES
from gcbook.summaries import Summaries
from gcbook.views.confusion import bias_facts, confusion_answers, response_bias

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
    return Summaries(counts, empty, SHIPPED.estimates.iloc[:0], SHIPPED.tests.iloc[:0], {})


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
    assert table.loc[("Humans", 8), "cat"] == "dog 3, cat 1"
    assert table.loc[("Humans", 8), "dog"] == "na 4, dog 2"
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
    assert table.loc["ResNet-50", "cat"] == "bear 2, truck 2, na 2"


def test_response_bias_leaves_missing_answers_out_of_the_share_only() -> None:
    table = response_bias(SMALL).set_index(["observer", "condition"])
    humans = table.loc[("Humans", "Uniform noise width: 0.9")]
    assert humans["favourite"] == "dog"
    assert humans["share"] == round(5 / 6, 4)
    assert humans["right"] == 0.3
    network = table.loc[("ResNet-50", "Uniform noise width: 0.9")]
    assert (network["favourite"], network["share"], network["right"]) == ("knife", 1.0, 0.0)


def test_facts_by_hand() -> None:
    facts = bias_facts(response_bias(SMALL))
    # Of the hopeless cases (accuracy at most 0.125) there is one, of a network.
    assert (facts["networks_n"], facts["networks_mean"]) == (1, "100%")
    assert (facts["humans_n"], facts["humans_mean"]) == (0, "no value")
    assert facts["humans_favourite"] == "dog"
    assert facts["all_the_same"] == 2  # noise, and the easy condition with one category shown


def test_counts_of_the_published_trials_survive_the_lists() -> None:
    table = confusion_answers(SHIPPED)
    assert len(table) == 780
    assert table["observer"].nunique() == 10
    folded = table.melt(["observer", "n"], list(CATEGORIES))["value"]
    counted = folded.str.findall(r" (\d+)").explode().dropna().astype(int).sum()
    shown = SHIPPED.counts[SHIPPED.counts["source"] == "model-vs-human"]
    assert counted == shown["n"].sum() == table["n"].sum()


def test_the_diagonal_is_the_accuracy() -> None:
    table = confusion_answers(SHIPPED, ["resnet50"])
    row = table[(table["observer"] == "ResNet-50") & (table["dataset"] == "Sketch")].iloc[0]
    right = sum(
        int(answer.split(" ")[1])
        for category in CATEGORIES
        for answer in row[category].split(", ")
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
    assert set(asked.loc[asked["observer"] == "AlexNet", "dataset"]) == {
        "Edge",
        "Silhouette",
        "Cue conflict",
    }


def test_people_spread_their_guesses_and_networks_do_not() -> None:
    bias = response_bias(SHIPPED)
    hopeless = bias[bias["right"] <= 0.125]
    mean = hopeless.groupby("kind")["share"].mean()
    assert mean["Humans"] < 0.3 < 0.5 < mean["Discriminative model"]
    assert bias["share"].between(1 / 16, 1).all()
