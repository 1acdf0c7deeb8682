"""Differences in accuracy, accuracies by test set, and errors by kind of pair."""

import altair as alt
import pandas as pd

from gcbook.charts.columns import column, tooltips
from gcbook.charts.forest import fig_forest
from gcbook.charts.miniature_look import recipe_color, recipe_shape
from gcbook.charts.parts import TENTHS, chance_line, finish
from gcbook.charts.theme import CHANCE_LINE, SERIES
from gcbook.miniworld.results.calibrated import CALIBRATED, UNCALIBRATED
from gcbook.miniworld.results.consistency import GROUPS

_PAPER = "The paper's models"
_WORLDS = {CALIBRATED: (SERIES[0], "square"), UNCALIBRATED: (SERIES[1], "triangle-up")}
_COMPARED = ("mini-pixel", "mini-latent", "mini-ar", "mini-cnn")
"""Miniatures of the kinds whose accuracies the paper prints."""


def fig_differences(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Differences in accuracy between miniatures in both worlds, beside those of the paper.

    Args:
        rows: from `gcbook.chapters.miniature_accuracy.tables.difference_rows`, with ``world``.
    """
    printed = rows[["compared", "paper"]].dropna().drop_duplicates("compared")
    printed = printed.rename(columns={"paper": "difference"}).assign(world=_PAPER)
    return fig_forest(
        pd.concat([rows, printed], ignore_index=True),
        row="compared",
        value="difference",
        x=alt.X("difference:Q", title="Difference in accuracy").axis(format="+.1f", tickCount=6),
        tooltip=tooltips(["world", "compared", "difference", "low", "high"]),
        series="world",
        marks={**_WORLDS, _PAPER: (CHANCE_LINE, "diamond")},
        two_lines=True,
        description=(
            "Forest plot of differences in accuracy between two miniatures, a mark with its "
            "interval for each of two worlds, a diamond where the paper prints a difference, and a "
            "line at zero. "
            + " ".join(
                f"{row['compared']}, {row['world'].lower()}: {row['difference']:+.2f}."
                for row in rows.to_dict("records")
            )
        ),
    )


def fig_sets(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Accuracy by test set in the default world, of the kinds whose accuracies the paper prints.

    Args:
        rows: from `gcbook.miniworld.results.scores.accuracy_by_set`, with ``world``.
    """
    shown = rows[rows["recipe"].isin(_COMPARED) & (rows["world"] == UNCALIBRATED)]
    x = alt.X("value:Q", scale=alt.Scale(domain=[0, 1]), title=column("accuracy").title)
    x = x.axis(values=TENTHS, format=".0%", labelOverlap=True, grid=False)
    y = alt.Y("dataset:N", sort=list(dict.fromkeys(shown["dataset"])), title=None)
    tooltip = tooltips(
        ["dataset", "recipe", "value", "low", "high", "n"],
        titles={"dataset": "Test set", "value": "Accuracy", "n": "Answers"},
    )
    marks = alt.Chart(shown).encode(
        x=x,
        y=y.axis(grid=True, gridDash=[1, 3]),
        color=recipe_color(_COMPARED),
        shape=recipe_shape(_COMPARED),
        tooltip=tooltip,
    )
    return finish(
        alt.layer(chance_line(x), marks.mark_point(filled=True, size=90, opacity=1)),
        height=26 * shown["dataset"].nunique(),
        description=(
            f"Accuracy of {', '.join(_COMPARED)} on {shown['dataset'].nunique()} test sets, a row "
            "a set and one mark a miniature, with a line at chance."
        ),
    )


def fig_pairs(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Mean error consistency on cue conflicts by kind of pair, with the most that is possible.

    Args:
        rows: from `gcbook.chapters.miniature_accuracy.tables.kind_rows`.
    """
    # The last tick is the one with room for words.
    shown = rows[rows["group"] == GROUPS[1]].sort_values("world", kind="stable")
    return fig_forest(
        shown,
        row="kind",
        value="kappa",
        x=alt.X("kappa:Q", title=column("kappa").title, scale=alt.Scale(domain=[0, 1])).axis(
            tickCount=6
        ),
        tooltip=tooltips(["world", "kind", "kappa", "low", "high", "most", "share", "pairs"]),
        series="world",
        marks=_WORLDS,
        reference=None,
        ticks="most",
        tick_words="highest possible",
        description=(
            "Mean error consistency on cue conflicts of two seeds of one miniature, of two "
            "classifiers, of two generators and of one of either, in two worlds, with intervals, "
            "and a tick at the most that their accuracies allow. "
            + " ".join(
                f"{row['kind']}, {row['world'].lower()}: {row['kappa']:.2f} of {row['most']:.2f}."
                for row in shown.to_dict("records")
            )
        ),
    )
