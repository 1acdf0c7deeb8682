"""Figure of what miniatures do with bands of spatial frequency."""

import altair as alt
import pandas as pd

from gcbook.chapters.fine_detail.bands import ORDER
from gcbook.charts.miniature_look import recipe_color, recipe_dash, recipe_shape
from gcbook.charts.parts import interval_tooltips, nothing, side_by_side

__all__ = ["fig_bands"]

_UNIT = alt.Scale(domain=[0, 1])


def fig_bands(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Each measure in a panel, from coarse detail alone to fine detail alone.

    Args:
        rows: from `gcbook.chapters.fine_detail.bands.band_rows`.
    """
    if rows.empty:
        return nothing("No miniature of this version has been asked about filtered images.")
    recipes = list(dict.fromkeys(rows["recipe"]))
    x = alt.X("band:N", title="What is left (cycles an image)", sort=list(ORDER)).axis(
        labelAngle=-40
    )
    panels = []
    for measure, group in rows.groupby("measure", sort=False):
        y = alt.Y("value:Q", title=None, scale=_UNIT).axis(format=".1f", tickCount=5)
        tooltip = [
            alt.Tooltip("recipe:N", title="Miniature"),
            alt.Tooltip("band:N", title="Left"),
            alt.Tooltip("value:Q", title=str(measure), format=".2f"),
            *interval_tooltips(".2f"),
            alt.Tooltip("n:Q", title="Images"),
        ]
        base = alt.Chart(group.drop(columns="measure")).encode(x=x, color=recipe_color(recipes))
        layers = [
            base.mark_rule(strokeWidth=1, opacity=0.6).encode(
                y=alt.Y("low:Q", title=None, scale=_UNIT), y2="high:Q"
            ),
            base.mark_line(strokeWidth=2).encode(y=y, strokeDash=recipe_dash(recipes)),
            base.mark_point(filled=True, size=45, opacity=1).encode(
                y=y, shape=recipe_shape(recipes), tooltip=tooltip
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
    ).properties(columns=2)
