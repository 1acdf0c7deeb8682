"""Tables behind the figures on error consistency (Figs. 6, 10, 14 to 17 of the paper).

Error consistency (Cohen's kappa of being right, see `gcbook.stats.agreement`) of two observers on a
dataset is the mean over its counted conditions. What an observer has in common "with humans" is the
mean over the humans (for a human: the other humans) of that dataset. Beside it stands the ``most``
that the accuracies of the two would allow: see `gcbook.stats.agreement.kappa_bound`.
"""

from collections.abc import Sequence
from types import SimpleNamespace

import pandas as pd

from gcbook.claims import Number
from gcbook.paper.experiments import DATASETS, EXPERIMENTS, PARAMETRIC, TITLES
from gcbook.paper.observers import (
    HUMANS,
    HUMANS_TITLE,
    choose_observers,
    kind_titles,
    show_once,
    unique_labels,
)
from gcbook.stats.agreement import consistency_table, kappa_bound
from gcbook.stats.benchmark_tables import METRICS, standing_rows
from gcbook.stats.summaries import Summaries

PAIR_KINDS = ("Two humans", "Human and model", "Two models")
"""Kinds of pairs, in the order in which they are explained."""

AGREEMENT = ["dataset", "observer", "kind", "kappa", "low", "high", "most"]
PAIRS = ["dataset", "a", "b", "kappa", "low", "high", "most", "observed", "expected", "n"]
CONDITIONS = ["dataset", "condition", "left_out", "observer", "kappa", "low", "high"]
DIFFERENCES = ["higher", "lower", "difference", "low", "high", "p", "p_corrected", "differs"]
"""Columns that a reader is shown of each table."""

# Tables of all pairs are long; no interval is so narrow that a fourth digit would tell.
_DIGITS = 3


