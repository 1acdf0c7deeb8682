"""Panels of the two criteria and of preferences, as charts."""

import pandas as pd
import pytest

from gcbook.chapters.illusions.charts import (
    fig_flips,
    fig_overlap,
    fig_placement,
    fig_preferences,
    fig_resemblance,
)
from gcbook.chapters.illusions.lines import _FLIPS, _OVERLAP, _PLACEMENT, _RESEMBLANCE
from gcbook.charts.chart import chart_spec, static_svg

LINES = {
    fig_resemblance: [*_RESEMBLANCE.values()],
    fig_placement: [*_PLACEMENT.values()],
    fig_overlap: [*_OVERLAP.values()],
    fig_flips: [*_FLIPS.values()],
}


def rows(lines, models=("m",)):
    return pd.DataFrame(
        [
            (model, panel, line, strength, 16, 0.5, 0.4, 0.6)
            for model in models
            for panel in ("first", "second", "third")
            for line in lines
            for strength in (0.3, 0.6)
        ],
        columns=["model", "panel", "line", "strength", "n", "value", "low", "high"],
    )


@pytest.mark.parametrize("make", LINES)
def test_a_panel_each_with_all_lines_in_one_legend(make):
    spec = chart_spec(make(rows(LINES[make])))
    assert [panel["title"] for panel in spec["concat"]] == ["first", "second", "third"]
    scales = {str(panel["layer"][-1]["encoding"]["color"]["scale"]) for panel in spec["concat"]}
    assert len(scales) == 1
    svg = static_svg(spec).replace("&#x27;", "'").replace("&#39;", "'")
    assert all(line in svg for line in LINES[make])


@pytest.mark.parametrize(("make", "level"), [(fig_placement, 0), (fig_overlap, 1)])
def test_a_line_where_prompts_make_no_difference(make, level):
    spec = chart_spec(make(rows(LINES[make])))
    line = spec["concat"][0]["layer"][0]
    assert line["mark"]["type"] == "rule"
    assert spec["datasets"][line["data"]["name"]] == [{"value": level}]
    without = chart_spec(fig_resemblance(rows(LINES[fig_resemblance])))["concat"][0]["layer"][0]
    assert without["mark"]["type"] == "area"


def test_two_models_can_be_chosen_from():
    two = chart_spec(fig_resemblance(rows(LINES[fig_resemblance], ("m", "n"))))
    [chosen] = [each for each in two["params"] if "bind" in each]
    assert chosen["bind"]["options"] == ["m", "n"]
    assert chosen["name"] in str(two["concat"][0]["layer"][-1]["transform"])


def test_preferences_have_a_panel_and_a_unit_a_model():
    table = pd.DataFrame(
        [
            (model, unit, drawing, pose, 8, value, value - 1, value + 1)
            for model, unit in (("m", "nats"), ("n", "% of the error"))
            for drawing, value in (("duck–rabbit", -1.0), ("duck", -2.0), ("rabbit", 2.0))
            for pose in ("upright", "turned by 90°")
        ],
        columns=["model", "unit", "drawing", "pose", "draws", "preference", "low", "high"],
    )
    spec = chart_spec(fig_preferences(table))
    assert [panel["title"] for panel in spec["concat"]] == ["m", "n"]
    svg = static_svg(spec)
    assert "← duck · rabbit → (nats)" in svg
    assert svg.index("upright") < svg.index("turned by 90°")
    assert svg.index("duck–rabbit") < svg.index(">rabbit<")


@pytest.mark.parametrize("make", [*LINES, fig_preferences])
def test_nothing_to_show(make):
    assert chart_spec(make(pd.DataFrame()))["description"]
