"""The gallery, the paper's pictures, and both criteria on blends, as charts."""

import numpy as np
import pandas as pd
import pytest
from tiny.charts import params

from gcbook.chapters.illusions.charts import fig_blends, fig_fetched, fig_gallery
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.miniworld.results.steps_pictures import png_text

MODELS = ("mini-pixel", "mini-masked")


def test_the_axis_of_movements_holds_all_intervals():
    rows = pd.DataFrame(
        {
            "model": model,
            "strength": strength,
            "n": 40,
            "becomes": 0.5,
            "becomes_low": 0.4,
            "becomes_high": 0.6,
            "in_place": 0.01,
            "in_place_low": -0.013,
            "in_place_high": 0.031,
        }
        for model in MODELS
        for strength in (0.3, 1.0)
    )
    share, movement = chart_spec(fig_blends(rows))["concat"]
    scales = [
        {
            tuple(layer["encoding"]["y"]["scale"]["domain"])
            for layer in panel["layer"]
            if "scale" in layer["encoding"]["y"]
        }
        for panel in (share, movement)
    ]
    assert scales == [{(0, 1)}, {(-0.02, 0.04)}]
    unsampled = rows.assign(in_place=float("nan"), in_place_low=float("nan"), in_place_high=None)
    assert "NaN" not in static_svg(chart_spec(fig_blends(unsampled)))


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
