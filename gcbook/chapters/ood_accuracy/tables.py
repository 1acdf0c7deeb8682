"""Out-of-distribution accuracy, from summaries to the tables that the figures show.

Each function takes `gcbook.stats.summaries.Summaries` and returns a tidy table: one row a mark or
a line, observers and conditions under the names that a reader sees, numbers rounded to four digits.
What the paper prints stands beside what was recomputed, and is never mixed with it.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.paper.categories import CATEGORIES, NO_ANSWER, RESPONSES
from gcbook.paper.experiments import DATASETS, EXPERIMENTS, PARAMETRIC, TITLES, Experiment
from gcbook.paper.observers import (
    HUMANS,
    HUMANS_TITLE,
    PUBLISHED_SOURCES,
    choose_observers,
    kind_titles,
    known_networks,
    show_once,
    unique_labels,
)
from gcbook.stats.benchmark_tables import benchmark_rows, standing_rows
from gcbook.stats.metrics import accuracy, pool_humans
from gcbook.stats.summaries import Summaries

ONE_HUMAN = "One human"
"""Kind of a single human, beside the kinds that the colour scale knows."""

PEOPLE = "Single people"
"""Row of all single humans where every network has a row of its own."""

TELLING = (("Low-pass", "7"), ("High-pass", "0.7"), ("Contrast", "5"), ("Rotation", "90"))
"""Dataset and condition, as tables call them, in which people and networks differ in their own way:
a filter of 7 and of 0.7 pixels, a contrast of 5%, a quarter turn."""

AT_MOST = 0.125
"""Accuracy up to which an observer is near guessing: twice chance."""

CONFUSED = ("swag_vit_l16_in1k", "simclr_resnet50x1", "resnet50", "bagnet33")
"""One network of each family, whose confusions are shown unless others are asked for."""

_DIGITS = 4
_NUMBERS = ["value", "low", "high"]


def ood_standings(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """OOD accuracy averaged over the datasets: recomputed, and as the paper prints it.

    Args:
        summaries: over the datasets to average. Published values appear only beside what the paper
            averages too: all datasets, in the benchmark's conditions.
        observers: recomputed models to keep; none keeps all.

    Returns:
        ``position, model, kind, origin, value, low, high, paper``, the best first, as
        `gcbook.stats.benchmark_tables.standing_rows` gives them.
    """
    return standing_rows(benchmark_rows(summaries, observers), "ood_accuracy").round(_DIGITS)


def accuracy_by_condition(
    summaries: Summaries, observers: Sequence[str] = (), *, individuals: bool = False
) -> pd.DataFrame:
    """Accuracy in each condition of the parametric datasets.

    Args:
        summaries: over the datasets to show.
        observers: models to keep; none keeps all.
        individuals: with one line for each human beside the pooled one.

    Returns:
        Columns ``dataset, step, condition, strength, observer, kind, family, value, low, high, n,
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
    columns = ["dataset", "step", "condition", "strength", "observer", "kind", "family"]
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
        condition.
    """
    telling = pd.DataFrame(TELLING, columns=["dataset", "condition"])
    telling["place"] = telling["dataset"] + ", " + telling["condition"]
    return telling.merge(rows, on=["dataset", "condition"])


def _accuracy(summaries: Summaries, observers: Sequence[str]) -> pd.DataFrame:
    rows = summaries.estimates[summaries.estimates["metric"] == "accuracy"]
    rows = choose_observers(show_once(rows), observers)
    pooled = rows["observer"] == HUMANS
    human = rows["observer_kind"] == "human"
    family = known_networks().set_index("observer")["family"]
    return rows.assign(
        observer=unique_labels(rows["source"], rows["observer"]),
        kind=kind_titles(rows["source"], rows["observer_kind"]).where(pooled | ~human, ONE_HUMAN),
        family=np.where(human, HUMANS_TITLE, rows["observer"].map(family).fillna("Own model")),
        rank=np.select([pooled, human], [0, 2], 1),
    )


def _counted(experiment: Experiment, condition: str) -> str:
    if condition in experiment.unchanged:
        return "no: image unchanged"
    return "no: too hard for humans" if condition in experiment.too_hard else "yes"


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_WHERE = ["dataset", "condition", "source", "observer", "observer_kind"]


def confusion_answers(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """How often each category was answered with what, in every condition.

    Args:
        summaries: over the datasets to show.
        observers: models to keep; none keeps one published network of each family, and all others.

    Returns:
        One row an observer and condition: ``dataset, step, steps, condition, observer, n, right``
        (share of right answers), then one column for each of the 16 categories: a list of answers
        with their counts, the most frequent first. ``step`` counts the dataset's ``steps``
        conditions from 1.
    """
    counts = _counts(summaries, observers)
    if not observers:
        shown = ~counts["source"].isin(PUBLISHED_SOURCES) | counts["observer"].isin(CONFUSED)
        counts = counts[shown | (counts["observer_kind"] == "human")]
    counts = pd.concat([pool_humans(counts), counts[counts["observer_kind"] == "model"]])
    keys = [*_WHERE, "category"]
    each = counts.groupby([*keys, "response"], observed=True)["n"].sum().reset_index()
    # The key for ties is the order of the categories, so that "na" comes last.
    each = each.assign(order=each["response"].map(RESPONSES.index)).sort_values(
        ["n", "order"], ascending=[False, True]
    )
    each["answer"] = each["response"] + " " + each["n"].astype(str)
    lists = each.groupby(keys, observed=True)["answer"].agg("; ".join).unstack(fill_value="")
    lists = lists.reindex(columns=list(CATEGORIES), fill_value="")
    table = _presented(_right(counts).join(lists).reset_index())
    columns = ["dataset", "step", "steps", "condition", "observer", "n", "right"]
    return table[[*columns, *CATEGORIES]]


def response_bias(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """The answer that every network and every single person gave most often in each condition.

    People are not pooled: their favourites differ, and pooled they would cancel out. Trials
    without an answer are left out of the share, not of the accuracy.

    Returns:
        Columns ``dataset, condition, observer, kind, n, right, favourite, share``; ``share`` is the
        favourite's part of all answers: 1/16 at least, 1 when nothing else was ever answered.
    """
    counts = _counts(summaries, observers)
    given = counts[counts["response"] != NO_ANSWER]
    answers = given.groupby([*_WHERE, "response"], observed=True)["n"].sum().reset_index("response")
    answers["share"] = answers["n"] / answers.groupby(_WHERE, observed=True)["n"].transform("sum")
    answers = answers.sort_values(["share", "response"], ascending=[False, True])
    first = answers.groupby(_WHERE, observed=True)[["response", "share"]].first().round(_DIGITS)
    favourites = first.rename(columns={"response": "favourite"})
    table = _presented(_right(counts).join(favourites).reset_index())
    columns = ["dataset", "condition", "observer", "kind", "n", "right", "favourite", "share"]
    return table[columns]


def near_guessing(bias: pd.DataFrame) -> pd.DataFrame:
    """The cases in which an observer is hardly better than a guesser.

    Args:
        bias: from `response_bias`.

    Returns:
        Their rows with ``group``, `PEOPLE` or the network: people first, then the networks by their
        mean share.
    """
    rows = bias[bias["right"] <= AT_MOST]
    people = rows["kind"] == HUMANS_TITLE
    rows = rows.assign(group=rows["observer"].mask(people, PEOPLE))
    mean = rows.groupby("group")["share"].transform("mean").mask(people, 0)
    order = rows.assign(mean=mean).sort_values(["mean", "group"], kind="stable", ignore_index=True)
    return order.drop(columns="mean")


def _counts(summaries: Summaries, observers: Sequence[str]) -> pd.DataFrame:
    counts = show_once(summaries.counts)
    if not observers:
        # The networks of the second source saw three datasets; they are shown when asked for.
        counts = counts[counts["source"] != PUBLISHED_SOURCES[1]]
    return choose_observers(counts, observers)


def _right(counts: pd.DataFrame) -> pd.DataFrame:
    """Trials ``n`` and the share ``right``, per observer and condition."""
    right = accuracy(counts, _WHERE).set_index(_WHERE)
    return right.rename(columns={"accuracy": "right"}).round(_DIGITS)


def _presented(table: pd.DataFrame) -> pd.DataFrame:
    """Names as a reader sees them, in the order of datasets, observers and conditions."""
    table = table.assign(
        label=unique_labels(table["source"], table["observer"]),
        kind=kind_titles(table["source"], table["observer_kind"]),
        rank=table["observer_kind"] == "model",
    )
    table = _placed(table)
    reach = "Reach: 2" + table["condition"].str.translate(_RAISED)
    condition = (table["strength"] + ": " + table["condition"]).mask(
        table["strength"] == EXPERIMENTS["eidolonI"].xlabel, reach
    )
    return table.assign(
        observer=table["label"], condition=condition.mask(table["steps"] == 1, "one condition")
    )


def _placed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows by dataset, ``rank``, observer and condition, with what is told of the two places.

    ``step`` counts a dataset's ``steps`` conditions from 1; the rest is as in
    `accuracy_by_condition`.
    """
    places = [(EXPERIMENTS[d], c) for d, c in zip(rows["dataset"], rows["condition"], strict=True)]
    return rows.assign(
        place=rows["dataset"].map(DATASETS.index),
        name=rows["observer"].str.lower(),
        dataset=rows["dataset"].map(TITLES),
        condition=[experiment.label(c) for experiment, c in places],
        strength=[experiment.xlabel for experiment, _ in places],
        step=[experiment.conditions.index(c) + 1 for experiment, c in places],
        steps=[len(experiment.conditions) for experiment, _ in places],
        counted=[_counted(*place) for place in places],
    ).sort_values(["place", "rank", "name", "step"], kind="stable", ignore_index=True)
