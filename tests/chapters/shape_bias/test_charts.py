"""What the shape-bias charts draw, asserted on their specifications."""

import json
from functools import cache
from typing import Any

import pytest
from tiny.charts import names

from gcbook.chapters.shape_bias.charts import (
    fig_category_spread,
    fig_cue_accuracies,
    fig_shape_bias,
    fig_shape_bias_ranking,
)
from gcbook.charts.chart import chart_spec
from gcbook.charts.theme import HUMAN
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.shape_tables import (
    bias_by_category,
    category_outliers,
    category_spread,
    cue_accuracies,
    pooled_bias,
    published_bias,
)
from gcbook.stats.summaries import Summaries

SHIPPED = Summaries.read()
BIAS = bias_by_category(SHIPPED, ["resnet50", "alexnet"])

CHARTS = {
    "shape bias": lambda: fig_shape_bias(BIAS),
    "spread": lambda: fig_category_spread(category_spread(BIAS), category_outliers(BIAS)),
    "ranking": lambda: fig_shape_bias_ranking(pooled_bias(BIAS)),
    "cues": lambda: fig_cue_accuracies(cue_accuracies(SHIPPED, ["resnet50"]), published_bias()),
}


@cache
def spec_of(name: str) -> dict[str, Any]:
    return chart_spec(CHARTS[name]())


def layers(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = spec_of(name)["layer"]
    return found


def params(name: str) -> dict[str, dict[str, Any]]:
    spec = spec_of(name)
    of_layers = [p for layer in spec["layer"] for p in layer.get("params", [])]
    return {p["name"]: p for p in [*spec.get("params", []), *of_layers]}


def marks(name: str) -> list[str]:
    return [layer["mark"]["type"] for layer in layers(name)]


@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_as_wide_as_the_page_and_described(name: str) -> None:
    spec = spec_of(name)
    assert spec["width"] == "container"
    assert isinstance(spec["height"], int)
    assert len(spec["description"]) > 80


@pytest.mark.parametrize("name", CHARTS)
def test_kinds_differ_in_colour_and_in_shape(name: str) -> None:
    text = json.dumps(spec_of(name))
    assert HUMAN in text
    shapes = [
        layer["encoding"]["shape"]["scale"]
        for layer in layers(name)
        if "shape" in layer["encoding"]
    ]
    assert shapes
    assert all(len(set(scale["range"])) == len(scale["domain"]) for scale in shapes)


def test_fig1_has_texture_below_and_shape_above() -> None:
    axes = [layer["encoding"]["x"] for layer in layers("shape bias") if "x" in layer["encoding"]]
    shown = {axis["title"]: axis["axis"] for axis in axes if axis.get("axis")}
    assert set(shown) == {"Fraction of texture decisions", "Fraction of shape decisions"}
    top = shown["Fraction of shape decisions"]
    assert top["orient"] == "top"
    assert "1 - datum.value" in top["labelExpr"]
    assert {axis["field"] for axis in axes} == {"texture_share"}
    assert all(axis["scale"]["domain"] == [0, 1] for axis in axes)


def test_fig1_rows_are_the_categories_in_their_order() -> None:
    rows = [
        layer["encoding"]["y"]["scale"]["domain"]
        for layer in layers("shape bias")
        if "scale" in layer["encoding"].get("y", {})
    ]
    assert rows
    assert all(domain == list(CATEGORIES) for domain in rows)


def test_fig1_marks_published_averages_by_dashed_lines() -> None:
    dashed = [layer for layer in layers("shape bias") if "strokeDash" in layer["mark"]]
    assert len(dashed) == 1
    assert dashed[0]["mark"]["type"] == "rule"
    assert "published average" in json.dumps(dashed[0]["transform"])
    legend = dashed[0]["encoding"]["color"]["legend"]["labelExpr"]
    assert "', paper'" in legend


def test_an_observer_is_picked_by_click_and_from_a_list() -> None:
    pick = params("shape bias")["highlight"]
    assert pick["select"]["type"] == "point"
    assert pick["select"]["on"] == "click"
    assert pick["bind"]["options"][0] is None
    assert {"Human 1", "Humans", "ResNet-50", "AlexNet"} <= set(pick["bind"]["labels"])
    assert len(pick["bind"]["options"]) == len(pick["bind"]["labels"])
    # Imagen has no marks by category to highlight.
    assert "Imagen" not in pick["bind"]["labels"]
    assert params("shape bias")["average"]["bind"]["options"] == ["pooled", "category mean"]


def test_fig1_hover_shows_counts_and_interval() -> None:
    points = [layer for layer in layers("shape bias") if layer["mark"]["type"] == "point"]
    tooltips = [{t["field"] for t in p["encoding"].get("tooltip", [])} for p in points]
    wanted = {"shape_answers", "texture_answers", "low", "high", "observer"}
    assert sum(wanted <= found for found in tooltips) >= 3


def test_box_plot_draws_what_the_table_holds() -> None:
    """Quartiles are columns: a chart that computed its own would use other numbers."""
    assert "boxplot" not in marks("spread")
    fields = {layer["encoding"]["x"]["field"] for layer in layers("spread")}
    assert fields == {"whisker_low", "q1", "median", "shape_bias", "average"}


@pytest.mark.parametrize("name", ["spread", "ranking"])
def test_rows_are_in_the_order_of_the_table(name: str) -> None:
    table = category_spread(BIAS) if name == "spread" else pooled_bias(BIAS)
    order = layers(name)[0]["encoding"]["y"]["scale"]["domain"]
    assert names(spec_of(name), order) == table["observer"].to_list()


def test_cue_map_offers_every_category() -> None:
    chosen = params("cues")["category"]
    assert chosen["bind"]["options"] == ["pooled", *CATEGORIES]
    assert chosen["value"] == "pooled"


def test_own_models_get_their_own_mark() -> None:
    own = BIAS.assign(kind=BIAS["kind"].where(BIAS["observer"] != "AlexNet", "Own model"))
    scale = chart_spec(fig_shape_bias(own))["layer"][0]["encoding"]["color"]["scale"]
    assert "Own model" in scale["domain"]
    assert "Own model" not in layers("shape bias")[0]["encoding"]["color"]["scale"]["domain"]


def test_published_averages_are_not_shown_for_single_categories():
    lines = [
        layer
        for layer in layers("cues")
        if any(each["field"] == "published" for each in layer["encoding"].get("tooltip", []))
    ]
    assert len(lines) == 2
    for layer in lines:
        assert {"filter": "category === 'pooled'"} in layer["transform"]
