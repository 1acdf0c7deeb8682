"""Favourite answers of those who hardly recognise anything, counted by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from gcbook.chapters.ood_accuracy.tables import near_guessing
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
    return replace(SHIPPED, counts=counts)


def test_people_are_taken_one_by_one_and_missing_answers_left_out_of_the_share_alone() -> None:
    rows = near_guessing(
        summaries(
            [
                ("subject-01", "0.9", "cat", "cat", 1),
                ("subject-01", "0.9", "cat", "dog", 4),
                ("subject-01", "0.9", "dog", "dog", 0),
                ("subject-01", "0.9", "bear", "knife", 4),
                ("subject-02", "0.9", "dog", "na", 9),
                ("subject-02", "0.9", "dog", "dog", 1),
                ("resnet50", "0.9", "cat", "knife", 5),
                ("resnet50", "0.9", "dog", "knife", 5),
                ("resnet50", "0.0", "dog", "dog", 1),
                ("resnet50", "0.0", "dog", "cat", 7),
                ("alexnet", "0.0", "dog", "dog", 3),
                ("alexnet", "0.0", "dog", "cat", 20),
            ]
        )
    ).set_index(["observer", "condition"])
    # One in eight is near guessing, 3 of 23 no more.
    assert set(rows.index) == {
        ("subject-01", "0.9"),
        ("subject-02", "0.9"),
        ("resnet50", "0.9"),
        ("resnet50", "0.0"),
    }
    assert rows.loc[("subject-01", "0.9"), "share"] == pytest.approx(4 / 9)
    assert rows.loc[("subject-02", "0.9"), ["right", "share"]].tolist() == [0.1, 1.0]
    assert rows.loc[("resnet50", "0.9"), "share"] == 1.0


def test_networks_of_the_second_source_count_when_asked_for() -> None:
    assert set(near_guessing(SHIPPED)["source"]) == {"model-vs-human"}
    asked = near_guessing(SHIPPED, ["vgg16"])
    assert "vgg16" in set(asked["observer"])
