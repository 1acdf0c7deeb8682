"""The drawings that can be seen in two ways, with their annotated parts."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from gcbook.charts.parts import side_by_side
from gcbook.illusions.drawings import (
    DRAWINGS,
    FIGURE,
    GROUND,
    Drawing,
    Points,
    smooth_curve,
)

__all__ = ["fig_drawings", "fig_poses", "part_rows"]

_SIDE = 130
_X = alt.X("x:Q", scale=alt.Scale(domain=[0, 1]), axis=None)
_Y = alt.Y("y:Q", scale=alt.Scale(domain=[1, 0]), axis=None)
_EVERY = 4
_FOUR_SQUARES = {"columns": 4, "usermeta": {"square": True}}
"""Four panels a row, which the page keeps square when it fits their width to the screen."""
_COLORS = ["#d0273c", "#8a5bd6", "#b86e00", "#0077bb"]
_DASHES = [[1, 0], [5, 3], [2, 2], [8, 3, 2, 3]]


def part_rows() -> pd.DataFrame:
    """List the parts: ``drawing, reading, part`` and their bounds, as shares of the side."""
    rows = []
    for drawing in DRAWINGS.values():
        for (reading, part), points in drawing.parts.items():
            corners = np.array(points)
            (left, top), (right, bottom) = corners.min(0), corners.max(0)
            rows.append(
                {
                    "drawing": drawing.name,
                    "reading": reading,
                    "part": part,
                    "left": left,
                    "top": top,
                    "right": right,
                    "bottom": bottom,
                }
            )
    return pd.DataFrame(rows).round(3)


def fig_drawings() -> alt.TopLevelMixin:
    """All drawings, their parts outlined in the colour of the reading to which they belong."""
    readings = list(dict.fromkeys(name for each in DRAWINGS.values() for name, _ in each.parts))
    legend = alt.Legend(title="Part of the", symbolOpacity=1)
    colors, dashes = _COLORS[: len(readings)], _DASHES[: len(readings)]
    panels = []
    for drawing in DRAWINGS.values():
        layers = _filled_curves(drawing)
        corners = [
            {"x": px, "y": py, "reading": reading, "part": part, "order": number}
            for (reading, part), points in drawing.parts.items()
            for number, (px, py) in enumerate((*points, points[0]))
        ]
        if corners:
            color = alt.Scale(domain=readings, range=colors)
            dash = alt.Scale(domain=readings, range=dashes)
            outline = alt.Chart(pd.DataFrame(corners)).mark_line(strokeWidth=2)
            layers.append(
                outline.encode(
                    x=_X,
                    y=_Y,
                    order="order:Q",
                    detail="part:N",
                    color=alt.Color("reading:N", scale=color, legend=legend),
                    strokeDash=alt.StrokeDash("reading:N", scale=dash, legend=legend),
                    tooltip=[
                        alt.Tooltip("reading:N", title="Reading"),
                        alt.Tooltip("part:N", title="Part"),
                    ],
                )
            )
        panels.append(alt.layer(*layers).properties(width=_SIDE, height=_SIDE, title=drawing.name))
    names = "; ".join(
        f"{each.name}: {' or '.join(each.readings) or 'nothing in particular'}"
        for each in DRAWINGS.values()
    )
    return side_by_side(
        panels,
        [],
        "Small dark drawings on a light ground, each with outlines around the parts that make a "
        f"reading, in the colour of that reading. What can be seen in them: {names}.",
    ).properties(**_FOUR_SQUARES)


def fig_poses(drawings: Sequence[Drawing]) -> alt.TopLevelMixin:
    """Drawings without their parts, four a row.

    Args:
        drawings: of which each name says the pose.
    """
    panels = [
        alt.layer(*_filled_curves(drawing)).properties(
            width=_SIDE, height=_SIDE, title=drawing.name.split(", ")
        )
        for drawing in drawings
    ]
    return side_by_side(
        panels,
        [],
        f"Small dark drawings on a light ground: {'; '.join(each.name for each in drawings)}.",
    ).properties(**_FOUR_SQUARES)


def _filled_curves(drawing: Drawing) -> list[alt.Chart]:
    """The figure on its ground, as curves: so parts keep to it however wide a panel is."""
    ground = pd.DataFrame({"x": [0, 1, 1, 0], "y": [0, 0, 1, 1], "order": range(4)})
    layers = [_filled(ground, GROUND)]
    for curves, luma in ((drawing.outlines, FIGURE), (drawing.holes, GROUND)):
        layers += [_filled(_curve(points), luma) for points in curves]
    return layers


def _curve(points: Points) -> pd.DataFrame:
    smooth = np.round(smooth_curve(points)[::_EVERY], 3)
    return pd.DataFrame({"x": smooth[:, 0], "y": smooth[:, 1], "order": range(len(smooth))})


def _filled(curve: pd.DataFrame, luma: float) -> alt.Chart:
    grey = "#" + 3 * f"{round(255 * luma):02x}"
    mark = alt.Chart(curve).mark_line(filled=True, fill=grey, stroke=None, clip=True, aria=False)
    return mark.encode(x=_X, y=_Y, order="order:Q")
