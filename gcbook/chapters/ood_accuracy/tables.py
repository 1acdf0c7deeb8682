"""Out-of-distribution accuracy, from summaries to the tables that the figures show.

Each function takes `gcbook.stats.summaries.Summaries` and returns a tidy table: one row a mark or
a line, observers and conditions under the names that a reader sees, numbers rounded to four digits.
What the paper prints stands beside what was recomputed, and is never mixed with it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom

from gcbook.files.markdown import escape_markdown
from gcbook.paper.categories import CATEGORIES, CHANCE, NO_ANSWER, RESPONSES
from gcbook.paper.experiments import DATASETS, EXPERIMENTS, PARAMETRIC
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
from gcbook.paper.published import published_values, table3
from gcbook.stats import differences
from gcbook.stats.benchmark_tables import benchmark_rows, comparable_with_paper, standing_rows
from gcbook.stats.metrics import accuracy, pool_humans
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import number, span

__all__ = [
    "ABOVE",
    "BELOW",
    "ONE_HUMAN",
    "UNDECIDED",
    "accuracy_by_condition",
    "against_humans",
    "closeness_facts",
    "families_at",
    "lead_facts",
    "ood_facts",
    "ood_standings",
    "single_condition_accuracy",
    "bias_facts",
    "confusion_answers",
    "response_bias",
    "stripes_sentence",
    "guessing_sentence",
    "image_weights_sentence",
]

ABOVE, BELOW, UNDECIDED = "above", "below", "no difference shown"
"""Verdicts of the tests against humans."""

ONE_HUMAN = "One human"
"""Kind of a single human, beside the kinds that the colour scale knows."""

_QUOTED = ("imagen", "stable_diffusion", "parti")
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
    rows = standing_rows(benchmark_rows(summaries, observers), ("ood_accuracy",))
    return rows.drop(columns="metric").round(_DIGITS)


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
    places = list(zip(rows["dataset"], rows["condition"], strict=True))
    all_count = summaries.provenance["conditions"] == "all"
    rows = rows.assign(
        step=[EXPERIMENTS[d].conditions.index(c) + 1 for d, c in places],
        condition=[EXPERIMENTS[d].label(c) for d, c in places],
        strength=[EXPERIMENTS[d].xlabel for d, _ in places],
        counted=["yes" if all_count else _counted(d, c) for d, c in places],
        place=[PARAMETRIC.index(d) for d, _ in places],
        dataset=[EXPERIMENTS[d].title for d, _ in places],
        name=rows["observer"].str.lower(),
    ).sort_values(["place", "rank", "name", "step"], kind="stable")
    columns = ["dataset", "step", "condition", "strength", "observer", "kind", "family"]
    return rows[[*columns, *_NUMBERS, "n", "counted"]].reset_index(drop=True).round(_DIGITS)


def single_condition_accuracy(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Accuracy on the datasets with one manipulation, with every network that has trials there.

    Returns:
        Columns ``dataset, observer, kind, value, low, high, n``; in each dataset the best first.
    """
    rows = _accuracy(summaries, observers)
    wanted = ["sketch", "stylized", "edge", "silhouette", "cue-conflict"]
    rows = rows[rows["dataset"].isin(wanted) & (rows["condition"] == "")]
    rows = rows[rows["kind"] != ONE_HUMAN]
    rows = rows.assign(
        place=[wanted.index(name) for name in rows["dataset"]],
        dataset=[EXPERIMENTS[name].title for name in rows["dataset"]],
    ).sort_values(["place", "value", "observer"], ascending=[True, False, True])
    columns = ["dataset", "observer", "kind", *_NUMBERS, "n"]
    return rows[columns].reset_index(drop=True).round(_DIGITS)


