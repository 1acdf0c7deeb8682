"""Where the shape bias comes from: Fig. 13, in miniature too, and correlations by dataset."""

import altair as alt
import pandas as pd

from gcbook.chapters.blurred_images.tables import BLURRED, HIGH_PASS_TITLE, NOISE
from gcbook.charts.category_bias import fig_category_bias
from gcbook.charts.columns import tooltips
from gcbook.charts.forest import fig_forest
from gcbook.charts.miniature_look import COLORS, SHAPES
from gcbook.charts.theme import DISCRIMINATIVE, HUMAN, SERIES
from gcbook.paper.observers import HUMANS_TITLE

_LOOKS = (
    (COLORS["mini-cnn"], SHAPES["mini-cnn"]),
    (COLORS["mini-cnn-noise"], SHAPES["mini-cnn-noise"]),
    (SERIES[1], "square"),
)
"""Colour and shape of each cell of `tables.NOISE`."""


def fig_noise(rows: pd.DataFrame, printed: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 13 in the calibrated world, with the paper's averages as lines.

    Args:
        rows: from `gcbook.chapters.blurred_images.tables.noise_rows`.
        printed: from `gcbook.stats.shape_tables.noised_resnets`.
    """
    return fig_category_bias(
        rows,
        printed,
        series="noise",
        marks=dict(zip(NOISE, _LOOKS, strict=True)),
        description=(
            "One row for each of 16 shape categories; horizontal position is the fraction of "
            "texture decisions. Three marks with intervals for small classifiers without noise, "
            "with noise in training, and with noise in training and testing, with a line at the "
            "mean over categories of each. Dashed lines are the averages that the paper prints "
            "for its ResNet-50."
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
        x=_correlation(rows),
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


def _correlation(rows: pd.DataFrame) -> alt.X:
    """An axis from no correlation to a perfect one, and below where intervals go there."""
    scale = alt.Scale(domain=[-1 if rows["low"].min() < 0 else 0, 1])
    title = "Correlation with shape bias"
    return alt.X("r:Q", title=title, scale=scale).axis(tickCount=5, format=".1f")
