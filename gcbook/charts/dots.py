"""Dots with their intervals, a row a case: what a forest plot is made of."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

__all__ = ["dot_layers"]


def dot_layers(
    base: alt.Chart,
    x: alt.X,
    *,
    look: Mapping[str, Any],
    tooltip: Sequence[alt.Tooltip],
    ends: tuple[str, str] = ("low", "high"),
    size: int = 55,
) -> list[alt.Chart]:
    """An interval, and the dot of its value.

    Args:
        base: a chart whose rows are the cases, with the encoding of the axis that lists them.
        x: what the dots show.
        look: encodings of the dots, such as ``color`` and ``shape``; intervals take the colour.
        tooltip: of both.
        ends: columns of the lower and of the upper end of the interval.
        size: of the dots.
    """
    low, high = ends
    spec: Any = x.to_dict()
    lower = alt.X(f"{low}:Q", title=spec.get("title"))
    rule, dot = base.mark_rule(strokeWidth=2), base.mark_point(filled=True, size=size, opacity=1)
    shown = {"tooltip": list(tooltip)}
    return [
        rule.encode(x=lower, x2=f"{high}:Q", color=look["color"], **shown),
        dot.encode(x=x, **look, **shown),
    ]