def against_humans(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Paired tests of each network's OOD accuracy against the humans', the best network first.

    Returns:
        Columns ``model, difference, low, high, p, p_corrected, verdict``; ``difference`` is network
        minus humans, ``verdict`` is `ABOVE`, `BELOW` or `UNDECIDED` at one minus the confidence, or
        that the draws are too few for one. Empty where nothing was resampled.
    """
    tests = differences.against_humans(summaries, "ood_accuracy", observers)
    side = tests["difference"].gt(0).map({True: ABOVE, False: BELOW})
    otherwise = tests["differs"].replace({False: UNDECIDED})
    tests["verdict"] = side.where(tests["differs"].eq(True), otherwise)
    return tests[["model", "difference", "low", "high", "p", "p_corrected", "verdict"]]


def ood_facts(summaries: Summaries, observers: Sequence[str] = ()) -> dict[str, Any]:
    """What the prose says of OOD accuracy, as values for ``text``.

    Returns:
        ``humans`` and their ``interval``; how many ``datasets``, in words; the published values of
        ``imagen``, ``stable_diffusion`` and ``parti``; ``place``, a clause on where the humans
        would stand among the published rows; and ``verdicts``, a sentence on which networks are
        above the humans, below them, or neither.
    """
    standings = ood_standings(summaries, observers)
    humans = standings[standings["kind"] == HUMANS_TITLE].iloc[0]
    paper = published_values().set_index("key")["ood_accuracy"]
    n_datasets = len(summaries.provenance["datasets"])
    return {
        "humans": float(humans["value"]),
        "interval": span(float(humans["low"]), float(humans["high"])),
        "datasets": f"{n_datasets} dataset{'s' if n_datasets != 1 else ''}",
        "place": (
            _place(float(humans["value"]))
            if comparable_with_paper(summaries)
            else "an average over other datasets or conditions than the paper's, and not "
            "comparable with its numbers"
        ),
        **{key: float(paper[key]) for key in _QUOTED},
        "verdicts": _verdicts(against_humans(summaries, observers)),
    }


def lead_facts(rows: pd.DataFrame) -> dict[str, Any]:
    """Where the humans are ahead of the networks, as values for ``text``.

    Args:
        rows: from `accuracy_by_condition`, without single humans.

    Returns:
        Over the conditions that count: ``n_conditions``; in how many of them the humans are
        ``ahead`` of every network, and in which datasets (``ahead_in``); in how many they are
        ``behind_most`` of the networks. Over the easiest condition of each dataset: in how many
        ``easy_pairs`` of a dataset and a network the network is ahead (``easy_ahead``), and which
        networks are not always (``easy_behind``).
    """
    by = ["dataset", "step"]
    human = rows["kind"] == HUMANS_TITLE
    humans = rows[human].set_index(by)["value"]
    networks = rows[~human].set_index(by)
    networks["ahead"] = networks["value"] > humans.reindex(networks.index)
    easy = networks[networks.index.get_level_values("step") == 1]
    better = networks[networks["counted"] == "yes"].groupby(by, sort=False)["ahead"].mean()
    ahead = better.index.get_level_values("dataset")[better == 0]
    return {
        "n_conditions": len(better),
        "ahead": int((better == 0).sum()),
        "ahead_in": _list(dict.fromkeys(ahead)),
        "behind_most": int((better > 0.5).sum()),
        "easy_pairs": len(easy),
        "easy_ahead": int(easy["ahead"].sum()),
        "easy_behind": _list(dict.fromkeys(easy.loc[~easy["ahead"], "observer"])),
    }


def families_at(rows: pd.DataFrame, dataset: str, condition: str) -> str:
    """Accuracies in one condition, in words: the humans', and each family's range of networks.

    Args:
        rows: from `accuracy_by_condition`, without single humans.
        dataset, condition: as the table calls them.
    """
    rows = rows[(rows["dataset"] == dataset) & (rows["condition"] == condition)]
    if rows.empty:
        return f"{dataset} is not among the datasets shown"
    ranges = rows.groupby("family")["value"].agg(["min", "max"]).sort_values("max")[::-1]
    words = {
        family: f"{low:.0%}" + (f" to {high:.0%}" if high > low else "")
        for family, low, high in ranges.itertuples(name=None)
    }
    humans = words.pop(HUMANS_TITLE)
    return f"humans {humans}; " + ", ".join(f"{family} {said}" for family, said in words.items())


def closeness_facts(rows: pd.DataFrame) -> dict[str, int]:
    """Whether people differ less from one another than networks do, as values for ``text``.

    Args:
        rows: from `accuracy_by_condition` with ``individuals=True``.

    Returns:
        In how many conditions the accuracies of people have a smaller standard deviation than those
        of the networks (``closer``), of all with two of each at least (``n_conditions``); and over
        those that count, ``closer_counted`` of ``n_counted``.
    """
    each = rows[rows["observer"] != HUMANS_TITLE]
    by = ["dataset", "step", "counted"]
    spread = each.groupby([*by, each["kind"] == ONE_HUMAN])["value"].std().unstack()
    spread = spread.reindex(columns=[True, False]).dropna()
    closer = spread[True] < spread[False]
    counted = closer[closer.index.get_level_values("counted") == "yes"]
    return {
        "closer": int(closer.sum()),
        "n_conditions": len(closer),
        "closer_counted": int(counted.sum()),
        "n_counted": len(counted),
    }


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


def _counted(dataset: str, condition: str) -> str:
    experiment = EXPERIMENTS[dataset]
    if condition in experiment.unchanged:
        return "no: image unchanged"
    return "no: too hard for humans" if condition in experiment.too_hard else "yes"


def _place(value: float) -> str:
    printed = table3()["ood_accuracy"]
    above = int((printed > round(value, 3)).sum())
    return f"place {above + 1} among the {len(printed)} rows of the paper's Table 3"


def _verdicts(tests: pd.DataFrame) -> str:
    if tests.empty:
        return "Nothing was resampled, so nothing can be said of chance."
    groups = tests.groupby("verdict")["model"]
    names = {str(verdict): _list(models) for verdict, models in groups}
    for too_few in set(names) - {ABOVE, BELOW, UNDECIDED}:
        return f"Who is above the humans and who below {too_few}."
    above, below, neither = (names.get(v, "none") for v in (ABOVE, BELOW, UNDECIDED))
    return f"Above the humans: {above}. Below them: {below}. No difference shown: {neither}."


def _list(names: Iterable[str]) -> str:
    return ", ".join(map(escape_markdown, names)) or "none"


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
    return pd.concat([pool_humans(counts), counts[counts["observer_kind"] == "model"]])


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


def image_weights_sentence(by_condition: pd.DataFrame, single: pd.DataFrame) -> str:
    """What one image weighs in OOD accuracy, in the smallest and in the largest dataset.

    Args:
        by_condition: from `accuracy_by_condition`.
        single: from `single_condition_accuracy`.
    """
    counted = by_condition[by_condition["counted"] == "yes"]
    rows = pd.concat([counted, single], ignore_index=True)
    # Several people's answers to an image are pooled in the humans' rows.
    rows = rows[rows["kind"] != HUMANS_TITLE]
    images = rows.groupby(["dataset", "observer"])["n"].sum().groupby("dataset").max().sort_values()
    if len(images) < 2:
        return "With a single dataset, or without a network, there is nothing to compare here."
    least, most = images.iloc[0], images.iloc[-1]
    return (
        f"In {images.index[0]} {least:,} images count, in {images.index[-1]} {most:,}. The mean is "
        f"over {len(images)} datasets, so an image weighs 1/({len(images)} · {least:,}) there and "
        f"1/({len(images)} · {most:,}) here, {most / least:.1f} times less."
    )


def guessing_sentence(by_condition: pd.DataFrame, level: float = 0.05) -> str:
    """How many networks are not surely better than guessing, in the conditions that count.

    Args:
        by_condition: from `accuracy_by_condition`.
        level: of the one-sided exact binomial test.
    """
    rows = by_condition[
        (by_condition["counted"] == "yes") & (by_condition["kind"] != HUMANS_TITLE)
    ].reset_index(drop=True)
    if rows.empty:
        return "there is no network in a condition that counts here."
    fewest = int(rows["n"].min())
    # The least number of right answers that a guesser reaches with a probability of at most level.
    needed = int(binom.isf(level, fewest, CHANCE)) + 1
    right = (rows["value"] * rows["n"]).round().to_numpy()
    below = np.asarray(binom.sf(right - 1, rows["n"].to_numpy(), CHANCE) > level)
    said = (
        f"with {fewest} images {needed} must be right, {needed / fewest:.1%}, where a guesser is "
        f"right on {fewest * CHANCE:g} on average. Of {len(rows):,} cases (a network in a "
        f"condition that counts) {below.sum()} do not reach what their number of images asks for"
    )
    if not below.any():
        return f"{said}."
    where = rows.loc[below, "dataset"].value_counts()
    return f"{said}; {where.iloc[0]} of them are in {where.index[0]}."
