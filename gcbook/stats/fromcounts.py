"""Values without intervals, from counts alone.

Without the trials a chapter can still be run under other conventions: the shipped counts give every
value of the book, and only intervals need the trials. The counts hold no images, so the
matrices of `gcbook.stats.measures` cannot be made of them; the metrics are the same functions, the
aggregation is one of tables, and the tests hold both against each other.
"""

import numpy as np
import pandas as pd

from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import HUMANS
from gcbook.stats.agreement import PAIR_METRICS, consistency_table
from gcbook.stats.comparisons import mean_ranks
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import ESTIMATE_COLUMNS, ESTIMATE_KEYS
from gcbook.stats.metrics import (
    CUE_METRICS,
    accuracy,
    category_mean_shape_bias,
    pool_humans,
    shape_bias,
)

_WHO = ["source", "observer", "observer_kind"]
_OTHER = ["other_source", "other", "other_kind"]


def values_from_counts(
    counts: pd.DataFrame, pairs: pd.DataFrame, settings: SummarySettings
) -> pd.DataFrame:
    """Compute the estimates without intervals.

    Args:
        counts: from `gcbook.stats.metrics.count_trials`.
        pairs: from `gcbook.stats.agreement.pair_counts`.
        settings: conventions; resampling does not matter.

    Returns:
        A table like `gcbook.stats.estimates.Estimates.estimates` whose ``low`` and ``high`` are
        NaN.
    """
    counts, pairs = settings.choose(counts), settings.choose(pairs)
    counts = pd.concat([counts, pool_humans(counts)])
    whole = _whole(counts, settings)
    tables = [
        *_accuracies(counts, whole, settings),
        *_shape(counts),
        *_agreement(pairs, whole, settings),
    ]
    table = pd.concat(tables, ignore_index=True).assign(low=np.nan, high=np.nan)
    words = list(ESTIMATE_KEYS)
    table = table.reindex(columns=list(ESTIMATE_COLUMNS)).astype(dict.fromkeys(words, "str"))
    table[words] = table[words].fillna("")
    return table.astype({"n": "int64"}).sort_values(words, ignore_index=True)


def _whole(counts: pd.DataFrame, settings: SummarySettings) -> pd.DataFrame:
    """Which datasets are whole for whom, and for the humans too; see `gcbook.stats.estimates`.

    Counts do not tell images apart: all that humans saw are as many as one of them saw at most.

    Returns:
        ``source, observer, observer_kind, dataset, whole, compared``.
    """
    keys = [*_WHO, "dataset"]
    seen = counts.groupby([*keys, "condition"], observed=True)["n"].sum().reset_index()
    one = seen[(seen["observer_kind"] == "human") & (seen["observer"] != HUMANS)]
    shown = one.groupby(["dataset", "condition"], observed=True)["n"].max()
    needed = shown.reindex(pd.MultiIndex.from_frame(seen[["dataset", "condition"]]), fill_value=0)
    seen = seen[seen["n"].to_numpy() >= needed.to_numpy()]
    n = seen[settings.counts(seen)].groupby(keys, observed=True).size()
    expected = {name: len(settings.counted(experiment)) for name, experiment in EXPERIMENTS.items()}
    people = counts[keys].drop_duplicates(ignore_index=True)
    found = n.reindex(pd.MultiIndex.from_frame(people)).to_numpy()
    people["whole"] = found == people["dataset"].map(expected).to_numpy()
    with_humans = people.loc[people["whole"] & (people["observer"] == HUMANS), "dataset"]
    return people.assign(compared=people["whole"] & people["dataset"].isin(with_humans))


def _accuracies(
    counts: pd.DataFrame, whole: pd.DataFrame, settings: SummarySettings
) -> list[pd.DataFrame]:
    in_conditions = accuracy(counts, [*_WHO, "dataset", "condition"])
    pooled = accuracy(counts[settings.counts(counts)], [*_WHO, "dataset"])
    across = pooled[(pooled["observer_kind"] == "model") | (pooled["observer"] == HUMANS)]
    return [
        _value(in_conditions, "accuracy"),
        _value(pooled, "accuracy"),
        _mean(across, _WHO, "accuracy", whole, "whole").assign(metric="ood_accuracy"),
    ]


