"""Figures of the miniatures' answers."""

import pandas as pd
import pytest

from gcbook.charts.chart import chart_spec
from gcbook.charts.miniature_results import fig_miniature_sets, fig_miniature_strength
from gcbook.charts.parts import NOBODY

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
    assert SETS.to_dict("records") in spec["datasets"].values()
    point = spec["layer"][-1]["encoding"]
    assert point["y"]["sort"] == ["In-distribution", "Edges"]
    assert point["yOffset"]["field"] == "recipe"
    assert point["x"]["field"] == "value"
    rule = spec["layer"][-2]["encoding"]
    assert (rule["x"]["field"], rule["x2"]["field"]) == ("low", "high")
