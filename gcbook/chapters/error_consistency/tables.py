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
from gcbook.stats.shortlist import best_of_families
from gcbook.stats.summaries import Summaries

AGREEMENT = ["dataset", "observer", "kind", "kappa", "low", "high", "most"]
PAIRS = ["dataset", "a", "b", "kappa", "low", "high", "most", "observed", "expected", "n"]
CONDITIONS = ["dataset", "condition", "left_out", "observer", "kappa", "low", "high"]
"""Columns that a reader is shown of each table."""

MATRICES = ("Cue conflict", "Sketch", "Stylized", "Edge", "Silhouette")
"""Datasets of the paper's matrices, in its order."""

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
    rows = summaries.of("error_consistency").rename(columns={"value": "kappa"})
    rows = rows[rows["other"] != HUMANS]
    rows = rows[(rows["dataset"] != "") & (rows["condition"] == "")]
    means = _pair_means(summaries, observers).drop(columns="observer_kind")
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
        ``left_out`` (by the benchmark), ``observer, kind, kappa, low, high``, each observer's
        conditions from the weakest manipulation to the strongest; single humans are left out,
        "Humans" are their mean over all pairs.
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
    columns = ["dataset", "strength", "condition", "left_out", "observer", "kind"]
    return _finish(rows, [*columns, "kappa", "low", "high"])


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


def matrix_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Choose the pairs that the matrices show: of the five datasets with a single manipulation.

    Args:
        pairs: from `consistency_pairs`.

    Returns:
        The pairs of people and of the network of every family that errs most like them on the
        dataset; those of a reader's own models too.
    """
    kept = [pairs.iloc[:0]]
    for dataset in MATRICES:
        there = pairs[(pairs["dataset"] == dataset) & (pairs["a"] != HUMANS_TITLE)]
        columns = ["observer", "kind", "humans"]
        sides = (there[[side, f"{side}_kind", f"{side}_humans"]] for side in ("a", "b"))
        everyone = pd.concat([side.set_axis(columns, axis=1) for side in sides])
        everyone = everyone.drop_duplicates("observer", ignore_index=True)
        chosen = best_of_families(everyone, "humans")["observer"]
        kept.append(there[there["a"].isin(chosen) & there["b"].isin(chosen)])
    return pd.concat(kept, ignore_index=True)


def _with_humans(summaries: Summaries, observers: Sequence[str]) -> pd.DataFrame:
    """Error consistency with humans on single datasets, every observer once, labelled."""
    rows = summaries.of("error_consistency").rename(columns={"value": "kappa"})
    rows = rows[rows["other"] == HUMANS]
    rows = choose_observers(show_once(rows[rows["dataset"] != ""]), observers)
    rows = rows.assign(
        kind=kind_titles(rows["source"], rows["observer_kind"]),
        observer=unique_labels(rows["source"], rows["observer"]),
    )
    return rows.reset_index(drop=True)


def _pair_means(summaries: Summaries, observers: Sequence[str]) -> pd.DataFrame:
    """Consistency of every pair on every dataset, and the ``most`` that kappa could be.

    All are computed in each counted condition and averaged, as error consistency is: pooled over
    conditions, even independent errors would coincide, for all observers err more where it is
    harder.
    """
    pairs = summaries.pairs[summaries.settings.counts(summaries.pairs)]
    names = ["source_a", "observer_a", "kind_a", "source_b", "observer_b", "kind_b"]
    ours = ["source", "observer", "observer_kind", "other_source", "other", "other_kind"]
    pairs = show_once(pairs.rename(columns=dict(zip(names, ours, strict=True))))
    if observers:
        for name, kind in (("observer", "observer_kind"), ("other", "other_kind")):
            pairs = pairs[(pairs[kind] == "human") | pairs[name].isin(list(observers))]
    pairs = consistency_table(pairs.reset_index(drop=True))
    means = pairs.groupby(["dataset", *ours], as_index=False, sort=False).agg(
        expected=("expected_consistency", "mean"),
        observed=("observed_consistency", "mean"),
        most=("error_consistency_max", "mean"),
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
