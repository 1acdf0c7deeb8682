"""Classifiers trained and tested with diffusion-style noise: the cells, the changes, Fig. 13."""

import math

import altair as alt
import numpy as np
import pandas as pd

from gcbook.charts.category_bias import fig_category_bias
from gcbook.charts.columns import tooltips
from gcbook.charts.forest import fig_forest
from gcbook.charts.miniature_look import COLORS, SHAPES
from gcbook.charts.parts import TENTHS, dropdown, look, side_by_side
from gcbook.charts.theme import CHANCE_LINE, CUES, INK
from gcbook.miniworld.results.noised import (
    CLEAN,
    MEAN_OF_DRAWS,
    MEASURES,
    ONE_DRAW,
    TRAINED,
)

_TESTED = [CLEAN, ONE_DRAW, MEAN_OF_DRAWS]
_PANELS = ("accuracy", "shape_accuracy", "texture_accuracy", "shape_bias")
_UNIT = alt.Scale(domain=[0, 1])
_AS_TRAINED = "what each was trained on"
_CHANGE = alt.Axis(format="+.2f", tickCount=5, labelOverlap=True)
_CHANGED = {
    MEASURES["shape_bias"]: (INK, "circle"),
    MEASURES["blind"]: (CHANCE_LINE, "square"),
    MEASURES["texture_excess"]: (CUES["texture"], "triangle-up"),
}


def fig_noise_cells(cells: pd.DataFrame) -> alt.TopLevelMixin:
    """Each measure in its own panel: a row a way of testing, a mark a way of training.

    Args:
        cells: from `gcbook.chapters.noise_training.tables.cell_rows`.
    """
    marks = _marks(cells)
    colors, shapes = zip(*marks.values(), strict=True)
    legend = alt.Legend(title="Trained on images", symbolOpacity=1)
    looks = look("trained", marks, color=colors, shape=shapes, legend=legend)
    panels = []
    blind = cells[(cells["measure"] == MEASURES["blind"]) & (cells["model"] == "")]
    for title in (MEASURES[name] for name in _PANELS):
        rows = cells[cells["measure"] == title].drop(columns="measure")
        percent = title != MEASURES["shape_bias"]
        form = ".1%" if percent else ".2f"
        scale = _scale(rows, title)
        axis = alt.Axis(format=".0%" if percent else ".2f", tickCount=5)
        if scale is _UNIT:
            axis.values = TENTHS[::2]
        x = alt.X("value:Q", scale=scale, title=None, axis=axis)
        y = alt.Y("tested:N", sort=_TESTED, title=None).axis(grid=True, gridDash=[1, 3])
        # Beside each other, not on top.
        offset = alt.YOffset("trained:N", sort=list(TRAINED.values()))
        said = tooltips(
            ["trained", "tested", "model", "seeds", "value", "low", "high", "n"],
            titles={"tested": "Tested with", "model": "Network", "value": title, "n": "Answers"},
            formats={"value": form, "n": ","},
        )
        base = alt.Chart(rows).encode(y=y, yOffset=offset, color=looks["color"])
        together = base.transform_filter("datum.model === ''")
        layers = [
            base.transform_filter("datum.model !== ''")
            .mark_tick(thickness=1.5, size=9, opacity=0.6)
            .encode(x=x, tooltip=said),
            together.mark_rule(strokeWidth=2).encode(
                x=alt.X("low:Q", scale=scale, title=None), x2="high:Q"
            ),
            together.mark_point(filled=True, size=75, opacity=1).encode(
                x=x, shape=looks["shape"], tooltip=said
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


def fig_noise_changes(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """What each step changes, with what guessing alone would change.

    Args:
        rows: from `gcbook.miniworld.results.noised.change_rows`.
    """
    shown = rows[rows["measure"].isin(_CHANGED)]
    return fig_forest(
        shown,
        row="step",
        value="change",
        x=alt.X("change:Q", title="Change", axis=_CHANGE),
        series="measure",
        marks=_CHANGED,
        tooltip=tooltips(
            ["step", "measure", "before", "after", "change", "low", "high"],
            formats={"change": "+.3f"},
        ),
        description=(
            "What noise in training, in testing, both, and several draws change in shape bias, in "
            "the shape bias of an observer blind to texture who names the shape as often, and in "
            "how often texture is named above chance, with intervals and a line at no change."
        ),
    )


def fig_length(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """What noise, and what a longer training, changes in shape bias.

    Args:
        rows: from `gcbook.chapters.noise_training.tables.length_rows`.
    """
    return fig_forest(
        rows,
        row="comparison",
        value="change",
        x=alt.X("change:Q", title="Change in shape bias", axis=_CHANGE),
        tooltip=tooltips(
            ["comparison", "before", "after", "change", "low", "high"], formats={"change": "+.3f"}
        ),
        description=(
            "Change in shape bias, with intervals, from noise after as many steps of training, "
            "from many more clean images, and from these to noise. A line stands at no change."
        ),
    )


def fig_noise_categories(rows: pd.DataFrame, printed: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 13 in miniature, with the paper's averages as lines.

    Args:
        rows: from `gcbook.miniworld.results.noised.category_rows`.
        printed: from `gcbook.stats.shape_tables.noised_resnets`.
    """
    tested = dropdown("noise_tested", "Tested with ", [*_TESTED, _AS_TRAINED], _AS_TRAINED)
    return fig_category_bias(
        rows,
        printed,
        series="trained",
        marks=_marks(rows),
        choice=tested,
        shown=(
            f"datum.tested === (noise_tested !== '{_AS_TRAINED}' ? noise_tested : "
            f"datum.trained === 'clean' ? '{CLEAN}' : '{ONE_DRAW}')"
        ),
        description=(
            "One row for each of 16 shape categories; horizontal position is the fraction of "
            "texture decisions. A mark with its interval for small classifiers trained on clean "
            "and one for those trained on noised images, with a line at the mean over categories "
            "of each. Dashed lines are the averages that the paper prints for its ResNet-50."
        ),
    )


def _marks(rows: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Colour and shape of each way of training among the rows."""
    shown = set(rows["trained"])
    return {
        trained: (COLORS[recipe], SHAPES[recipe])
        for recipe, trained in TRAINED.items()
        if trained in shown
    }
