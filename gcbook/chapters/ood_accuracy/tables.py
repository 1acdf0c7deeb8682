"""Out-of-distribution accuracy, from summaries to the tables that the figures show.

Each function takes `gcbook.stats.summaries.Summaries` and returns a tidy table: one row a mark or
a line, observers and conditions under the names that a reader sees, numbers rounded to four digits.
What the paper prints stands beside what was recomputed, and is never mixed with it.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.paper.categories import NO_ANSWER
from gcbook.paper.experiments import DATASETS, EXPERIMENTS, PARAMETRIC, TITLES, Experiment
from gcbook.paper.observers import (
    HUMANS,
    PUBLISHED_SOURCES,
    choose_observers,
    kind_titles,
    show_once,
    unique_labels,
)
from gcbook.stats.metrics import accuracy
from gcbook.stats.summaries import Summaries

ONE_HUMAN = "One human"
"""Kind of a single human, beside the kinds that the colour scale knows."""

TELLING = (("Low-pass", "10"), ("High-pass", "0.7"), ("Contrast", "5"), ("Rotation", "90"))
"""Dataset and condition, as tables call them, in which people and networks differ in their own way:
a filter of 10 and of 0.7 pixels, a contrast of 5%, a quarter turn."""

AT_MOST = 0.125
"""Accuracy up to which an observer is near guessing: twice chance."""

_DIGITS = 4
_WHERE = ["dataset", "condition", "source", "observer", "observer_kind"]
_NUMBERS = ["value", "low", "high"]


def accuracy_by_condition(
    summaries: Summaries, observers: Sequence[str] = (), *, individuals: bool = False
) -> pd.DataFrame:
    """Accuracy in each condition of the parametric datasets.

    Args:
        summaries: over the datasets to show.
        observers: models to keep; none keeps all.
        individuals: with one line for each human beside the pooled one.

    Returns:
        Columns ``dataset, step, condition, strength, observer, kind, value, low, high, n,
        counted``, in the order of the conditions. ``step`` counts conditions from 1, the easiest;
        ``condition`` is printed on the axis and ``strength`` is the axis title; ``kind`` is what
        the colour scale knows, or `ONE_HUMAN`; ``counted`` is "yes" or why the benchmark leaves
        the condition out.
    """
    rows = _accuracy(summaries, observers)
    rows = rows[rows["dataset"].isin(PARAMETRIC) & (rows["condition"] != "")]
    if not individuals:
        rows = rows[rows["kind"] != ONE_HUMAN]
    rows = _placed(rows)
    if summaries.settings.conditions == "all":
        rows["counted"] = "yes"
    columns = ["dataset", "step", "condition", "strength", "observer", "kind"]
    return rows[[*columns, *_NUMBERS, "n", "counted"]].round(_DIGITS)


def single_condition_accuracy(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Accuracy on the datasets with one manipulation, with every network that has trials there.

    Returns:
        Columns ``dataset, observer, kind, value, low, high, n``; in each dataset the best first.
    """
    rows = _accuracy(summaries, observers)
    wanted = ["sketch", "stylized", "edge", "silhouette", "cue-conflict"]
    rows = rows[rows["dataset"].isin(wanted) & (rows["condition"] == "")]
    rows = rows[rows["kind"] != ONE_HUMAN].assign(place=rows["dataset"].map(wanted.index))
    rows = rows.sort_values(
        ["place", "value", "observer"], ascending=[True, False, True], ignore_index=True
    )
    rows["dataset"] = rows["dataset"].map(TITLES)
    return rows[["dataset", "observer", "kind", *_NUMBERS, "n"]].round(_DIGITS)


def telling_conditions(rows: pd.DataFrame) -> pd.DataFrame:
    """The conditions of `TELLING`, side by side.

    Args:
        rows: from `accuracy_by_condition`, without single humans.

    Returns:
        The rows of these conditions in the order of `TELLING`, with ``place``: the dataset and its
        condition, the best first.
    """
    telling = pd.DataFrame(TELLING, columns=["dataset", "condition"])
    telling["place"] = telling["dataset"] + ", " + telling["condition"]
    found = telling.reset_index().merge(rows, on=["dataset", "condition"])
    found = found.sort_values(["index", "value"], ascending=[True, False], ignore_index=True)
    return found.drop(columns="index")


def near_guessing(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """How often an observer that hardly recognises anything gives its favourite answer.

    People are not pooled: their favourites differ, and pooled they would cancel out. Trials
    without an answer are left out of the share, not of the accuracy.

    Returns:
        A row an observer and condition with an accuracy of `AT_MOST`: ``dataset, condition,
        source, observer, observer_kind, right`` (accuracy), ``share``, the favourite's part of all
        answers: 1/16 at least, 1 when nothing else was ever answered.
    """
    counts = choose_observers(show_once(summaries.counts), observers)
    if not observers:
        # The networks of the second source saw three datasets; they count when asked for.
        counts = counts[counts["source"] != PUBLISHED_SOURCES[1]]
    given = counts[counts["response"] != NO_ANSWER]
    each = given.groupby([*_WHERE, "response"], observed=True)["n"].sum().groupby(_WHERE)
    share = (each.max() / each.sum()).rename("share")
    rows = accuracy(counts, _WHERE).merge(share.reset_index(), on=_WHERE, how="left")
    rows = rows.rename(columns={"accuracy": "right"})
    return rows.loc[rows["right"] <= AT_MOST, [*_WHERE, "right", "share"]].reset_index(drop=True)


def _accuracy(summaries: Summaries, observers: Sequence[str]) -> pd.DataFrame:
    rows = summaries.of("accuracy")
    rows = choose_observers(show_once(rows), observers)
    pooled = rows["observer"] == HUMANS
    human = rows["observer_kind"] == "human"
    return rows.assign(
        observer=unique_labels(rows["source"], rows["observer"]),
        kind=kind_titles(rows["source"], rows["observer_kind"]).where(pooled | ~human, ONE_HUMAN),
        rank=np.select([pooled, human], [0, 2], 1),
    )


def _counted(experiment: Experiment, condition: str) -> str:
    if condition in experiment.unchanged:
        return "no: image unchanged"
    return "no: too hard for humans" if condition in experiment.too_hard else "yes"


def _placed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows by dataset, ``rank``, observer and condition; columns as in `accuracy_by_condition`."""
    places = [(EXPERIMENTS[d], c) for d, c in zip(rows["dataset"], rows["condition"], strict=True)]
    return rows.assign(
        place=rows["dataset"].map(DATASETS.index),
        name=rows["observer"].str.lower(),
        dataset=rows["dataset"].map(TITLES),
        condition=[experiment.label(c) for experiment, c in places],
        strength=[experiment.xlabel for experiment, _ in places],
        step=[experiment.conditions.index(c) + 1 for experiment, c in places],
        counted=[_counted(*place) for place in places],
    ).sort_values(["place", "rank", "name", "step"], kind="stable", ignore_index=True)
