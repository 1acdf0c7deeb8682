"""Where the shape bias comes from: two forest plots of correlations, and Fig. 13."""

import altair as alt
import pandas as pd

from gcbook.chapters.blurred_images.tables import BLURRED, HIGH_PASS_TITLE
from gcbook.charts.category_bias import fig_category_bias
from gcbook.charts.columns import tooltips
from gcbook.charts.forest import fig_forest
from gcbook.charts.theme import CHANCE_LINE, DISCRIMINATIVE, HUMAN, INK
from gcbook.paper.observers import HUMANS_TITLE

_COEFFICIENTS = {"Pearson": (INK, "circle"), "Spearman": (CHANCE_LINE, "square")}


def fig_families(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Both coefficients of blurred images, over all networks and with each family left out.

    Args:
        rows: from `gcbook.chapters.blurred_images.tables.family_rows`.
    """
    return fig_forest(
        rows,
        row="networks",
        value="r",
        x=_coefficient(rows),
        series="coefficient",
        marks=_COEFFICIENTS,
        tooltip=tooltips(["networks", "coefficient", "points", "r", "low", "high", "p"]),
        description=(
            "Correlations of accuracy on blurred images with shape bias, Pearson's and "
            "Spearman's, with intervals: over all networks, with each family left out, over the "
            "means of families, and as printed in the paper. A line stands at no correlation."
        ),
    )


def fig_datasets(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Pearson's coefficient of every dataset, highest first.

    Args:
        rows: from `gcbook.chapters.blurred_images.tables.dataset_rows`.
    """
    return fig_forest(
        rows,
        row="measured_on",
        value="r",
        x=_coefficient(rows),
        ticks="lowest",
        tooltip=tooltips(["measured_on", "points", "r", "low", "high", "p", "lowest", "without"]),
        description=(
            "Pearson's correlation of shape bias with accuracy on each dataset, the highest first, "
            "with intervals, and a tick at the lowest value that it takes when one family of "
            "networks is left out. Blurred and high-pass images stand out in ink."
        ),
        marked=[BLURRED, HIGH_PASS_TITLE],
    )


def fig_noised_resnet(rows: pd.DataFrame, printed: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 13: the public ResNet-50 by category, and the printed averages before and after noise.

    Args:
        rows: from `gcbook.chapters.blurred_images.tables.resnet_rows`.
        printed: from `gcbook.stats.shape_tables.noised_resnets`.
    """
    return fig_category_bias(
        rows,
        printed,
        series="observer",
        marks={HUMANS_TITLE: (HUMAN, "diamond"), "ResNet-50": (DISCRIMINATIVE, "circle")},
        description=(
            "One row for each of 16 shape categories; horizontal position is the fraction of "
            "texture decisions, of the ResNet-50 with public decisions and of the humans. Dashed "
            f"lines are the averages printed in the paper: {', '.join(printed['label'])}."
        ),
    )


def _coefficient(rows: pd.DataFrame) -> alt.X:
    """An axis from no correlation to a perfect one, and below where intervals go there."""
    scale = alt.Scale(domain=[-1 if rows["low"].min() < 0 else 0, 1])
    title = "Correlation with shape bias"
    return alt.X("r:Q", title=title, scale=scale).axis(tickCount=5, format=".1f")
