"""Shape bias by category with the paper's printed averages as lines: Fig. 13, and its likes."""

from collections.abc import Mapping

import altair as alt
import pandas as pd

from gcbook.charts.averages import average_lines
from gcbook.charts.columns import tooltips
from gcbook.charts.parts import TENTHS, finish, look
from gcbook.charts.theme import DISCRIMINATIVE, INK
from gcbook.paper.categories import CATEGORIES

_ROW = 22
_UNIT = alt.Scale(domain=[0, 1])
_TITLE = "Fraction of texture decisions"
_SAID = ["category", "texture_share", "low", "high", "shape_answers", "texture_answers"]


def fig_category_bias(
    rows: pd.DataFrame,
    printed: pd.DataFrame,
    *,
    series: str,
    marks: Mapping[str, tuple[str, str]],
    description: str,
) -> alt.TopLevelMixin:
    """A row a shape category; further left are more decisions for the shape.

    Args:
        rows: ``category, texture_share, low, high, shape_answers, texture_answers`` and
            ``category_mean``, the mean of the shares over the categories, drawn as a line.
        printed: the paper's averages: ``label`` and ``texture_share``.
        series: column of ``rows`` that sets apart the marks of one category.
        marks: colour and shape of each of these.
        description: for those who cannot see it.
    """
    colors, shapes = zip(*marks.values(), strict=True)
    channels = look(
        series,
        marks,
        color=colors,
        shape=shapes,
        legend=alt.Legend(title=None, symbolOpacity=1),
    )
    x = alt.X("texture_share:Q", scale=_UNIT, title=_TITLE).axis(
        grid=False, values=TENTHS, format=".1f", labelOverlap=True
    )
    y = alt.Y("category:N", sort=list(CATEGORIES), title=None).axis(grid=True, gridDash=[1, 3])
    base = alt.Chart(rows)
    said = tooltips([series, *_SAID], formats={"texture_share": ".1%"})
    means = base.transform_aggregate(texture_share="mean(category_mean)", groupby=[series])
    layers = [
        means.mark_rule(strokeWidth=2).encode(x=x, color=channels["color"]),
        *average_lines(printed.assign(color=DISCRIMINATIVE, dashed=True), x),
        base.mark_rule(strokeWidth=1.5, opacity=0.6).encode(
            x=alt.X("low:Q", scale=_UNIT, title=_TITLE), x2="high:Q", y=y, color=channels["color"]
        ),
        base.mark_point(filled=True, size=80, opacity=1, stroke=INK, strokeWidth=0.5).encode(
            x=x, y=y, tooltip=said, **channels
        ),
    ]
    return finish(alt.layer(*layers), height=_ROW * len(CATEGORIES), description=description)
