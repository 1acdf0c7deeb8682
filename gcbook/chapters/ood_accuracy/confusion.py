"""What was answered to what, from counts to the tables that the figures show.

The confusions of ten observers in 78 conditions are some 40,000 numbers. To keep a page light they
travel as short lists in words, one column a shown category: ``"bear 7; dog 2"`` says that the
category was answered with bear seven times and with dog twice.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from gcbook.paper.categories import CATEGORIES, NO_ANSWER, RESPONSES
from gcbook.paper.experiments import DATASETS, EXPERIMENTS
from gcbook.paper.observers import (
    HUMANS_TITLE,
    PUBLISHED_SOURCES,
    choose_observers,
    kind_titles,
    show_once,
    unique_labels,
)
from gcbook.stats.metrics import accuracy, pool_humans
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import number

__all__ = ["bias_facts", "confusion_answers", "response_bias", "stripes_sentence"]

_LOG_REACH = EXPERIMENTS["eidolonI"].xlabel
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_WHERE = ["dataset", "condition", "source", "observer", "observer_kind"]


def confusion_answers(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """How often each category was answered with what, in every condition.

    Args:
        summaries: over the datasets to show.
        observers: models to keep; none keeps those that saw more than a few datasets.

    Returns:
        One row an observer and condition: ``dataset, step, steps, condition, observer, n, right``
        (share of right answers), then one column for each of the 16 categories: a list of answers
        with their counts, the most frequent first. ``step`` counts the dataset's ``steps``
        conditions from 1.
    """
    counts = _pool(_counts(summaries, observers))
    keys = [*_WHERE, "category"]
    each = counts.groupby([*keys, "response"], observed=True)["n"].sum().reset_index()
    # The key for ties is the order of the categories, so that "na" comes last.
    each = each.assign(order=each["response"].map(RESPONSES.index)).sort_values(
        ["n", "order"], ascending=[False, True]
    )
    each["answer"] = each["response"] + " " + each["n"].astype(str)
    lists = each.groupby(keys, observed=True)["answer"].agg("; ".join).unstack(fill_value="")
    lists = lists.reindex(columns=list(CATEGORIES), fill_value="")
    summary = _summary(counts).set_index(_WHERE)[["n", "right"]]
    return _presented(summary.join(lists).reset_index()).drop(
        columns=["source", "observer_kind", "kind"]
    )


def response_bias(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """The answer that every network and every single person gave most often in each condition.

    People are not pooled: their favourites differ, and pooled they would cancel out. Trials
    without an answer are left out of the share, not of the accuracy.

    Returns:
        Columns ``dataset, condition, observer, kind, n, right, favourite, share``; ``share`` is the
        favourite's part of all answers: 1/16 at least, 1 when nothing else was ever answered.
    """
    table = _presented(_summary(_counts(summaries, observers)))
    columns = ["dataset", "condition", "observer", "kind", "n", "right", "favourite", "share"]
    return table[columns]


def bias_facts(bias: pd.DataFrame, at_most: float = 0.125) -> dict[str, Any]:
    """What the prose says of response bias, as values for ``text``.

    Args:
        bias: from `response_bias`.
        at_most: accuracy up to which a condition counts as hopeless for an observer.

    Returns:
        For single people and networks in the conditions that are hopeless for them: ``humans_mean``
        and ``networks_mean`` of the favourite's share and ``humans_max``, in words where there are
        none, and the number of cases, ``humans_n`` and ``networks_n``; in how many conditions
        several people are ``lost``, and in how many of those they have ``same`` favourite;
        ``all_the_same``, how many cases have one single answer of a network to every image.
    """
    hopeless = bias[bias["right"] <= at_most]
    human = hopeless["kind"] == HUMANS_TITLE
    people = hopeless[human]
    facts: dict[str, Any] = {"at_most": at_most, "humans_max": number(people["share"].max(), ".0%")}
    for name, chosen in (("humans", human), ("networks", ~human)):
        facts[f"{name}_n"] = int(chosen.sum())
        facts[f"{name}_mean"] = number(hopeless.loc[chosen, "share"].mean(), ".0%")
    favourites = people.groupby(["dataset", "condition"])["favourite"].agg(["size", "nunique"])
    several = favourites[favourites["size"] > 1]
    facts["lost"] = len(several)
    facts["same"] = int((several["nunique"] == 1).sum())
    facts["all_the_same"] = int((bias.loc[bias["kind"] != HUMANS_TITLE, "share"] == 1).sum())
    return facts


def stripes_sentence(bias: pd.DataFrame, dataset: str, network: str) -> str:
    """A network and the people one by one in the hardest condition of a dataset, in words.

    Args:
        bias: from `response_bias`.
        dataset, network: as the table calls them.
    """
    rows = bias[bias["dataset"] == dataset]
    condition = rows["condition"].iloc[-1] if len(rows) else ""
    rows = rows[rows["condition"] == condition]
    one, people = rows[rows["observer"] == network], rows[rows["kind"] == HUMANS_TITLE]
    if one.empty or people.empty:
        return f"{network} and people on {dataset} are not both among what is shown."
    answer = one.iloc[0]
    favourites = ", ".join(dict.fromkeys(people["favourite"]))
    return (
        f"In the hardest condition ({condition}) {network} is right on {answer['right']:.0%} of "
        f"the images and answers *{answer['favourite']}* to {answer['share']:.0%} of them. The "
        f"{len(people)} people are right on {people['right'].min():.0%} to "
        f"{people['right'].max():.0%}; the favourite answers ({favourites}) take "
        f"{people['share'].min():.0%} to {people['share'].max():.0%} of what each of them said."
    )


def _counts(summaries: Summaries, observers: Sequence[str]) -> pd.DataFrame:
    counts = show_once(summaries.counts)
    if not observers:
        # The networks of the second source saw three datasets; they are shown when asked for.
        counts = counts[counts["source"] != PUBLISHED_SOURCES[1]]
    return choose_observers(counts, observers)


def _pool(counts: pd.DataFrame) -> pd.DataFrame:
    humans = pool_humans(counts)
    # One row of humans, whatever sources they come from.
    humans = humans.assign(source="+".join(sorted(set(humans["source"]))))
    return pd.concat([humans, counts[counts["observer_kind"] == "model"]])


def _summary(counts: pd.DataFrame) -> pd.DataFrame:
    """Trials, share right, favourite answer and its share, per observer and condition."""
    right = accuracy(counts, _WHERE).set_index(_WHERE).rename(columns={"accuracy": "right"})
    given = counts[counts["response"] != NO_ANSWER]
    answers = given.groupby([*_WHERE, "response"], observed=True)["n"].sum().reset_index("response")
    answers["share"] = answers["n"] / answers.groupby(_WHERE, observed=True)["n"].transform("sum")
    answers = answers.sort_values(["share", "response"], ascending=[False, True])
    first = answers.groupby(_WHERE, observed=True)[["response", "share"]].first()
    table = right.join(first.rename(columns={"response": "favourite"}))
    return table.round(4).reset_index()


def _presented(table: pd.DataFrame) -> pd.DataFrame:
    """Names as a reader sees them, in the order of datasets, observers and conditions."""
    places = list(zip(table["dataset"], table["condition"], strict=True))
    table = table.assign(
        place=[DATASETS.index(d) for d, _ in places],
        step=[EXPERIMENTS[d].conditions.index(c) + 1 for d, c in places],
        steps=[len(EXPERIMENTS[d].conditions) for d, _ in places],
        first=(table["observer_kind"] == "model").astype(int),
        name=table["observer"].str.lower(),
        observer=unique_labels(table["source"], table["observer"]),
        kind=kind_titles(table["source"], table["observer_kind"]),
        dataset=[EXPERIMENTS[d].title for d, _ in places],
        condition=[_condition(d, c) for d, c in places],
    ).sort_values(["place", "first", "name", "step"])
    front = ["dataset", "step", "steps", "condition", "observer"]
    rest = [c for c in table if c not in (*front, "place", "first", "name")]
    return table[[*front, *rest]].reset_index(drop=True)


def _condition(dataset: str, condition: str) -> str:
    experiment = EXPERIMENTS[dataset]
    if not experiment.parametric:
        return "one condition"
    label = experiment.label(condition)
    if experiment.xlabel == _LOG_REACH:
        return f"Reach: 2{label.translate(_RAISED)}"
    return f"{experiment.xlabel}: {label}"