def _shape(counts: pd.DataFrame) -> list[pd.DataFrame]:
    conflict = counts[counts["dataset"] == "cue-conflict"]
    if conflict.empty:
        return []
    by = [*_WHO, "dataset"]
    pooled, each = shape_bias(conflict, by), shape_bias(conflict, [*by, "category"])
    tables = [_value(table, metric) for table in (pooled, each) for metric in CUE_METRICS]
    means = category_mean_shape_bias(conflict, by).assign(n=pooled["n"])
    return [*tables, _value(means, "shape_bias_category_mean")]


def _agreement(
    pairs: pd.DataFrame, whole: pd.DataFrame, settings: SummarySettings
) -> list[pd.DataFrame]:
    sides = [f"{name}_{side}" for side in "ab" for name in ("source", "observer", "kind")]
    pairs = consistency_table(pairs, settings.zero_division)
    pairs = pairs.rename(columns=dict(zip(sides, _WHO + _OTHER, strict=True)))
    keys = [*_WHO, *_OTHER, "dataset"]
    averaged = {metric: (metric, "mean") for metric in PAIR_METRICS}
    counted = pairs[settings.counts(pairs)].groupby(keys, observed=True, sort=False)
    aggregate = counted.agg(**averaged, n=("n", "sum")).reset_index().assign(condition="")
    everything = pd.concat([pairs, aggregate], ignore_index=True)
    tables = [_value(everything, "error_consistency").drop(columns="other_kind")]

    # Every pair once from each side, so that all observers can be compared with the humans.
    swapped = everything.rename(columns=dict(zip(_WHO + _OTHER, _OTHER + _WHO, strict=True)))
    sided = pd.concat([everything, swapped], ignore_index=True)
    sided = sided[sided["other_kind"] == "human"]
    # The name of the pooled humans, as their accuracies have it.
    pooled = whole.loc[whole["observer"] == HUMANS, "source"].unique()
    among = everything[
        (everything["observer_kind"] == "human") & (everything["other_kind"] == "human")
    ].assign(source="".join(pooled), observer=HUMANS)
    keys = [*_WHO, "dataset", "condition"]
    grouped = pd.concat([sided, among]).groupby(keys, observed=True, sort=False)
    to_humans = grouped.agg(**averaged, n=("n", "max")).reset_index().assign(other=HUMANS)
    overall = to_humans[
        (to_humans["condition"] == "")
        & ((to_humans["observer_kind"] == "model") | (to_humans["observer"] == HUMANS))
    ]
    means = {
        metric: _mean(overall, [*_WHO, "other"], metric, whole, "compared")
        for metric in PAIR_METRICS
    }
    for metric in PAIR_METRICS:
        tables += [_value(to_humans, metric), means[metric].assign(metric=metric)]
    # Only models with all datasets are ranked.
    n = whole["dataset"].nunique()
    values = pd.DataFrame({name: each.set_index(_WHO)["value"] for name, each in means.items()})
    consistency = means["error_consistency"]
    ranked = consistency[(consistency["observer_kind"] == "model") & (consistency["n"] == n)][_WHO]
    if len(ranked):
        drawn = values.loc[pd.MultiIndex.from_frame(ranked)]
        ranks = mean_ranks(*(drawn[metric].to_numpy() for metric in PAIR_METRICS))
        tables.append(ranked.assign(metric="mean_rank", value=ranks, n=n))
    return tables


def _value(table: pd.DataFrame, metric: str) -> pd.DataFrame:
    kept = [*_WHO, *_OTHER, "dataset", "condition", "category", metric, "n"]
    columns = [name for name in kept if name in table]
    return table[columns].rename(columns={metric: "value"}).assign(metric=metric)


def _mean(
    table: pd.DataFrame, by: list[str], value: str, whole: pd.DataFrame, counts: str
) -> pd.DataFrame:
    """Means over datasets, with the number of those that count and have a value."""
    keyed = table.merge(whole[[*_WHO, "dataset", counts]], on=[*_WHO, "dataset"])
    keyed["n"] = keyed[counts] & keyed[value].notna()
    return keyed.groupby(by, observed=True).agg(value=(value, "mean"), n=("n", "sum")).reset_index()
