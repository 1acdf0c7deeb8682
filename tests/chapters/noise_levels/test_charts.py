"""Figures by noise level, and over training."""

import numpy as np
import pandas as pd
import pytest
from tiny.charts import params, rendered

from gcbook.chapters.noise_levels.charts import fig_cue_centres, fig_first_and_last, fig_levels
from gcbook.charts.chart import chart_spec
from gcbook.charts.theme import CUES

MODELS = ("mini-pixel", "mini-masked")
CONFLICTS = [("cue-conflict", cue) for cue in ("shape", "texture", "neither", "shape bias")]
SETS = [(name, "right") for name in ("in-distribution", "silhouette", "texture")]


def shares():
    rows = [
        (
            model,
            test_set,
            answer,
            level / 4,
            (level + 1) / 4,
            (level + 0.5) / 4,
            3.0 - 2 * level if model == "mini-pixel" else np.nan,
            720,
            0.1 * place + 0.05 * level,
            0.1 * place + 0.05 * level - 0.02,
            0.1 * place + 0.05 * level + 0.02,
        )
        for model in MODELS
        for place, (test_set, answer) in enumerate([*CONFLICTS, *SETS])
        for level in range(4)
    ]
    columns = ["model", "test_set", "answer", "t_low", "t_high", "t", "log_snr", "n", "share"]
    return pd.DataFrame(rows, columns=[*columns, "low", "high"])


def whole():
    rows = [
        (model, model == "mini-pixel", test_set, answer, 720, 0.31, 0.3, 0.32)
        for model in ("mini-pixel", "mini-cnn", "mini-ar")
        for test_set, answer in [*CONFLICTS, *SETS]
    ]
    columns = ["model", "levels", "test_set", "answer", "n", "share", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="module")
def levels():
    return chart_spec(fig_levels(shares(), whole()))


def test_models_axes_and_what_to_compare_with_can_be_chosen(levels):
    chosen = params(levels)
    assert chosen["levels_model"]["bind"]["options"] == list(MODELS)
    assert chosen["levels_axis"]["bind"]["options"] == ["t", "log-SNR"]
    # Models that have levels are lines already.
    assert chosen["levels_beside"]["bind"]["options"] == ["none", "mini-cnn", "mini-ar"]
    assert all(param["value"] in param["bind"]["options"] for param in chosen.values())


def test_panels_hold_conflicts_and_right_answers_once_each(levels):
    drawn = []
    for panel in levels["concat"]:
        names = {layer["data"]["name"] for layer in panel["layer"] if "data" in layer}
        names |= {panel["data"]["name"]} if "data" in panel else set()
        lines = {row["line"] for n in names for row in levels["datasets"][n] if "line" in row}
        drawn.append(lines)
    assert drawn[0] == {"names the shape", "names the texture", "names neither"}
    assert drawn[1] == {"right, both cues", "right, shape alone", "right, texture alone"}
    rows = [row for data in levels["datasets"].values() for row in data if "t_low" in row]
    assert len(rows) == len(MODELS) * 6 * 4  # the shape bias is not drawn


def test_every_line_has_a_mark_of_its_own_and_a_cue_one_hue(levels):
    for panel in levels["concat"]:
        (points,) = [each for each in panel["layer"] if each["mark"]["type"] == "point"]
        shapes, colors = (points["encoding"][name]["scale"] for name in ("shape", "color"))
        assert len(shapes["domain"]) == len(set(shapes["range"])) == 6
        hue = dict(zip(colors["domain"], colors["range"], strict=True))
        assert hue["names the shape"] == hue["right, shape alone"] == CUES["shape"]
        assert hue["names the texture"] == hue["right, texture alone"] == CUES["texture"]
        assert len(set(hue.values())) == 4


def test_axis_says_what_is_on_it(levels):
    noise = rendered(levels)
    assert "from clean (0) to noise alone (1)" in noise and "log-SNR" not in noise
    ratio = rendered(levels, levels_axis="log-SNR")
    assert "log-SNR, falling" in ratio and ">−3<" in ratio and ">2<" in ratio
    masked = rendered(levels, levels_model="mini-masked")
    assert "Share of tokens hidden" in masked and "noise alone" not in masked
    neither = rendered(levels, levels_model="mini-masked", levels_axis="log-SNR")
    assert "it has no log-SNR" in neither and "it has no log-SNR" not in ratio


def test_clean_images_are_on_the_left_either_way(levels):
    """The log-SNR falls from left to right."""
    ratio = rendered(levels, levels_axis="log-SNR")
    assert ratio.index(">2<") < ratio.index(">0<") < ratio.index(">−2<")


def test_dashed_lines_are_of_the_model_beside(levels):
    with_one, without = (rendered(levels, levels_beside=name) for name in ("mini-cnn", "none"))
    # Each panel has three, besides the dotted line at chance.
    assert with_one.count('stroke-dasharray="6,4"') == 6
    assert without.count('stroke-dasharray="6,4"') == 0


def marks(spec):
    (dots,) = [each for each in spec["layer"] if each["mark"]["type"] == "point"]
    return dots["encoding"]


def test_centres_have_the_hues_of_their_cues():
    rows = pd.DataFrame(
        {
            "model": ["mini-pixel"] * 2,
            "cue": ["shape", "texture"],
            "t": [0.58, 0.22],
            "low": [0.5, 0.2],
            "high": [0.6, 0.3],
        }
    )
    spec = chart_spec(fig_cue_centres(rows))
    scale = marks(spec)["color"]["scale"]
    assert dict(zip(scale["domain"], scale["range"], strict=True)) == CUES
    assert "mini-pixel, texture: 0.22." in spec["description"]


def test_first_and_last_copies_stand_on_either_side_of_zero():
    rows = pd.DataFrame(
        {
            "model": ["mini-cnn"] * 2,
            "copy": ["first", "last"],
            "images": [100, 800],
            "difference": [-0.1, 0.5],
            "low": [-0.2, 0.4],
            "high": [0.0, 0.6],
        }
    )
    spec = chart_spec(fig_first_and_last(rows))
    assert marks(spec)["color"]["scale"]["domain"] == ["first", "last"]
    assert {"difference": 0.0} in [row for data in spec["datasets"].values() for row in data]
    assert "mini-cnn, first: -0.10." in spec["description"]
