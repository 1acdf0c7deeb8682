"""What a reader of a benchmark table must know: who is not comparable with whom, and why.

Every column is checked for what its means are over. A dataset is whole for an observer who saw
images of all its counted conditions, and all that humans saw. Observers that lack a dataset, or
cannot be compared with humans on it, have means over what there is, are not ranked, and are listed
here.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import HUMANS
from gcbook.stats.agreement import PAIR_METRICS
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import Estimates
from gcbook.stats.resampling import Resampling
from gcbook.stats.words import percent, undecided
from gcbook.trials.table import unmatched_images

Who = tuple[str, str]
"""source, observer."""

Seen = Mapping[str, Sequence[str]]
"""dataset → the counted conditions of which an observer saw images, in order."""


def benchmark_notes(
    rows: pd.DataFrame, trials: pd.DataFrame, found: Estimates, settings: SummarySettings
) -> list[str]:
    """The notes below a table, each a line.

    Args:
        rows: of `gcbook.stats.benchmark.benchmark`, with ``source`` and ``shown``, the name in the
            table.
        trials, found: what they were made of.
    """
    estimates = found.estimates
    seen = _counted_conditions(estimates, settings)
    whole = {who: _whole(own, settings) for who, own in seen.items()}
    named = rows[["source", "observer", "shown"]].itertuples(index=False, name=None)
    shown: dict[Who, str] = {(source, observer): name for source, observer, name in named}
    models = {who: name for who, name in shown.items() if who[1] != HUMANS}
    humans = next((seen.get(who, {}) for who in shown if who[1] == HUMANS), {})
    with_humans = _whole(humans, settings)
    partial = [
        (name, part) for who, name in models.items() for part in _partial(seen[who], settings)
    ]
    there = {name for own in seen.values() for name in own}
    lacking = [name for name in settings.datasets if name in there and name not in humans]

    notes = []
    if not models:
        notes.append("no model among the trials: names that begin with subject- are humans")
    notes += _fewer_datasets(models, whole, with_humans, estimates, settings)
    notes += [f"{names}: {words}" for words, names in _together(partial)]
    if lacking:
        notes.append(
            f"no humans on {', '.join(lacking)}: what compares with humans is a mean over the "
            "other datasets, and no model is ranked; --datasets ranks on those with humans"
        )
    notes += [f"humans: {words}; no model is ranked" for words in _partial(humans, settings)]
    notes += _undefined(shown, whole, with_humans, estimates)
    notes += _missing_images(found.seen, whole)
    notes += _unmatched_images(trials)
    if settings.resample_observers and settings.resampling.draws:
        notes.append(
            "people are resampled as well as images: intervals and ranks allow for other people, "
            "as far as the few of each dataset tell"
        )
    if "mean_rank_low" in rows and rows["mean_rank"].notna().any():
        notes.append(_rank_sets(settings.resampling))
    notes += _squares(shown, found)
    return notes


def _counted_conditions(
    estimates: pd.DataFrame, settings: SummarySettings
) -> dict[Who, dict[str, list[str]]]:
    """What each observer saw; of a dataset seen only in conditions that do not count, nothing."""
    seen: dict[Who, dict[str, list[str]]] = {}
    rows = estimates[(estimates["metric"] == "accuracy") & (estimates["condition"] != "")]
    rows = rows.loc[rows["n"] > 0, ["source", "observer", "dataset", "condition"]]
    for source, observer, dataset, condition in rows.itertuples(index=False, name=None):
        own = seen.setdefault((source, observer), {}).setdefault(dataset, [])
        if condition in settings.counted(EXPERIMENTS[dataset]):
            own.append(condition)
    return seen


def _whole(own: Seen, settings: SummarySettings) -> tuple[str, ...]:
    """The datasets of which all counted conditions were seen."""
    return tuple(
        name
        for name in settings.datasets
        if len(own.get(name, ())) == len(settings.counted(EXPERIMENTS[name]))
    )


def _partial(own: Seen, settings: SummarySettings) -> Iterator[str]:
    """What was seen of datasets that are not whole, in words."""
    for name in settings.datasets:
        n_counted = len(settings.counted(EXPERIMENTS[name]))
        if name in own and len(own[name]) < n_counted:
            which = f" ({', '.join(own[name])})" if own[name] else ""
            yield (
                f"of {name} only {len(own[name])} of {n_counted} conditions that count{which}, and "
                "means over those"
            )


def _fewer_datasets(
    models: Mapping[Who, str],
    whole: Mapping[Who, tuple[str, ...]],
    with_humans: Sequence[str],
    estimates: pd.DataFrame,
    settings: SummarySettings,
) -> Iterator[str]:
    """Who lacks datasets, and how humans do on the ones that are there."""
    for datasets, names in _together((name, whole[who]) for who, name in models.items()):
        if len(datasets) < len(settings.datasets):
            yield (
                f"{names}: not ranked, {len(datasets)} of {len(settings.datasets)} datasets"
                + _which(datasets, settings.datasets)
            )
        shared = [name for name in datasets if name in with_humans]
        if 0 < len(shared) < len(with_humans):
            yield "the humans on the same datasets: " + _of_humans(estimates, shared)


def _which(some: Sequence[str], everything: Sequence[str]) -> str:
    """The datasets, or those that are missing where these are fewer."""
    missing = [name for name in everything if name not in some]
    if len(missing) < len(some):
        return f" (without {', '.join(missing)})"
    return f" ({', '.join(some)})" if some else ""


def _of_humans(estimates: pd.DataFrame, datasets: Sequence[str]) -> str:
    """The humans' means over some datasets, in words."""
    there = estimates[(estimates["observer"] == HUMANS) & estimates["dataset"].isin(datasets)]
    there = there[(there["condition"] == "") & (there["category"] == "")]
    named = there.replace({"metric": {"accuracy": "ood_accuracy"}})
    means = named.groupby("metric")["value"].mean()
    metrics = [name for name in ("ood_accuracy", *PAIR_METRICS) if name in means]
    return ", ".join(f"{name} {means[name]:z.3f}" for name in metrics)