def agreement_with_humans(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Error consistency of every observer with the humans of every dataset.

    Args:
        summaries: any.
        observers: models to keep; none keeps all.

    Returns:
        ``dataset`` (its title), ``observer, kind, kappa, low, high, most``, highest value first;
        the row of observer "Humans" is the mean over all pairs of humans, the human–human level.
    """
    rows = _with_humans(summaries, observers)
    rows = rows[rows["condition"] == ""]
    rows = rows.merge(_most_with_humans(summaries, observers), how="left")
    rows = rows.sort_values("kappa", ascending=False)
    return _finish(rows, AGREEMENT)


def consistency_pairs(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Figs. 6 and 14 to 17: error consistency of every two observers on every dataset.

    Returns:
        ``dataset`` (its title), ``a, b`` (labels), ``kappa, low, high, most``, ``observed,
        expected`` (consistency), ``n`` (images that both saw), ``a_kind, b_kind``, and ``a_humans,
        b_humans`` (each one's value with humans, to order by). Each pair stands once, the one that
        agrees more with the humans as ``a``. A row with "Humans" as ``a`` and as ``b`` holds the
        human–human level of its dataset.
    """
    level = _with_humans(summaries, observers)
    level = level[level["condition"] == ""]
    kappa = level.set_index(["dataset", "observer"])["kappa"]
    rows = summaries.estimates.rename(columns={"value": "kappa"})
    rows = rows[(rows["metric"] == "error_consistency") & (rows["other"] != HUMANS)]
    rows = rows[(rows["dataset"] != "") & (rows["condition"] == "")]
    means = _pair_means(summaries, observers).drop(columns=["observer_kind", "kappa", "n"])
    rows = rows.merge(means, on=["dataset", "source", "observer", "other_source", "other"])
    for side in ("a", "b"):
        who = pd.MultiIndex.from_frame(rows[["dataset", side]])
        rows[f"{side}_humans"] = kappa.reindex(who).to_numpy()
    # The side that agrees more with the humans comes first.
    swap = {"a": "b", "a_kind": "b_kind", "a_humans": "b_humans"}
    swap |= {b: a for a, b in swap.items()}
    turn = rows["b_humans"] > rows["a_humans"]
    rows = pd.concat([rows[~turn], rows[turn].rename(columns=swap)]).sort_index()
    rows = rows.sort_values(["a_humans", "b_humans"], ascending=False, kind="stable")
    humans = dict.fromkeys(["a", "b", "a_kind", "b_kind"], HUMANS_TITLE)
    ceiling = level[level["observer"] == HUMANS_TITLE].assign(**humans, n=0)
    rows = pd.concat([rows, ceiling], ignore_index=True)
    more = ["a_kind", "b_kind", "a_humans", "b_humans"]
    return _finish(rows, [*PAIRS, *more])


def consistency_by_condition(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Fig. 10: error consistency with humans over the strength of each manipulation.

    Returns:
        ``dataset`` (its title), ``strength`` (title of the axis), ``condition`` (as printed there),
        ``position`` (0 for the weakest manipulation), ``left_out`` (by the benchmark), ``observer,
        kind, kappa, low, high``; single humans are left out, "Humans" are their mean over all
        pairs.
    """
    rows = _with_humans(summaries, observers)
    rows = rows[rows["dataset"].isin(PARAMETRIC) & (rows["condition"] != "")]
    rows = rows[(rows["observer_kind"] == "model") | (rows["observer"] == HUMANS_TITLE)]
    places = [(EXPERIMENTS[d], c) for d, c in zip(rows["dataset"], rows["condition"], strict=True)]
    rows = rows.assign(
        strength=[experiment.xlabel for experiment, _ in places],
        position=[experiment.conditions.index(c) for experiment, c in places],
        condition=[experiment.label(c) for experiment, c in places],
        left_out=[c in experiment.excluded for experiment, c in places],
    )
    rows = rows.sort_values(["observer", "position"])
    columns = ["dataset", "strength", "condition", "position", "left_out", "observer", "kind"]
    return _finish(rows, [*columns, "kappa", "low", "high"])


def observed_and_expected(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Observed consistency of every two observers, and what their accuracies alone would give.

    Both are computed in each counted condition and averaged, as error consistency is: pooled over
    conditions, even independent errors would coincide, for all observers err more where it is
    harder.

    Returns:
        ``dataset`` (its title), ``a, b`` (labels), ``pair`` (one of `PAIR_KINDS`), ``expected,
        observed``, ``kappa`` (error consistency), ``most`` and ``n`` (images that both saw).
    """
    rows = _pair_means(summaries, observers)
    humans = (rows["observer_kind"] == "human").astype(int) + (rows["other_kind"] == "human")
    rows["pair"] = humans.map(dict(enumerate(reversed(PAIR_KINDS))))
    columns = ["dataset", "a", "b", "pair", "expected", "observed", "kappa", "most", "n"]
    return _finish(rows, columns)


def means_by_kind(rows: pd.DataFrame) -> pd.DataFrame:
    """Means over all pairs of a kind, of people, of networks, or one of either.

    Args:
        rows: from `observed_and_expected`.

    Returns:
        ``dataset, pair`` (one of `PAIR_KINDS`), ``pairs`` (how many), ``expected, observed`` and
        ``kappa``, their mean error consistency.
    """
    groups = rows.groupby(["dataset", "pair"], sort=False)
    means = groups[["expected", "observed", "kappa"]].mean().round(_DIGITS)
    means.insert(0, "pairs", groups.size())
    return means.reset_index()


def metric_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The four metrics of Fig. 9 side by side, recomputed where that can be, printed else.

    Args:
        rows: from `gcbook.stats.benchmark_tables.benchmark_rows`.

    Returns:
        ``observer, kind, ood_accuracy`` and `gcbook.stats.agreement.PAIR_METRICS`, the most
        accurate first; observers without an accuracy are left out.
    """
    values = {metric: rows[metric].fillna(rows[f"{metric}_published"]) for metric in METRICS}
    found = pd.DataFrame({"observer": rows["model"], "kind": rows["kind"], **values})
    found = found.dropna(subset="ood_accuracy").sort_values("ood_accuracy", ascending=False)
    return found.round(_DIGITS).reset_index(drop=True)


def ranking_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Fig. 4: error consistency with humans, the highest first.

    Args:
        rows: from `gcbook.stats.benchmark_tables.benchmark_rows`.

    Returns:
        ``position`` (1 is the highest, humans included), ``observer, kind, origin``
        ("recomputed" or "published"), ``kappa, low, high`` and ``paper`` (the printed value).
    """
    found = standing_rows(rows, "error_consistency")
    return found.rename(columns={"model": "observer", "value": "kappa"})


def shared_errors(person: float, network: float, consistency: float) -> SimpleNamespace:
    """What an error consistency means in errors, for two accuracies.

    Args:
        person: accuracy of a person.
        network: of a network, on the same images.
        consistency: kappa of the two.

    Returns:
        ``cap``, the largest kappa of these accuracies; ``persons``, the share of the person's
        errors that the network makes too; ``networks``, the share of the network's errors that the
        person makes too.
    """
    both = person * network
    independent = (both, person - both, network - both, 1 - person - network + both)
    expected = independent[0] + independent[3]
    observed = expected + consistency * (1 - expected)
    both_wrong = (observed + 1 - person - network) / 2
    return SimpleNamespace(
        cap=Number(float(kappa_bound(*independent)), ".2f"),
        persons=Number(both_wrong / (1 - person), ".0%"),
        networks=Number(both_wrong / (1 - network), ".0%"),
    )


def _with_humans(summaries: Summaries, observers: Sequence[str]) -> pd.DataFrame:
    """Error consistency with humans on single datasets, every observer once, labelled."""
    rows = summaries.estimates.rename(columns={"value": "kappa"})
    rows = rows[(rows["metric"] == "error_consistency") & (rows["other"] == HUMANS)]
    rows = choose_observers(show_once(rows[rows["dataset"] != ""]), observers)
    rows = rows.assign(
        kind=kind_titles(rows["source"], rows["observer_kind"]),
        observer=unique_labels(rows["source"], rows["observer"]),
    )
    return rows.reset_index(drop=True)


def _pair_means(summaries: Summaries, observers: Sequence[str]) -> pd.DataFrame:
    """Every pair on every dataset, averaged over the counted conditions; both sides labelled."""
    pairs = summaries.pairs[summaries.settings.counts(summaries.pairs)]
    names = ["source_a", "observer_a", "kind_a", "source_b", "observer_b", "kind_b"]
    ours = ["source", "observer", "observer_kind", "other_source", "other", "other_kind"]
    pairs = show_once(pairs.rename(columns=dict(zip(names, ours, strict=True))))
    if observers:
        for name, kind in (("observer", "observer_kind"), ("other", "other_kind")):
            pairs = pairs[(pairs[kind] == "human") | pairs[name].isin(list(observers))]
    pairs = consistency_table(pairs.reset_index(drop=True), summaries.settings.zero_division)
    means = pairs.groupby(["dataset", *ours], as_index=False, sort=False).agg(
        expected=("expected_consistency", "mean"),
        observed=("observed_consistency", "mean"),
        kappa=("error_consistency", "mean"),
        most=("error_consistency_max", "mean"),
        n=("n", "sum"),
    )
    # Sources tell observers of one name apart, on whichever side they stand.
    both = unique_labels(
        pd.concat([means["source"], means["other_source"]], ignore_index=True),
        pd.concat([means["observer"], means["other"]], ignore_index=True),
    )
    return means.assign(
        a=both.to_numpy()[: len(means)],
        b=both.to_numpy()[len(means) :],
        a_kind=kind_titles(means["source"], means["observer_kind"]),
        b_kind=kind_titles(means["other_source"], means["other_kind"]),
    )


def _most_with_humans(summaries: Summaries, observers: Sequence[str]) -> pd.DataFrame:
    """The mean of ``most`` over the pairs with humans, of every observer and of all humans."""
    pairs = _pair_means(summaries, observers)[["dataset", "a", "b", "a_kind", "b_kind", "most"]]
    turned = pairs.set_axis(["dataset", "b", "a", "b_kind", "a_kind", "most"], axis=1)
    both = pd.concat([pairs, turned])
    both = both[both["b_kind"] == HUMANS_TITLE]
    people = both[both["a_kind"] == HUMANS_TITLE].assign(a=HUMANS_TITLE)
    means = pd.concat([both, people]).groupby(["dataset", "a"])["most"].mean()
    return means.rename_axis(["dataset", "observer"]).reset_index()


def _finish(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Put rows in the order of the datasets, otherwise as they are, with titles for names."""
    ordered = rows.sort_values("dataset", key=lambda c: c.map(DATASETS.index), kind="stable")
    titled = ordered.assign(dataset=ordered["dataset"].map(TITLES))
    return titled[columns].round(_DIGITS).reset_index(drop=True)
