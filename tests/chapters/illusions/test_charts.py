"""Panels of the two criteria and of preferences, as charts."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.illusions.charts import (
    fig_drawings,
    fig_fetched,
    fig_flips,
    fig_gallery,
    fig_overlap,
    fig_placement,
    fig_poses,
    fig_preferences,
    fig_resemblance,
)
from gcbook.chapters.illusions.criteria import _FLIPS, _OVERLAP, _PLACEMENT, _RESEMBLANCE
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.illusions.drawings import DRAWINGS, FIGURE, rotated
from gcbook.miniworld.results.steps_pictures import png_text

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


def test_a_panel_a_drawing_and_an_outline_a_part():
    spec = chart_spec(fig_drawings())
    assert [panel["title"] for panel in spec["concat"]] == list(DRAWINGS)
    for panel, drawing in zip(spec["concat"], DRAWINGS.values(), strict=True):
        drawn = 1 + len(drawing.outlines) + len(drawing.holes)
        assert len(panel["layer"]) == drawn + bool(drawing.parts)
        # Curves and parts in the same coordinates.
        assert len({str(layer["encoding"]["x"]["scale"]) for layer in panel["layer"]}) == 1
    svg = static_svg(spec)
    assert svg.count(f'fill="#{3 * format(round(255 * FIGURE), "02x")}"') >= len(DRAWINGS)
    scale = spec["concat"][0]["layer"][-1]["encoding"]["color"]["scale"]
    assert len(set(scale["range"])) == len(scale["domain"])


def test_turned_drawings_are_turned():
    drawing = DRAWINGS["duck–rabbit"]
    spec = chart_spec(fig_poses([drawing, rotated(drawing)]))
    upright, turned = spec["concat"]
    assert spec["usermeta"]["square"]
    assert turned["title"] == ["duck–rabbit", "turned by 90°"]
    first, second = (
        [(p["x"], p["y"]) for p in spec["datasets"][panel["layer"][1]["data"]["name"]]]
        for panel in (upright, turned)
    )
    # Clockwise: what is at the left comes to the top.
    assert np.allclose([(1 - y, x) for x, y in first], second, atol=2e-3)


PICTURE = png_text(np.zeros((4, 4)))
PROMPTS = ["duck", "rabbit", "no prompt"]


def gallery(models):
    return pd.DataFrame(
        [
            {
                "model": model,
                "image": image,
                "strength": strength,
                "original": PICTURE,
                "difference": PICTURE,
                "compared": "“duck” − “rabbit”",
                "full": 0.25,
                "prompt": PROMPTS,
                "seen": [True, image == "duck–rabbit", False],
                "picture": [PICTURE] * 3,
                "says": [f"cat, {100 * strength:.0f} %", "dog, 2 %", "car, 3 %"],
            }
            for model in models
            for image, strengths in (("duck–rabbit", (0.3, 0.6, 1.0)), ("a and b", (0.3, 0.6)))
            for strength in strengths
        ]
    )


def params(spec):
    return {each["name"]: each for each in spec["params"] if "bind" in each}


def test_models_pictures_and_strengths_can_be_chosen():
    found = params(chart_spec(fig_gallery(gallery(["m", "n"]))))
    assert list(found) == ["gallery_model", "gallery_image", "gallery_step"]
    assert found["gallery_step"]["bind"]["max"] == 3
    assert found["gallery_model"]["bind"]["options"] == ["m", "n"]


def test_prompts_are_spoken_with_what_they_are_taken_for():
    spec = chart_spec(fig_gallery(gallery(["m"])))
    words = [
        each
        for layer in spec["layer"]
        for each in [layer.get("encoding", {}).get("description", {}).get("field")]
        if each
    ]
    assert words.count("spoken") == 2
    # Frames for prompts that name what is seen.
    frames = [layer for layer in spec["layer"] if layer["mark"]["type"] == "rect"]
    assert "datum.seen" in str(frames[0]["transform"])


def test_the_static_picture_shows_the_chosen_step():
    svg = static_svg(chart_spec(fig_gallery(gallery(["m"]))))
    assert svg.count("<image") == 2 + len(PROMPTS)
    assert "→ cat" in svg
    assert ">100 %<" in svg
    assert "Strength 1.00" in svg
    assert "“duck” − “rabbit”" in svg
    assert "white: 0.25" in svg
    assert ">30 %<" not in svg


@pytest.mark.parametrize("made", [True, False])
def test_the_papers_pictures(made):
    titles = ["The picture", "“a”", "“b”", "Difference"] if made else ["The picture"]
    shown = pd.DataFrame(
        [
            {
                "image": image,
                "credit": "somebody, CC0",
                "strength": strength if made else float("nan"),
                "title": titles,
                "picture": [PICTURE] * len(titles),
            }
            for image in ("a rock", "a woman")
            for strength in ((0.5, 0.8) if made else (0.0,))
        ]
    )
    spec = chart_spec(fig_fetched(shown))
    assert ("fetched_step" in params(spec)) == made
    svg = static_svg(spec)
    assert svg.count("<image") == len(titles)
    assert ("strength 0.50" in svg) == made
