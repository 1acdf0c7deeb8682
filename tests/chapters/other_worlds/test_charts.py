"""Figures of the map over worlds."""

import pandas as pd

from gcbook.chapters.other_worlds.charts import fig_sign, fig_world_map
from gcbook.chapters.other_worlds.tables import MEASURES
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.parts import ON_DARK_CELL, ON_LIGHT_CELL
from gcbook.charts.theme import INK, PAGE
from gcbook.miniworld.training.worlds import GRID

MAP = pd.DataFrame(
    [
        (point.diagnosticity, point.contrast, recipe, variant, 1, measure, 0.5, 0.4, 0.6, 0.9)
        for point in GRID
        for recipe in ("mini-cnn", "mini-pixel")
        for variant in ("", "longer")
        for measure in MEASURES.values()
    ],
    columns=[
        "diagnosticity", "contrast", "recipe", "variant", "seeds", "measure", "value", "low",
        "high", "blind",
    ],
)  # fmt: skip
SIGN = pd.DataFrame(
    [(p.diagnosticity, p.contrast, "", 0.5, 0.9, -0.4, -0.5, -0.3) for p in GRID],
    columns=[
        "diagnosticity", "contrast", "variant", "generator", "classifier", "difference", "low",
        "high",
    ],
)  # fmt: skip


def test_a_map_a_model_with_the_measure_to_choose():
    spec = chart_spec(fig_world_map(MAP))
    assert [panel["title"] for panel in spec["concat"]] == ["mini-cnn", "mini-pixel"]
    (measure,) = spec["params"]
    assert measure["bind"]["options"] == list(MEASURES.values())
    for panel in spec["concat"]:
        squares, *frames, numbers = panel["layer"]
        assert squares["encoding"]["color"]["scale"]["domain"] == [0, 1]
        # The world of the other chapters.
        for frame in frames:
            rows = frame["data"].get("values") or spec["datasets"][frame["data"]["name"]]
            assert rows == [{"diagnosticity": 0.89, "contrast": 1.0}]
        assert numbers["encoding"]["text"]["field"] == "value"
    # Nine numbers each, of one measure and without the variants.
    assert static_svg(spec).count(">0.50<") == 18


def test_worlds_without_a_model_stay_empty():
    here = MAP[(MAP["recipe"] == "mini-cnn") | (MAP["contrast"] == 1)]
    spec = chart_spec(fig_world_map(here))
    for panel in spec["concat"]:
        place = panel["layer"][0]["encoding"]
        assert place["x"]["scale"]["domain"] == sorted({point.diagnosticity for point in GRID})
        assert place["y"]["scale"]["domain"] == sorted({p.contrast for p in GRID}, reverse=True)
    assert static_svg(spec).count(">0.50<") == 9 + 3
    assert static_svg(spec).count(">not yet<") == 6
    assert "not yet" not in static_svg(chart_spec(fig_world_map(MAP)))


def test_the_difference_has_a_colour_for_either_sign():
    spec = chart_spec(fig_sign(SIGN))
    (panel,) = spec["concat"]
    color = panel["layer"][0]["encoding"]["color"]
    assert (color["field"], color["scale"]["domain"]) == ("difference", [-1, 1])
    assert static_svg(spec).count(">−0.40<") == 9
    # What is rounded to nothing has no sign.
    nearly = static_svg(chart_spec(fig_sign(SIGN.assign(difference=-0.002))))
    assert nearly.count(">0.00<") == 9


def test_what_stands_on_squares_changes_with_the_page_where_they_do():
    for chart, changes in ((fig_world_map(MAP), True), (fig_sign(SIGN), False)):
        for panel in chart_spec(chart)["concat"]:
            _, *frames, numbers = panel["layer"]
            color = numbers["encoding"]["color"]
            inks = {frame["mark"]["stroke"] for frame in frames}
            # On a page of either kind one of the two is seen.
            assert inks == {ON_LIGHT_CELL, ON_DARK_CELL}
            written = {color["value"], color["condition"]["value"]}
            assert written == ({INK, PAGE} if changes else inks)
