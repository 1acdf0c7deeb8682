"""Figures of the miniatures' answers."""

import numpy as np
import pandas as pd
import pytest

from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.miniature_look import COLORS
from gcbook.charts.miniature_results import (
    fig_miniature_bias,
    fig_miniature_cues,
    fig_miniature_sets,
    fig_miniature_strength,
)
from gcbook.charts.parts import NOBODY
from gcbook.paper.categories import CATEGORIES

MEASURES = ["shape_accuracy", "texture_accuracy", "shape_bias"]


def result(name, model, recipe, shape, texture):
    values = (shape, texture, shape / (shape + texture))
    row = {"name": name, "model": model, "recipe": recipe}
    for measure, value in zip(MEASURES, values, strict=True):
        row |= {measure: value, f"{measure}_low": value - 0.05, f"{measure}_high": value + 0.05}
    return row


RESULTS = pd.DataFrame(
    [
        result("mini-pixel", "mini-pixel", "mini-pixel", 0.6, 0.2),
        result("mini-cnn, all seeds", "", "mini-cnn", 0.35, 0.45),
        result("mini-cnn, seed 0", "mini-cnn", "mini-cnn", 0.3, 0.5),
        result("mini-cnn, seed 1", "mini-cnn-seed1", "mini-cnn", 0.4, 0.4),
    ]
)
STRENGTH = pd.DataFrame(
    [
        (
            name,
            "Filter (pixels)",
            step,
            str(step),
            recipe,
            1,
            0.9 - 0.2 * step,
            0.6 - 0.2 * step,
            0.95,
        )
        for name in ("Low-pass", "High-pass")
        for recipe in ("mini-pixel", "mini-cnn")
        for step in range(3)
    ],
    columns=["dataset", "strength", "step", "condition", "recipe", "seeds", "value", "low", "high"],
).assign(n=80, counted=["no: unchanged", "yes", "yes"] * 4)
SETS = pd.DataFrame(
    [
        (name, recipe, 1, 0.5, 0.4, 0.6, 100)
        for name in ("In-distribution", "Edges")
        for recipe in ("mini-ar", "mini-cnn")
    ],
    columns=["dataset", "recipe", "seeds", "value", "low", "high", "n"],
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


def only(spec):
    return max(spec["datasets"].values(), key=len)


def test_each_trained_network_is_a_mark_and_pools_are_none():
    spec = chart_spec(fig_miniature_cues(RESULTS))
    (rows,) = (rows for rows in spec["datasets"].values() if "recipe" in rows[0])
    assert [row["name"] for row in rows] == ["mini-pixel", "mini-cnn, seed 0", "mini-cnn, seed 1"]
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


def test_lines_of_equal_bias_have_that_bias():
    spec = chart_spec(fig_miniature_cues(RESULTS))
    lines = next(rows for rows in spec["datasets"].values() if "line" in rows[0])
    ends = [row for row in lines if row["label"]]
    assert ends
    for row in ends:
        share = row["shape_accuracy"] / (row["shape_accuracy"] + row["texture_accuracy"])
        assert share == pytest.approx(float(row["label"]))


def test_a_panel_a_manipulation_with_intervals_on_demand():
    spec = chart_spec(fig_miniature_strength(STRENGTH))
    assert [panel["title"] for panel in spec["concat"]] == ["Low-pass", "High-pass"]
    (choice,) = spec["params"]
    assert choice["bind"]["options"] == [NOBODY, "mini-pixel", "mini-cnn"]
    assert choice["value"] == NOBODY
    shade, chance, rule, line, points = spec["concat"][0]["layer"]
    assert {row["counted"] for row in spec["datasets"][shade["data"]["name"]]} == {"no: unchanged"}
    (level,) = spec["datasets"][chance["data"]["name"]]
    assert level["value"] == pytest.approx(1 / 16)
    assert rule["transform"][0]["filter"] == "datum.recipe === mini_highlight"
    assert (rule["encoding"]["y"]["field"], rule["encoding"]["y2"]["field"]) == ("low", "high")
    assert line["encoding"]["y"]["field"] == points["encoding"]["y"]["field"] == "value"
    assert line["encoding"]["x"]["sort"] == ["0", "1", "2"]


def test_sets_are_rows_with_a_mark_a_miniature():
    spec = chart_spec(fig_miniature_sets(SETS))
    assert only(spec) == SETS.to_dict("records")
    point = spec["layer"][-1]["encoding"]
    assert point["y"]["sort"] == ["In-distribution", "Edges"]
    assert point["yOffset"]["field"] == "recipe"
    assert point["x"]["field"] == "value"
    rule = spec["layer"][-2]["encoding"]
    assert (rule["x"]["field"], rule["x2"]["field"]) == ("low", "high")


def test_bias_is_drawn_as_in_the_papers_first_figure():
    spec = chart_spec(fig_miniature_bias(BIAS))
    lines, intervals, points = spec["layer"]
    assert lines["transform"][0]["filter"] == "datum.category === 'pooled'"
    assert "pooled" in points["transform"][0]["filter"]
    assert points["encoding"]["x"]["field"] == "texture_share"
    assert points["encoding"]["y"]["sort"] == list(CATEGORIES)
    row = next(row for row in only(spec) if row["recipe"] == "mini-ar" and row["category"] == "cat")
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
