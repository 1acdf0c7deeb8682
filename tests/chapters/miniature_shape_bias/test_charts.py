"""Shape bias of the miniatures as the paper draws that of its models, and what is behind it."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.miniature_shape_bias.charts import fig_miniature_bias, fig_miniature_cues
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.miniature_look import COLORS
from gcbook.paper.categories import CATEGORIES

MEASURES = ["shape_accuracy", "texture_accuracy", "shape_bias"]


def result(network, recipe, shape, texture):
    values = (shape, texture, shape / (shape + texture))
    row = {"network": network, "recipe": recipe}
    for measure, value in zip(MEASURES, values, strict=True):
        row |= {measure: value, f"{measure}_low": value - 0.05, f"{measure}_high": value + 0.05}
    return row


CUES = pd.DataFrame(
    [
        result("mini-pixel", "mini-pixel", 0.6, 0.2),
        result("mini-cnn, seed 0", "mini-cnn", 0.3, 0.5),
        result("mini-cnn, seed 1", "mini-cnn", 0.4, 0.4),
    ]
)
BIAS = pd.DataFrame(
    [
        (recipe, 2, category, bias, bias - 0.1, bias + 0.1, 1 - bias, 5, 5, 10)
        for recipe, bias in (("mini-ar", 0.25), ("mini-cnn", 0.75))
        for category in ("pooled", *CATEGORIES)
    ],
    columns=[
        *("recipe", "seeds", "category", "shape_bias", "low", "high", "texture_share"),
        *("shape_answers", "texture_answers", "n"),
    ],
)


def test_each_trained_network_is_a_mark():
    spec = chart_spec(fig_miniature_cues(CUES))
    (rows,) = (rows for rows in spec["datasets"].values() if "recipe" in rows[0])
    assert [row["network"] for row in rows] == [
        "mini-pixel",
        "mini-cnn, seed 0",
        "mini-cnn, seed 1",
    ]
    mark = spec["layer"][-1]
    assert mark["encoding"]["x"]["field"] == "texture_accuracy"
    assert mark["encoding"]["y"]["field"] == "shape_accuracy"
    assert mark["encoding"]["color"]["scale"]["range"] == [COLORS["mini-pixel"], COLORS["mini-cnn"]]
    across, down = spec["layer"][-2]["encoding"], spec["layer"][-3]["encoding"]
    assert (across["x"]["field"], across["x2"]["field"]) == (
        "texture_accuracy_low",
        "texture_accuracy_high",
    )
    assert (down["y"]["field"], down["y2"]["field"]) == (
        "shape_accuracy_low",
        "shape_accuracy_high",
    )
    assert "mini-cnn, seed 1: shape 40%, texture 40%." in spec["description"]


def test_bias_is_drawn_as_in_the_papers_first_figure():
    spec = chart_spec(fig_miniature_bias(BIAS))
    lines, *ends, intervals, points = spec["layer"]
    assert lines["transform"][0]["filter"] == "datum.category === 'pooled'"
    assert lines["mark"]["type"] == "rule"
    # Colour is not the only sign of a line: each ends in the mark of its model.
    assert [end["transform"][-1]["filter"]["equal"] for end in ends] == ["mini-ar", "mini-cnn"]
    assert all("shape" in end["encoding"] for end in ends)
    assert "pooled" in points["transform"][0]["filter"]
    assert points["encoding"]["x"]["field"] == "texture_share"
    assert points["encoding"]["y"]["sort"] == list(CATEGORIES)
    (rows,) = spec["datasets"].values()
    row = next(row for row in rows if row["recipe"] == "mini-ar" and row["category"] == "cat")
    assert (row["left"], row["right"]) == pytest.approx((0.65, 0.85))
    assert (intervals["encoding"]["x"]["field"], intervals["encoding"]["x2"]["field"]) == (
        "left",
        "right",
    )
    assert "mini-ar 0.25, mini-cnn 0.75" in spec["description"]


def test_undefined_values_are_not_drawn():
    some = BIAS.copy()
    some.loc[some["category"] == "cat", ["shape_bias", "low", "high", "texture_share"]] = np.nan
    whole, less = (static_svg(chart_spec(fig_miniature_bias(table))) for table in (BIAS, some))
    assert whole.count("<path") - less.count("<path") == 2
