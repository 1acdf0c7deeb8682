"""The figure at the end of a run: one set of scores, decided twice."""

import altair as alt
import pandas as pd

from gcbook.chapters.worked_example.tables import WEIGHTINGS
from gcbook.charts.category_bias import fig_category_bias
from gcbook.charts.miniature_look import COLORS
from gcbook.charts.theme import SERIES


def fig_same_scores(rows: pd.DataFrame, printed: pd.DataFrame) -> alt.TopLevelMixin:
    """Fraction of texture decisions by shape category, a mark a weighting.

    Args:
        rows: from `gcbook.chapters.worked_example.tables.category_rows`.
        printed: what the paper prints of Stable Diffusion, ``label, texture_share``.
    """
    looks = ((COLORS["mini-latent"], "circle"), (SERIES[1], "square"))
    return fig_category_bias(
        rows,
        printed,
        series="weighting",
        marks=dict(zip(WEIGHTINGS.values(), looks, strict=True)),
        description=(
            "One row for each of 16 shape categories; horizontal position is the fraction of "
            "texture decisions of one miniature. Two marks with intervals, for the paper's "
            "weighting and for equal weights, with a line at the mean over categories of each. A "
            "dashed line is the average that the paper prints for Stable Diffusion."
        ),
    )
