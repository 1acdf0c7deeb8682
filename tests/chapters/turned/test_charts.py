"""Figures of turned objects."""

import pandas as pd

from gcbook.chapters.turned.charts import fig_kept, fig_losses, fig_together
from gcbook.charts.chart import chart_spec, static_svg


def kept(models, prompts=("its own",)):
    return pd.DataFrame(
        [
            (model, prompt, angle, strength, line, 80, 0.8, 0.7, 0.9)
            for model in models
            for prompt in prompts
            for angle in (0, 90, 180, 270)
            for strength in (0.0, 0.9)
            for line in ("Turned back", "As it lies")
        ],
        columns=["model", "prompt", "angle", "strength", "judged", "n", "drawn", "low", "high"],
    )


def test_two_ways_of_judging_and_a_line_an_angle():
    spec = chart_spec(fig_kept(kept(["m", "n"])))
    assert [panel["title"] for panel in spec["concat"]] == ["Turned back", "As it lies"]
    color = spec["concat"][0]["layer"][0]["encoding"]["color"]
    assert color["scale"]["domain"] == ["0", "90", "180", "270"]


def test_model_and_prompt_are_chosen():
    spec = chart_spec(fig_kept(kept(["m", "n"], ["its own", "another category's"])))
    bound = {each["name"]: each["bind"]["options"] for each in spec["params"] if "bind" in each}
    assert bound == {"kept_model": ["m", "n"], "kept_prompt": ["its own", "another category's"]}
    for layer in spec["concat"][0]["layer"]:
        (chosen,) = [each["filter"] for each in layer["transform"] if "filter" in each]
        assert "datum.model === kept_model" in chosen
        assert "datum.prompt === kept_prompt" in chosen


def test_losses_are_compared_with_the_resnets_that_is_no_row():
    rows = pd.DataFrame(
        {
            "recipe": ["mini-pixel", "mini-cnn"],
            "upright": 0.9,
            "turned": 0.5,
            "share": [0.5, 0.3],
            "difference": [0.2, 0.0],
            "low": [0.1, None],
            "high": [0.3, None],
        }
    )
    svg = static_svg(chart_spec(fig_losses(rows)))
    assert ">mini-pixel<" in svg and ">mini-cnn<" not in svg


def test_a_row_a_model_and_strength():
    together = pd.DataFrame(
        {
            "model": "m",
            "strength": [0.45, 0.45, 0.9, 0.9],
            "object": ["kept", "lost"] * 2,
            "n": 10,
            "accuracy": 0.5,
            "low": 0.4,
            "high": 0.6,
            "control": 0.3,
        }
    )
    spec = chart_spec(fig_together(together))
    ticks = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "tick")
    assert ticks["encoding"]["x"]["field"] == "control"
    svg = static_svg(spec)
    assert svg.index(">m, 0.45<") < svg.index(">0.9<")
