"""The gallery, as a chart."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.illusions.charts_gallery import fig_fetched, fig_gallery
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.miniworld.results.steps_pictures import png_text

PICTURE = png_text(np.zeros((4, 4)))
PROMPTS = ["duck", "rabbit", "no prompt"]


def rows(models):
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


def test_one_model_needs_no_list_and_two_do():
    one, two = (params(chart_spec(fig_gallery(rows(models)))) for models in (["m"], ["m", "n"]))
    assert list(one) == ["gallery_image", "gallery_step"]
    assert one["gallery_step"]["bind"]["max"] == 3
    assert two["gallery_model"]["bind"]["options"] == ["m", "n"]


def test_prompts_are_spoken_with_what_they_are_taken_for():
    spec = chart_spec(fig_gallery(rows(["m"])))
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
    svg = static_svg(chart_spec(fig_gallery(rows(["m"]))))
    assert svg.count("<image") == 2 + len(PROMPTS)
    assert "→ cat" in svg
    assert ">100 %<" in svg
    assert "Strength 1.00" in svg
    assert "“duck” − “rabbit”" in svg
    assert "white: 0.25" in svg
    assert ">30 %<" not in svg


def test_nothing_to_show():
    spec = chart_spec(fig_gallery(rows(["m"]).iloc[:0]))
    assert "No reconstructions" in spec["description"]


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
