"""The gallery, the heat maps of the two criteria, and flips, as charts."""

import numpy as np
import pandas as pd
import pytest
from tiny.charts import params

from gcbook.chapters.illusions.charts import (
    fig_drawings,
    fig_fetched,
    fig_flips,
    fig_gallery,
    fig_placement,
    fig_resemblance,
)
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.illusions.drawings import DRAWINGS, FIGURE
from gcbook.miniworld.results.steps_pictures import png_text

MODELS = ("mini-pixel", "mini-masked")


def verdicts(**columns):
    rows = [
        (model, picture, strength, 16, 0.1, strength > 0.5, picture == "b")
        for picture in ("b", "a")
        for model in MODELS
        for strength in (0.3, 0.6, 1.0)
    ]
    names = ["model", "picture", "strength", "n", "margin", "met", "knows"]
    return pd.DataFrame(rows, columns=names).assign(**columns)


ALIKE = verdicts(prompted=0.5, against="no prompt")
PLACED = verdicts(moved=0.1, moved_low=0.0, moved_high=0.2)


@pytest.mark.parametrize(("make", "rows"), [(fig_resemblance, ALIKE), (fig_placement, PLACED)])
def test_a_heat_map_a_picture_with_dots_where_the_criterion_is_met(make, rows):
    spec = chart_spec(make(rows))
    assert [panel["title"]["text"] for panel in spec["concat"]] == ["b", "a"]
    for panel in spec["concat"]:
        cells, dots = panel["layer"]
        data = spec["datasets"][panel.get("data", cells.get("data"))["name"]]
        # Full strength is not shown.
        assert {row["strength"] for row in data} == {0.3, 0.6}
        assert dots["transform"] == [{"filter": "datum.met"}]
        low, high = cells["encoding"]["color"]["scale"]["domain"]
        assert -low == high > 0


def test_what_the_judge_does_not_know_is_pale():
    known, unknown = chart_spec(fig_resemblance(ALIKE))["concat"]
    assert known["layer"][0]["mark"]["opacity"] == 1 > unknown["layer"][0]["mark"]["opacity"]
    assert "cannot tell" in unknown["title"]["subtitle"]
    # A place needs no judge.
    assert all(
        panel["layer"][0]["mark"]["opacity"] == 1
        for panel in chart_spec(fig_placement(PLACED))["concat"]
    )


def test_flips_have_a_line_a_model_and_a_dash_for_the_opposite():
    rows = pd.DataFrame(
        [
            (model, becomes, strength, 40, 0.5, 0.4, 0.6)
            for model in MODELS
            for becomes in ("what is named", "the opposite")
            for strength in (0.3, 1.0)
        ],
        columns=["model", "becomes", "strength", "n", "share", "low", "high"],
    )
    spec = chart_spec(fig_flips(rows))
    line = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "line")
    assert line["encoding"]["color"]["scale"]["domain"] == list(MODELS)
    assert line["encoding"]["strokeDash"]["scale"]["domain"] == ["what is named", "the opposite"]


def test_a_panel_a_drawing():
    spec = chart_spec(fig_drawings())
    assert [panel["title"] for panel in spec["concat"]] == list(DRAWINGS)
    for panel, drawing in zip(spec["concat"], DRAWINGS.values(), strict=True):
        assert len(panel["layer"]) == 1 + len(drawing.outlines) + len(drawing.holes)
    assert spec["usermeta"]["square"]
    svg = static_svg(spec)
    assert svg.count(f'fill="#{3 * format(round(255 * FIGURE), "02x")}"') >= len(DRAWINGS)


PICTURE = png_text(np.zeros((4, 4)))
PROMPTS = ["duck", "rabbit", "no prompt"]


def gallery(models):
    return pd.DataFrame(
        [
            {
                "model": model,
                "image": image,
                "original": PICTURE,
                "strength": [0.6] * 3 + [1.0] * 3,
                "row": [0] * 3 + [1] * 3,
                "column": [0, 1, 2] * 2,
                "prompt": PROMPTS * 2,
                "says": ["duck", "duck", "cat", "duck", "rabbit", "dog"],
                "sure": [0.9] * 6,
                "named": [True, False, False, True, True, False],
                "picture": [PICTURE] * 6,
            }
            for model in models
            for image in ("duck–rabbit", "a and b")
        ]
    )


def test_models_and_pictures_can_be_chosen():
    found = params(chart_spec(fig_gallery(gallery(["m", "n"]), "n")))
    assert list(found) == ["gallery_model", "gallery_image"]
    assert found["gallery_model"]["bind"]["options"] == ["m", "n"]
    assert found["gallery_model"]["value"] == "n"
    assert found["gallery_image"]["value"] == "duck–rabbit"


def test_the_static_gallery_shows_all_strengths_and_frames_what_was_named():
    svg = static_svg(chart_spec(fig_gallery(gallery(["m", "n"]), "m")))
    assert svg.count("<image") == 1 + 6
    assert ">0.60<" in svg
    assert ">1.00<" in svg
    assert ">no prompt<" in svg
    assert svg.count('stroke-width="3"') == 3


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
