"""Accuracies and shape bias of the miniatures in the tables that figures take."""

import pandas as pd
import pytest
from tiny.erring import answered

from gcbook.miniworld.results.scores import (
    SET_TITLES,
    accuracy_by_set,
)
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.paper.experiments import PARAMETRIC
from gcbook.stats.resampling import Resampling

OPTIONS = {"resampling": Resampling(100, 0.95, 0)}


def blurred(observer, condition, *responses):
    rows = [(f"cat{i}-cat{i}-{condition}.png", said) for i, said in enumerate(responses, 1)]
    return answered(rows, observer, "low-pass", condition)


BLUR = pd.concat(
    [
        blurred("mini-cnn", "0", "cat", "cat"),
        blurred("mini-cnn", "3", "cat", "dog"),
        blurred("mini-cnn", "7", "dog", "dog"),
        blurred("mini-cnn", "15", "dog", "dog"),
        blurred("mini-cnn-seed1", "3", "cat", "cat"),
        blurred("mini-ar", "3", "dog", "dog"),
    ]
)


def test_sets_leave_out_what_the_benchmark_leaves_out():
    table = accuracy_by_set(BLUR, ["low-pass"], **OPTIONS).set_index("recipe")
    # Conditions 3 and 7 count: of the six answers of both seeds three are right.
    assert table.loc["mini-cnn", "value"] == pytest.approx(0.5)
    assert (table.loc["mini-cnn", "n"], table.loc["mini-ar", "n"]) == (6, 2)
    assert (table["low"] <= table["value"]).all() and (table["value"] <= table["high"]).all()


def test_sets_come_in_the_order_asked_for():
    other = answered([("cat1.png", "cat")], "mini-ar", "silhouette")
    both = pd.concat([BLUR, other])
    titles = accuracy_by_set(both, ["silhouette", "low-pass"], **OPTIONS)["dataset"].tolist()
    assert titles == ["Silhouettes", "Low-pass", "Low-pass"]


def test_every_test_set_has_a_title():
    assert set(SET_TITLES) == {*TEST_SETS, *PARAMETRIC}
    assert len(set(SET_TITLES.values())) == len(SET_TITLES)
