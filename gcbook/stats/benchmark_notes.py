"""What a reader of a benchmark table must know: who is not comparable with whom, and why.

Every column is checked for what its means are over. A dataset is whole for an observer who saw
images of all its counted conditions, and all that humans saw. Observers that lack a dataset, or
cannot be compared with humans on it, have means over what there is, are not ranked, and are listed
here.
"""

from collections.abc import Iterable, Iterator
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


def benchmark_notes(
    rows: pd.DataFrame, trials: pd.DataFrame, found: Estimates, settings: SummarySettings
) -> list[str]:
    """The notes below a table, each a line.

    Args:
        rows: of `gcbook.stats.benchmark.benchmark`, with ``source`` and ``shown``, the name in the
            table.
        trials, found: what they were made of.
    """
    needed = {name: len(settings.counted(EXPERIMENTS[name])) for name in settings.datasets}
    seen = found.seen.assign(n_counted=found.seen["dataset"].map(needed))
    seen["whole"] = seen["conditions"].str.len() == seen["n_counted"]
    in_table = rows[["source", "observer", "shown"]].merge(seen, on=["source", "observer"])
    human = in_table["observer"] == HUMANS
    models, humans = in_table[~human], in_table[human]
    lacking = [name for name in needed if name in {*seen["dataset"]} - {*humans["dataset"]}]

    notes = []
    if models.empty:
        notes.append("no model among the trials: names that begin with subject- are humans")
    notes += _fewer_datasets(models, settings.datasets)
    notes += [f"{names}: {words}" for words, names in _together(_partial(models))]
    if lacking:
        notes.append(
            f"no humans on {', '.join(lacking)}: what compares with humans is a mean over the "
            "other datasets, and no model is ranked; --datasets ranks on those with humans"
        )
    notes += [f"humans: {words}; no model is ranked" for _, words in _partial(humans)]
    notes += _undefined(in_table, found.estimates)
    notes += _missing_images(seen)
    notes += [
        f"{row.observer}: {row.n_unmatched} of {row.n_seen} images of {row.dataset} were seen "
        f"by no human (e.g. {row.example}) and count for its accuracy alone"
        for row in unmatched_images(trials).itertuples()
    ]
    if settings.resample_observers and settings.resampling.draws:
        notes.append(
            "people are resampled as well as images: intervals and ranks allow for other people, "
            "as far as the few of each dataset tell"
        )
    if "mean_rank_low" in rows and rows["mean_rank"].notna().any():
        notes.append(_rank_sets(settings.resampling))
    if settings.resampling.draws:
        notes.append(
            "accuracy_difference: a square comes out too high by its sampling variance; its "
            "interval is corrected for that and may lie below it"
        )
    return notes


def _fewer_datasets(models: pd.DataFrame, everything: tuple[str, ...]) -> Iterator[str]:
    """Who lacks datasets."""
    whole = models[models["whole"]].groupby("shown", sort=False)["dataset"].agg(set)
    names = dict.fromkeys(models["shown"])
    of = [(name, tuple(d for d in everything if d in whole.get(name, ()))) for name in names]
    for datasets, alike in _together(of):
        missing = [name for name in everything if name not in datasets]
        if missing:
            which = f" ({', '.join(datasets)})" if datasets else ""
            if len(missing) < len(datasets):
                which = f" (without {', '.join(missing)})"
            yield (
                f"{alike}: not ranked, {len(datasets)} of {len(everything)} datasets{which}; "
                "--datasets compares on chosen ones"
            )


def _partial(seen: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Who saw what of datasets that are not whole, in words."""
    partial: Iterable[Any] = seen[~seen["whole"]].itertuples()
    for row in partial:
        which = f" ({', '.join(row.conditions)})" if row.conditions else ""
        yield (
            str(row.shown),
            f"of {row.dataset} only {len(row.conditions)} of {row.n_counted} conditions that "
            f"count{which}, and means over those",
        )


def _undefined(in_table: pd.DataFrame, estimates: pd.DataFrame) -> list[str]:
    """Where a metric is undefined although all was seen, so that its mean is over fewer."""
    rows = estimates[estimates["metric"].isin(PAIR_METRICS) & (estimates["other"] == HUMANS)]
    rows = rows[(rows["condition"] == "") & rows["value"].isna()]
    whole = in_table[in_table["whole"]]
    of_humans = whole.loc[whole["observer"] == HUMANS, "dataset"]
    rows = rows.merge(whole[whole["dataset"].isin(of_humans)], on=["source", "observer", "dataset"])
    places = rows[["dataset", "shown", "metric"]].itertuples(index=False, name=None)
    return [
        f"{name}: {metric} is undefined on {datasets}, and its mean is over the other datasets; "
        "not ranked"
        for (name, metric), datasets in _together((each[0], each[1:]) for each in places)
    ]


def _missing_images(seen: pd.DataFrame) -> list[str]:
    """Who saw images of all conditions that count, but not every image that humans saw."""
    rows: Iterable[Any] = seen[seen["whole"] & (seen["n_seen"] < seen["n_shown"])].itertuples()
    places = [
        (
            row.observer,
            f"{row.n_seen:,} of {row.n_shown:,} images of {row.dataset}, and compared on those "
            "that both saw" + ("" if row.observer_kind == "human" else "; not ranked"),
        )
        for row in rows
    ]
    return [f"{names}: {words}" for words, names in _together(places)]


def _together(places: Iterable[tuple[str, Any]]) -> Iterator[tuple[Any, str]]:
    """Each fault once, with the names of all that have it."""
    alike: dict[Any, list[str]] = {}
    for name, fault in places:
        alike.setdefault(fault, []).append(name)
    return ((fault, ", ".join(names)) for fault, names in alike.items())


def _rank_sets(resampling: Resampling) -> str:
    too_few = undecided(resampling.draws, resampling.confidence)
    if too_few:
        return f"mean_rank: which models are above which {too_few}"
    return (
        "mean_rank: beside it the ranks that tests of all pairs of models leave open, for all "
        f"models together with {percent(resampling.confidence)} confidence or more: among models "
        "that are alike they hold nearly always, and are wide"
    )
