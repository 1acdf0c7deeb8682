"""Averages as vertical lines that bear their names."""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.theme import INK

_LINE = 14
"""Height of a label in pixels."""


def average_lines(lines: pd.DataFrame, x: alt.X) -> list[alt.Chart]:
    """Lines from the floor of a chart up to their labels, stacked above it.

    Args:
        lines: ``label``, ``color``, ``dashed`` (whether it is printed, not recomputed) and the
            column of ``x``, whose values run from 0 to 1.
        x: the horizontal channel.
    """
    spec: Any = x.to_dict()
    at, turned = lines[spec["field"]], spec["scale"].get("reverse", False)
    leftness = at if turned else 1 - at
    placed = lines.assign(
        # The nearer to its side a line, the higher its label, which no other line then crosses.
        py=-_LINE * ((leftness - 0.5).abs().rank(method="first") - 0.5),
        # Of a line far to the right the label stands on its left.
        at_left=leftness < 0.5,
    )
    base = alt.Chart(placed).encode(x=x)
    height: Any = alt.Y("py:Q", scale=None, axis=None)
    bottom: Any = alt.value("height")
    said = tooltips(["label"], titles={"label": "Average"})
    layers = [
        # Expressions and no channels: a channel without a legend would take others' away.
        base.mark_rule(
            strokeWidth=2,
            color=alt.ExprRef("datum.color"),
            strokeDash=alt.ExprRef("datum.dashed ? [6, 3] : [1, 0]"),
        ).encode(y=height, y2=bottom, tooltip=said)
    ]
    sides: Any = (("right", -5, "datum.at_left"), ("left", 5, "!datum.at_left"))
    for side, dx, chosen in sides:
        words = base.transform_filter(chosen).mark_text(align=side, dx=dx, color=INK)
        layers.append(words.encode(y=height, text="label:N"))
    return layers
