"""Figures of the search, and of what the world that it chose matches."""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import column, tooltips
from gcbook.charts.forest import fig_forest
from gcbook.charts.parts import finish
from gcbook.charts.theme import BAND, CHANCE_LINE, DISCRIMINATIVE, INK, SERIES
from gcbook.miniworld.results.calibrated import CALIBRATED, RESNET50, UNCALIBRATED

__all__ = ["fig_matched", "fig_predictions", "fig_search"]


def fig_search(rows: pd.DataFrame, target: tuple[float, float, float]) -> alt.TopLevelMixin:
    """Shape bias of the small ResNet in every world that was looked at, a dot a training.

    Args:
        rows: from `gcbook.miniworld.results.calibrated.search_rows`.
        target: shape bias of ResNet-50 and the ends of its interval.
    """
    value, low, high = target
    axis: dict[str, Any] = {
        "title": column("shape_bias").title,
        "scale": alt.Scale(domain=[0, 1]),
    }
    wanted = alt.Chart(pd.DataFrame({"value": [value], "low": [low], "high": [high]}))
    y = alt.Y("world:N", sort=list(dict.fromkeys(rows["world"])), title=None)
    y = y.axis(grid=True, labelExpr="split(datum.label, ': ')")
    return finish(
        alt.layer(
            wanted.mark_rect(color=BAND, opacity=0.25).encode(
                x=alt.X("low:Q", **axis), x2="high:Q"
            ),
            wanted.mark_rule(color=CHANCE_LINE).encode(x=alt.X("value:Q", **axis)),
            alt.Chart(rows)
            .mark_point(filled=True, size=70, color=INK, opacity=0.8)
            .encode(
                x=alt.X("shape_bias:Q", **axis),
                y=y,
                tooltip=tooltips(["world", "seed", "shape_bias", "accuracy", "minutes"]),
            ),
        ),
        height=alt.Step(34),
        description=(
            f"Dot plot with a row for each of {rows['world'].nunique()} worlds and a dot for each "
            "training: the shape bias of the small ResNet on validation silhouettes, from 0 to 1. "
            "A band shows the interval of ResNet-50, a line its value."
        ),
    )


def fig_matched(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """What the chosen world's ResNet has in common with ResNet-50, a row a measure.

    Args:
        rows: from `gcbook.miniworld.results.calibrated.matched_rows`.
    """
    return fig_forest(
        rows,
        row="measure",
        value="value",
        x=alt.X("value:Q", title="Shape bias, or relative accuracy"),
        tooltip=tooltips(["measure", "observer", "value", "low", "high"]),
        series="observer",
        marks={
            RESNET50: (DISCRIMINATIVE, "circle"),
            CALIBRATED: (SERIES[0], "square"),
            UNCALIBRATED: (SERIES[1], "triangle-up"),
        },
        reference=None,
        description=(
            f"For each of {rows['measure'].nunique()} measures three marks: ResNet-50 with its "
            "interval, the small ResNet of the calibrated world with the range of its seeds, and "
            "that of the default world. Where the second mark is within the first one's interval, "
            "the measure is matched."
        ),
    )


def fig_predictions(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """What shape biases were expected, with what the paper prints.

    Args:
        rows: from `gcbook.miniworld.results.calibrated.predictions`.
    """
    return fig_forest(
        rows,
        row="prediction",
        value="predicted",
        x=alt.X("predicted:Q", title=column("shape_bias").title, scale=alt.Scale(domain=[0, 1])),
        tooltip=tooltips(["prediction", "predicted", "low", "high", "paper"]),
        reference=None,
        ticks="paper",
        two_lines=True,
        description=(
            f"For each of {len(rows)} models and ways to test them: the shape bias that was "
            "expected before it was trained, with an interval, and an upright mark at what the "
            "paper prints, where it prints anything."
        ),
    )
