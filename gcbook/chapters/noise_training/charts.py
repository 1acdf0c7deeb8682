"""Figures of classifiers trained and tested with diffusion-style noise: Fig. 13 and its cells."""

import math

import altair as alt
import numpy as np
import pandas as pd

from gcbook.chapters.noise_training.tables import CLEAN, MEAN_OF_DRAWS, MEASURES, ONE_DRAW
from gcbook.charts.columns import tooltips
from gcbook.charts.miniature_look import COLORS, SHAPES
from gcbook.charts.parts import TENTHS, dropdown, finish, side_by_side
from gcbook.charts.theme import CHANCE_LINE, INK
from gcbook.paper.categories import CATEGORIES

__all__ = ["fig_noise_categories", "fig_noise_cells"]

_TRAINED = {"clean": "mini-cnn", "noised": "mini-cnn-noise"}
_TESTED = [CLEAN, ONE_DRAW, MEAN_OF_DRAWS]
_PANELS = ("accuracy", "shape_accuracy", "texture_accuracy", "shape_bias")
_UNIT = alt.Scale(domain=[0, 1])
_AS_TRAINED = "what each was trained on"
_ROW = 22
_TEXTURE = "Fraction of texture decisions"


def fig_noise_cells(cells: pd.DataFrame) -> alt.TopLevelMixin:
    """Each measure in its own panel: a row a way of testing, a mark a way of training.

    Args:
        cells: from `gcbook.chapters.noise_training.tables.cell_rows`.
    """
    color, shape = _trained(cells)
    panels = []
    blind = cells[(cells["measure"] == MEASURES["blind"]) & (cells["model"] == "")]
    for title in (MEASURES[name] for name in _PANELS):
        rows = cells[cells["measure"] == title].drop(columns="measure")
        percent = title != MEASURES["shape_bias"]
        form = ".1%" if percent else ".2f"
        scale = _scale(rows, title)
        whole = scale is _UNIT
        axis = alt.Axis(format=".0%" if percent else ".2f", tickCount=5)
        if whole:
            axis.values = TENTHS[::2]
        x = alt.X("value:Q", scale=scale, title=None, axis=axis)
        y = alt.Y("tested:N", sort=_TESTED, title=None).axis(grid=True, gridDash=[1, 3])
        # Beside each other, not on top.
        offset = alt.YOffset("trained:N", sort=list(_TRAINED))
        said = tooltips(
            ["trained", "tested", "model", "seeds", "value", "low", "high", "n"],
            titles={"tested": "Tested with", "model": "Network", "value": title, "n": "Answers"},
            formats={"value": form, "n": ","},
        )
        base = alt.Chart(rows).encode(y=y, yOffset=offset, color=color)
        together = base.transform_filter("datum.model === ''")
        layers = [
            base.transform_filter("datum.model !== ''")
            .mark_tick(thickness=1.5, size=9, opacity=0.6)
            .encode(x=x, tooltip=said),
            together.mark_rule(strokeWidth=2).encode(
                x=alt.X("low:Q", scale=scale, title=None), x2="high:Q"
            ),
            together.mark_point(filled=True, size=75, opacity=1).encode(
                x=x, shape=shape, tooltip=said
            ),
        ]
        if not percent:
            stroke = alt.Chart(blind[["trained", "tested", "value"]])
            layers.insert(
                0,
                stroke.mark_tick(thickness=3, size=18, color=CHANCE_LINE).encode(
                    x=x,
                    y=y,
                    yOffset=offset,
                    tooltip=tooltips(
                        ["value"], titles={"value": "Blind to texture"}, formats={"value": form}
                    ),
                ),
            )
        panels.append(alt.layer(*layers).properties(width=225, height=130, title=title))
    return side_by_side(
        panels,
        [],
        "Four panels: in-distribution accuracy, the shares of answers to cue conflicts that name "
        "the shape and the texture, and shape bias. In each, a row for clean images, for single "
        "draws of noise and for the mean over draws, with a mark for classifiers trained on "
        "clean and one for those trained on noised images, its interval, and a tick for each "
        "seed; beside shape bias a grey stroke for an observer blind to texture who names the "
        "shape as often.",
        columns=2,
    )


def _scale(rows: pd.DataFrame, title: str) -> alt.Scale:
    """The whole range, or that part of it in which all marks of a small measure lie."""
    values = rows[["value", "low", "high"]].to_numpy(float)
    if title == MEASURES["texture_accuracy"]:
        return alt.Scale(domain=[0, math.ceil(10 * np.nanmax(values)) / 10])
    if title == MEASURES["shape_bias"]:
        return alt.Scale(domain=[math.floor(10 * np.nanmin(values)) / 10, 1])
    return _UNIT


def fig_noise_categories(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 13: one row a shape category, a mark a cell, a line for each mean over categories.

    Args:
        rows: from `gcbook.chapters.noise_training.tables.category_rows`.
    """
    color, shape = _trained(rows)
    tested = dropdown("noise_tested", "Tested with ", [*_TESTED, _AS_TRAINED], _AS_TRAINED)
    x = alt.X("texture_share:Q", scale=_UNIT, title=_TEXTURE).axis(
        grid=False, values=TENTHS, format=".1f", labelOverlap=True
    )
    y = alt.Y("category:N", sort=list(CATEGORIES), title=None).axis(grid=True, gridDash=[1, 3])
    said = tooltips(
        ["trained", "category", "texture_share", "low", "high", "shape_answers", "texture_answers"],
        titles={"category": "Shape category"},
        formats={"texture_share": ".1%", "shape_answers": ",", "texture_answers": ","},
    )
    base = alt.Chart(rows).transform_filter(
        f"datum.tested === (noise_tested !== '{_AS_TRAINED}' ? noise_tested : "
        f"datum.trained === 'clean' ? '{CLEAN}' : '{ONE_DRAW}')"
    )
    mean = base.transform_aggregate(x="mean(category_mean)", groupby=["trained"])
    layers = [
        mean.mark_rule(strokeWidth=2).encode(
            x=alt.X("x:Q", scale=_UNIT, title=_TEXTURE), color=color
        ),
        base.mark_rule(strokeWidth=1.5, opacity=0.6).encode(
            x=alt.X("low:Q", scale=_UNIT, title=_TEXTURE), x2="high:Q", y=y, color=color
        ),
        base.mark_point(filled=True, size=80, opacity=1, stroke=INK, strokeWidth=0.5).encode(
            x=x, y=y, color=color, shape=shape, tooltip=said
        ),
    ]
    return finish(
        alt.layer(*layers).add_params(tested),
        height=_ROW * len(CATEGORIES),
        description=(
            "One row for each of 16 shape categories; horizontal position is the fraction of "
            "texture decisions among the decisions for either cue, from 0 on the left to 1 on the "
            "right. A mark with its interval for classifiers trained on clean and one for those "
            "trained on noised images, and a vertical line at the mean over categories of each. At "
            "first each is tested on what it was trained on; the reader can have both tested alike."
        ),
    )


def _trained(rows: pd.DataFrame) -> tuple[alt.Color, alt.Shape]:
    shown = [name for name in _TRAINED if name in set(rows["trained"])]
    legend = alt.Legend(title="Trained on images", symbolOpacity=1)
    colors = [COLORS[_TRAINED[name]] for name in shown]
    shapes = [SHAPES[_TRAINED[name]] for name in shown]
    return (
        alt.Color("trained:N", scale=alt.Scale(domain=shown, range=colors), legend=legend),
        alt.Shape("trained:N", scale=alt.Scale(domain=shown, range=shapes), legend=legend),
    )
