"""Curves with the bands of their intervals: what a measure does along an axis, a line a case."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from gcbook.charts.parts import look


def curve_layers(
    base: alt.Chart,
    y: alt.Y,
    *,
    dash: Any = alt.Undefined,
    tooltip: Sequence[alt.Tooltip],
    shape: Any = alt.Undefined,
    size: int = 25,
    opacity: float = 0.14,
) -> list[alt.Chart]:
    """A band, a line and its points.

    Args:
        base: a chart whose rows are the points, with the ends of the band, ``low`` and ``high``;
            with the encodings of the axis and of the colour.
        y: what the line shows.
        dash: of the line, by default none.
        tooltip: of the points.
        shape: of the points, by default round ones.
        size: of the points.
        opacity: of the band.
    """
    lower = alt.Y("low:Q", title=y["title"], scale=y["scale"])
    points = base.mark_point(filled=True, size=size, opacity=1)
    return [
        base.mark_area(opacity=opacity).encode(y=lower, y2="high:Q"),
        base.mark_line(strokeWidth=2).encode(y=y, strokeDash=dash),
        points.encode(y=y, shape=shape, tooltip=list(tooltip)),
    ]


def line_look(
    field: str, looks: Mapping[str, tuple[str, Sequence[int]]], title: str | None, **legend: Any
) -> dict[str, Any]:
    """Colour and dash of lines, with one legend for both.

    Args:
        field: that tells the lines apart.
        looks: value of the field → colour and dash, in the order of the legend.
        title: of the legend.
        legend: further options of it.

    Returns:
        The encodings ``color`` and ``strokeDash``.
    """
    shown = alt.Legend(title=title, symbolOpacity=1, **legend)
    colors, dashes = [color for color, _ in looks.values()], [dash for _, dash in looks.values()]
    return look(field, looks, color=colors, dash=dashes, legend=shown)