def _undefined(
    shown: Mapping[Who, str],
    whole: Mapping[Who, tuple[str, ...]],
    with_humans: Collection[str],
    estimates: pd.DataFrame,
) -> list[str]:
    """Where a metric is undefined although all was seen, so that its mean is over fewer."""
    rows = estimates[estimates["metric"].isin(PAIR_METRICS) & (estimates["other"] == HUMANS)]
    rows = rows[(rows["condition"] == "") & rows["value"].isna()]
    rows = rows[["source", "observer", "metric", "dataset"]]
    places = [
        (dataset, (shown[source, observer], metric))
        for source, observer, metric, dataset in rows.itertuples(index=False, name=None)
        if (source, observer) in shown and dataset in {*with_humans} & {*whole[source, observer]}
    ]
    return [
        f"{name}: {metric} is undefined on {datasets}, and its mean is over the other datasets; "
        "not ranked"
        for (name, metric), datasets in _together(places)
    ]


def _missing_images(seen: pd.DataFrame, whole: Mapping[Who, tuple[str, ...]]) -> list[str]:
    """Who saw images of all conditions that count, but not every image that humans saw."""
    rows = seen[seen["n_seen"] < seen["n_shown"]]
    places = [
        (observer, (dataset, n_seen, n_shown, "" if kind == "human" else "; not ranked"))
        for source, observer, kind, dataset, n_seen, n_shown in rows.itertuples(index=False)
        if dataset in whole[source, observer]
    ]
    return [
        f"{names}: {n_seen:,} of {n_shown:,} images of {dataset}, and compared on those that both "
        f"saw{unranked}"
        for (dataset, n_seen, n_shown, unranked), names in _together(places)
    ]


def _unmatched_images(trials: pd.DataFrame) -> list[str]:
    return [
        f"{row.observer}: {row.n_unmatched} of {row.n_seen} images of {row.dataset} were seen "
        f"by no human (e.g. {row.example}) and count for its accuracy alone"
        for row in unmatched_images(trials).itertuples()
    ]


def _together(places: Iterable[tuple[str, Any]]) -> Iterator[tuple[Any, str]]:
    """Each fault once, with the names of all that have it."""
    alike: dict[Any, list[str]] = {}
    for name, fault in places:
        alike.setdefault(fault, []).append(name)
    return ((fault, ", ".join(names)) for fault, names in alike.items())


def _squares(shown: Mapping[Who, str], found: Estimates) -> Iterator[str]:
    """How far the squared differences are too high, where draws tell (`correct_bias`)."""
    # What the draws exceed the value by, the value exceeds the truth by.
    values = {who[:2]: value for who, value in found.less_biased.items()}
    corrected = [f"{name} {values[who]:z.3f}" for who, name in shown.items() if who in values]
    if corrected:
        yield (
            "accuracy_difference: a square comes out too high by its sampling variance; corrected "
            f"for that, as its interval is, it is {', '.join(corrected)}"
        )


def _rank_sets(resampling: Resampling) -> str:
    too_few = undecided(resampling.draws, resampling.confidence)
    if too_few:
        return f"mean_rank: which models are above which {too_few}"
    return (
        "mean_rank: beside it the ranks that tests of all pairs of models leave open, for all "
        f"models together with {percent(resampling.confidence)} confidence or more: among models "
        "that are alike they hold nearly always, and are wide"
    )
