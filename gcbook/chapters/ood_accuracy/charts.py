"""Figures of out-of-distribution accuracy: Figs. 3, 5, 10 and 11 of the paper.

Tables come from `gcbook.chapters.ood_accuracy.tables`, each from the function that the figure
names. Accuracies run from 0 to 1 and are shown in per cent; guessing among 16 categories gives
`gcbook.paper.categories.CHANCE`.
"""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.among_networks import fig_among_networks
from gcbook.charts.columns import tooltips
from gcbook.charts.forest import fig_forest
from gcbook.charts.ladder import fig_ladder
from gcbook.charts.own_marks import own_names
from gcbook.charts.parts import nothing
from gcbook.charts.strength import fig_strength
from gcbook.paper.categories import CHANCE
from gcbook.paper.observers import HUMANS_TITLE

_SAID = ["value", "low", "high"]


def fig_standings(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 3: OOD accuracy of some models and the humans.

    Args:
        rows: from `gcbook.stats.shortlist.with_table1`.
    """
    return fig_ladder(
        rows,
        _accuracy(alt.X("value:Q", title="OOD accuracy")),
        chance=True,
        description="Out-of-distribution accuracy, averaged over the datasets, a row a model.",
    )


def fig_differences(tests: pd.DataFrame) -> alt.TopLevelMixin:
    """How far each network's OOD accuracy lies from the humans'.

    Args:
        tests: from `gcbook.stats.differences.against_humans`.
    """
    if tests.empty:
        return nothing("Nothing was resampled.")
    x = alt.X("difference:Q", title="OOD accuracy, network minus humans")
    kinds = dict(zip(tests["model"], tests["kind"], strict=True))
    return fig_forest(
        tests[["model", "difference", "low", "high", "p_corrected"]],
        row="model",
        value="difference",
        x=x.axis(format="+.2f", tickCount=6),
        tooltip=tooltips(["model", "difference", "low", "high", "p_corrected"]),
        marked=list(tests.loc[tests["differs"].eq(True), "model"]),
        own={name: kinds[name] for name in own_names(tests, "model")},
        description=(
            "Forest plot with a row a network: its out-of-distribution accuracy minus the humans', "
            f"with its interval, from {tests['difference'].max():+.2f} ({tests['model'].iloc[0]}) "
            f"to {tests['difference'].min():+.2f} ({tests['model'].iloc[-1]}); a line at no "
            "difference."
        ),
    )


def fig_conditions(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Figs. 5 and 10: one panel a parametric dataset, from `accuracy_by_condition`."""
    y = _accuracy(alt.Y("value:Q", title="Accuracy"), values=[0, 0.25, 0.5, 0.75, 1])
    return fig_strength(
        rows.assign(left_out=rows["counted"] != "yes"),
        y,
        guess=CHANCE,
        control="accurate",
        description="Accuracy: the humans' line with its interval, a line for every network, one "
        "at chance, and shaded conditions that the benchmark leaves out.",
    )


def fig_telling(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """People and networks in the conditions of `telling_conditions`."""
    if rows.empty:
        return nothing("None of these conditions is among those chosen.")
    return _among(rows, "place", "telling", "a condition")


def fig_single(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 11: a row a dataset, from `single_condition_accuracy`."""
    if rows.empty:
        return nothing("No dataset with a single condition is among those chosen.")
    return _among(rows, "dataset", "single", "a dataset")


def _among(rows: pd.DataFrame, row: str, control: str, each: str) -> alt.TopLevelMixin:
    humans = rows["kind"] == HUMANS_TITLE
    sides = rows.assign(people=rows["value"].where(humans), networks=rows["value"].mask(humans))
    said = " ".join(
        f"{place}: humans {group['people'].max():.0%}, networks "
        f"{group['networks'].min():.0%} to {group['networks'].max():.0%}."
        for place, group in sides.groupby(row, sort=False)
    )
    return fig_among_networks(
        rows,
        _accuracy(alt.X("value:Q", title="Accuracy")),
        row=row,
        said=[row, "observer", *_SAID],
        control=control,
        name_best=True,
        chance=True,
        step=44,
        description=f"Dots of accuracy, a row {each}. {said}",
    )


def _accuracy(channel: Any, **axis: Any) -> Any:
    """A position channel from 0 to 1, labelled in per cent."""
    return channel.scale(domain=[0, 1]).axis(format="%", **axis)
