"""Figures of fine and coarse detail: restored, told apart, needed, and weighted.

Tables come from the other modules of this room, each from the function that the figure names.
"""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.chapters.fine_detail.bands import ORDER
from gcbook.chapters.fine_detail.high_pass import SETS
from gcbook.chapters.fine_detail.restored import MEAN
from gcbook.charts.columns import tooltips
from gcbook.charts.curves import curve_layers, line_look
from gcbook.charts.miniature_look import recipe_color, recipe_dash, recipe_shape
from gcbook.charts.parts import chance_line, side_by_side, slider
from gcbook.charts.theme import CHANCE_LINE, ORDERED, SERIES
from gcbook.miniworld.results.weighting import PAPER

_SIDE = {"width": 270, "height": 240}
_UNIT = alt.Scale(domain=[0, 1])
_NOISE = alt.X("t:Q", title="Noise t", scale=_UNIT)
_DASHES: tuple[list[int], ...] = ([1, 0], [8, 3], [2, 2], [8, 3, 2, 3])
_SET_LOOKS = dict(zip(SETS.values(), zip(SERIES, _DASHES, strict=True), strict=True))


def fig_restored_detail(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Power that a denoiser gives back, and power that it misses, of `detail_rows`."""
    look = _by_band(rows)
    y = alt.Y("value:Q", title="Of the clean image's power").axis(format=".0%")
    panels = []
    for name, title in (("kept", "Given back"), ("missed", "Error")):
        part = rows[["t", "band", "images", name, f"{name}_low", f"{name}_high"]].rename(
            columns={name: "value", f"{name}_low": "low", f"{name}_high": "high"}
        )
        layers = curve_layers(
            alt.Chart(part).encode(x=_NOISE, color=look["color"]),
            y,
            dash=look["strokeDash"],
            tooltip=tooltips(
                ["band", "t", "value", "low", "high", "images"],
                titles={"value": title},
                formats={"t": ".2f", "value": ".1%"},
            ),
        )
        panels.append(alt.layer(*layers).properties(**_SIDE, title=title))
    return side_by_side(
        panels,
        [],
        "Two panels over the strength of the noise, a line for each band of spatial frequency with "
        "the band of its interval. Left: the power of the restored images as a share of that of "
        "the clean ones. Right: the power of the error, 0 where all is restored and 1 where "
        "nothing is.",
    )


def fig_prompted_detail(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """By how much prompts' errors differ in `advantage_rows`, weighted as the reader likes."""
    k = slider("detail_k", "Weighted by exp(−kt), k = ", PAPER, 0, 15)
    look = _by_band(rows)
    y = alt.Y("weighed:Q", title="Error less than under others").axis(format=".2~%", tickCount=5)
    zero = alt.Chart(pd.DataFrame({"weighed": [0.0]})).mark_rule(color=CHANCE_LINE).encode(y=y)
    panels = []
    for panel, group in rows.groupby("panel", sort=False):
        base = (
            alt.Chart(group.drop(columns="panel"))
            .transform_calculate(
                weighed="datum.advantage * exp(-detail_k * datum.t)",
                least="datum.low * exp(-detail_k * datum.t)",
                most="datum.high * exp(-detail_k * datum.t)",
            )
            .encode(x=_NOISE, color=look["color"])
        )
        layers = curve_layers(
            base,
            y,
            dash=look["strokeDash"],
            tooltip=tooltips(
                ["band", "t", "advantage", "low", "high", "images"],
                titles={"advantage": "Error less by (of the image's power)"},
                formats={"t": ".2f", "advantage": ".3%"},
            ),
            ends=("least", "most"),
        )
        panels.append(alt.layer(zero, *layers).properties(width=210, height=200, title=str(panel)))
    return side_by_side(
        panels,
        [k],
        "Three panels over the strength of the noise, a line for the mean brightness and for "
        "each band of spatial frequency: by how much the error under a prompt is smaller than "
        "under prompts that name nothing in the image, for images whose cues agree under the "
        "right prompt, and for cue conflicts under the shape's and under the "
        "texture's. A slider weights all of it by exp(−kt).",
        columns=3,
        resolve=alt.Resolve(scale=alt.ScaleResolveMap(y="shared")),
    )


def _by_band(rows: pd.DataFrame) -> dict[str, Any]:
    octaves = iter(zip(ORDERED, _DASHES, strict=True))
    looks = {
        band: (CHANCE_LINE, [1, 4]) if band == MEAN else next(octaves)
        for band in dict.fromkeys(rows["band"])
    }
    return line_look("band", looks, "Cycles an image")


def fig_decays(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Accuracy on each test set against k of exp(−kt), a panel a model, of `decay_rows`."""
    x = alt.X("k:Q", title="k of exp(−kt)")
    look = line_look("test_set", _SET_LOOKS, "Images")
    y = alt.Y("accuracy:Q", title="Accuracy", scale=_UNIT).axis(format=".0%")
    panels = []
    for model, group in rows.groupby("model", sort=False):
        layers = curve_layers(
            alt.Chart(group.drop(columns="model")).encode(x=x, color=look["color"]),
            y,
            dash=look["strokeDash"],
            tooltip=tooltips(
                ["test_set", "k", "accuracy", "low", "high", "n"],
                titles={"test_set": "Images", "n": "Images asked about"},
                formats={"k": ".3~g", "accuracy": ".1%"},
            ),
            size=30,
        )
        panels.append(alt.layer(chance_line(y), *layers).properties(**_SIDE, title=str(model)))
    return side_by_side(
        panels,
        [],
        f"A panel a model ({', '.join(dict.fromkeys(rows['model']))}): accuracy against k of the "
        "weighting exp(−kt), from 0 to 20, a line with the band of its interval for each of these: "
        f"{', '.join(SETS.values()).lower()}. A dotted line is at chance.",
        columns=2,
    )


def fig_bands(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Each measure of `band_rows` in a panel, from coarse detail alone to fine detail alone."""
    recipes = list(dict.fromkeys(rows["recipe"]))
    color = recipe_color(recipes, symbolSize=90)
    dash, shape = recipe_dash(recipes, symbolSize=90), recipe_shape(recipes, symbolSize=90)
    x = alt.X("band:N", title="What is left (cycles an image)", sort=list(ORDER)).axis(
        labelAngle=-40
    )
    y = alt.Y("value:Q", title=None, scale=_UNIT).axis(format=".1f", tickCount=5)
    panels = []
    for measure, group in rows.groupby("measure", sort=False):
        shown = tooltips(
            ["recipe", "band", "value", "low", "high", "n"],
            titles={"band": "Left", "value": str(measure)},
            formats={"value": ".2f"},
        )
        base = alt.Chart(group.drop(columns="measure")).encode(x=x, color=color)
        layers = [
            base.mark_rule(strokeWidth=1, opacity=0.6).encode(
                y=alt.Y("low:Q", title=None, scale=_UNIT), y2="high:Q"
            ),
            base.mark_line(strokeWidth=2).encode(y=y, strokeDash=dash),
            base.mark_point(filled=True, size=45, opacity=1).encode(
                y=y, shape=shape, tooltip=shown
            ),
        ]
        panels.append(alt.layer(*layers).properties(width=270, height=190, title=str(measure)))
    return side_by_side(
        panels,
        [],
        "Four panels: accuracy on images whose cues agree, shares of answers to cue conflicts that "
        "name the shape and the texture, and shape bias. From left to right: low-pass images with "
        "more and more detail, whole images, and high-pass images with less and less coarse "
        f"detail; a line with intervals for each of {', '.join(recipes)}.",
        columns=2,
    )
