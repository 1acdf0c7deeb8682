"""Accuracy out of distribution, and its differences, as forest plots."""

import altair as alt
import pandas as pd

from gcbook.charts.columns import column, tooltips
from gcbook.charts.forest import fig_forest
from gcbook.paper.categories import CHANCE


def fig_robustness(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """OOD accuracy of each miniature with its interval, in-distribution accuracy as a tick.

    Args:
        rows: from `gcbook.chapters.miniature_accuracy.tables.robustness_rows`.
    """
    x = alt.X("ood_accuracy:Q", title=column("accuracy").title, scale=alt.Scale(domain=[0, 1]))
    return fig_forest(
        rows,
        row="recipe",
        value="ood_accuracy",
        x=x.axis(format="%"),
        tooltip=tooltips(
            ["recipe", "ood_accuracy", "low", "high", "in_distribution", "lost"],
            formats={"ood_accuracy": ".1%", "in_distribution": ".1%", "lost": ".3f"},
        ),
        reference=CHANCE,
        ticks="in_distribution",
        description=(
            "Forest plot with a row a miniature: accuracy averaged over the out-of-distribution "
            "test sets, with its interval, and as a tick that in distribution. "
            + " ".join(
                f"{row['recipe']}: {row['ood_accuracy']:.0%}, in distribution "
                f"{row['in_distribution']:.0%}."
                for row in rows.to_dict("records")
            )
        ),
    )


def fig_differences(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Differences in accuracy between miniatures, and those that the paper prints as ticks.

    Args:
        rows: from `gcbook.chapters.miniature_accuracy.tables.difference_rows`.
    """
    return fig_forest(
        rows,
        row="compared",
        value="difference",
        x=alt.X("difference:Q", title="Difference in accuracy").axis(format="+.2f", tickCount=6),
        tooltip=tooltips(["compared", "difference", "low", "high", "paper"]),
        ticks="paper",
        two_lines=True,
        description=(
            "Forest plot of differences in accuracy between two miniatures, each with its "
            "interval, a tick where the paper prints a difference, and a line at zero. "
            + " ".join(
                f"{row['compared']}: {row['difference']:+.2f}." for row in rows.to_dict("records")
            )
        ),
    )
