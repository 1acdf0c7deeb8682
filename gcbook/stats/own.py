"""A reader's own observers on every measure, beside the published ones and never among them.

An own observer is a model, or a class of people, whose trials came from the user. It is ranked
among the published networks and compared with people and with ResNet-50 on the same resampled
images. Beside it stands what the paper prints of its generative classifiers.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from gcbook.files.errors import InputError
from gcbook.paper.experiments import DATASETS, TITLES
from gcbook.paper.observers import (
    GENERATIVE,
    HUMANS,
    is_published,
    kind_titles,
    show_once,
    unique_labels,
)
from gcbook.paper.published import published_values
from gcbook.stats.comparisons import REFERENCE
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import TO_REFERENCE, on_dataset
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import (
    Summaries,
    SummariesWarning,
    describe_own,
    merge_own,
    with_own,
)
from gcbook.trials.originals import locate_trials
from gcbook.trials.parse import COLUMNS
from gcbook.trials.table import read_trials

MEASURES = ("shape_bias", "ood_accuracy", "error_consistency", "reference_consistency")
"""Over all datasets, or on the one that they are of: of them, all but the last are ranked."""

BY_DATASET = ("accuracy", "error_consistency")
"""On each dataset."""

ENDS = ("low", "high")
_WHO = ["source", "observer", "observer_kind"]
_COMPARED = ("people", "resnet50")

Trials = pd.DataFrame | str | Path | Sequence[str | Path]
"""A trials table, or where trials lie."""


def report(
    trials: Trials, *, published: bool = True, resampling: Resampling | None = None
) -> pd.DataFrame:
    """Compute every measure of a reader's own observers, with intervals.

    Args:
        trials: a trials table, or folders, zips and CSV files.
        published: compare with the published people and networks; without them nothing is ranked,
            and there is no error consistency.
        resampling: how the bootstrap intervals over images are made, with people held fixed; by
            default as in the book.

    Returns:
        A row an own observer and measure, over all datasets and on each: see `own_measures`.

    Warns:
        SummariesWarning: an own observer lacks datasets, images, or answers for a shape bias.

    Raises:
        InputError: the trials are not as expected, or hold nothing but published trials.
        DataNotFoundError: the published trials are to be compared with and not on this machine.
    """
    own = _read(trials)
    settings = SummarySettings(resampling=resampling or SummarySettings().resampling)
    merged = merge_own(read_trials(*locate_trials()) if published else own.iloc[:0], own)
    # Values of published networks need no resampling, whatever their intervals were made with.
    base = replace(Summaries.read(), settings=settings)
    summaries = with_own(base if published else base.without_published(), merged)
    if not len(_own_observers(summaries)):
        raise InputError(
            "report: expected trials of observers of your own, found only published ones, to the "
            "letter. Point to your own trials; the published ones are added unless published=False."
        )
    for note in (*_without_shape_bias(summaries), *describe_own(merged, settings)):
        warnings.warn(note, SummariesWarning, stacklevel=2)
    return own_measures(summaries)


def own_measures(summaries: Summaries, measures: Sequence[str] | None = None) -> pd.DataFrame:
    """A row an own observer and measure; no rows where there is no own observer.

    Args:
        summaries: with own observers beside the published ones.
        measures: some of `MEASURES`, over all datasets; by default these and, on each dataset,
            `BY_DATASET`.

    Returns:
        ``observer`` (label), ``kind, measure, dataset`` (its title, ``""`` over all), ``value, low,
        high``; ``n``, the images behind it or, of a mean over datasets, whole datasets; ``whole``,
        how many of the datasets were seen whole, as "3 of 17"; ``rank`` and ``ranked``, 1 for the
        highest value, and among how many: the published networks with this measure, and it;
        ``people_difference, resnet50_difference``, each with ``_low`` and ``_high``, paired; and
        ``imagen_printed, stable_diffusion_printed, parti_printed``, of the paper.

        A mean over fewer datasets than the summaries have is neither ranked nor compared.
    """
    observers = _own_observers(summaries)
    wanted = [(name, "") for name in (MEASURES if measures is None else measures)]
    if measures is None:
        there = [name for name in DATASETS if name in set(summaries.counts["dataset"])]
        wanted += [(name, dataset) for name in BY_DATASET for dataset in there]
    values, printed = _values(summaries), published_values().set_index("key")
    tables = [_measured(summaries, observers, values, printed, *each) for each in wanted]
    return pd.concat(tables, ignore_index=True)


def _read(trials: Trials) -> pd.DataFrame:
    if isinstance(trials, str | Path):
        return read_trials(trials)
    if not isinstance(trials, pd.DataFrame):
        return read_trials(*trials)
    missing = [name for name in COLUMNS if name not in trials]
    if missing:
        raise InputError(
            f"report: expected a trials table with the columns {', '.join(COLUMNS)}; found none "
            f"called {', '.join(missing)}. gcbook.trials.table.read_trials makes such a table."
        )
    return trials


def _own_observers(summaries: Summaries) -> pd.DataFrame:
    """Each own observer with ``label`` and ``kind``, models first."""
    who = summaries.counts[_WHO].drop_duplicates(ignore_index=True)
    who = who.assign(label=unique_labels(who["source"], who["observer"]))
    own = who[~is_published(who["source"])].sort_values("observer_kind", ignore_index=True)
    return own.assign(kind=kind_titles(own["source"], own["observer_kind"]))


def _measured(
    summaries: Summaries,
    observers: pd.DataFrame,
    values: pd.DataFrame,
    printed: pd.DataFrame,
    measure: str,
    dataset: str,
) -> pd.DataFrame:
    """One measure of all own observers, over all datasets or on one."""
    rows = _rows_of(values, measure, dataset)
    everything = len(summaries.settings.datasets)
    averaged = dataset == "" and measure != "shape_bias"
    rows = rows.assign(comparable=rows["n"] == everything if averaged else rows["value"].notna())
    networks = rows[is_published(rows["source"]) & (rows["observer_kind"] == "model")]
    networks = networks[networks["comparable"]].dropna(subset="value")
    own = observers.merge(rows.drop(columns="observer_kind"), how="left", on=_WHO[:2])
    comparable = own["comparable"].eq(True) & own["value"].notna()
    ranked = comparable & (measure != TO_REFERENCE) & (len(networks) > 0)
    above = own["value"].map(lambda value: (networks["value"] > value).sum())
    table = pd.DataFrame(
        {
            "observer": own["label"],
            "kind": own["kind"],
            "measure": measure,
            "dataset": TITLES.get(dataset, ""),
            **{name: own[name] for name in ("value", *ENDS, "n")},
            "whole": _whole(values, own, everything),
            "rank": (above + 1).where(ranked),
            "ranked": pd.Series(len(networks) + 1, index=own.index).where(ranked),
        }
    )
    # On one dataset accuracy is a part of the mean, and tested under its name.
    named = on_dataset({"accuracy": "ood_accuracy"}.get(measure, measure), dataset)
    tested = named if dataset else measure
    for name, family in zip(_COMPARED, ("humans", "reference"), strict=True):
        tests = summaries.tests[summaries.tests["family"] == f"{tested}:{family}"]
        tests = tests.rename(columns={"a_source": "source", "a": "observer"})
        beside = own[_WHO[:2]].merge(tests, how="left", on=_WHO[:2])
        for end in ("difference", *ENDS):
            column = f"{name}_difference" + ("" if end == "difference" else f"_{end}")
            table[column] = beside[end].astype("float64")
    comparable_with_paper = dataset == "" and (not averaged or everything == len(DATASETS))
    for key in GENERATIVE:
        known = comparable_with_paper and measure in printed
        table[f"{key}_printed"] = float(printed[measure][key]) if known else float("nan")
    return table


def _values(summaries: Summaries) -> pd.DataFrame:
    """The estimates of models and classes over whole datasets, each observer once."""
    rows = summaries.estimates
    rows = rows[(rows["condition"] == "") & (rows["category"] == "")]
    return show_once(rows[rows["observer_kind"] != "human"])


def _rows_of(values: pd.DataFrame, measure: str, dataset: str) -> pd.DataFrame:
    """The values of a measure, a row an observer."""
    rows = values[values["metric"] == measure]
    other = {"error_consistency": HUMANS, TO_REFERENCE: REFERENCE[1]}.get(measure, "")
    place = "cue-conflict" if measure == "shape_bias" else dataset
    rows = rows[(rows["other"] == other) & (rows["dataset"] == place)]
    return rows[[*_WHO, "value", *ENDS, "n"]]


def _whole(values: pd.DataFrame, own: pd.DataFrame, everything: int) -> pd.Series:
    """How many datasets each saw whole, in words."""
    rows = _rows_of(values, "ood_accuracy", "")
    n = own[_WHO[:2]].merge(rows, how="left", on=_WHO[:2])["n"].fillna(0).astype("int64")
    return n.astype("str") + f" of {everything}"


def _without_shape_bias(summaries: Summaries) -> Iterator[str]:
    """Name the own observers whose shape bias is undefined."""
    rows = _rows_of(_values(summaries), "shape_bias", "")
    seen = _own_observers(summaries).merge(rows, how="left", on=_WHO[:2])
    for label in seen.loc[seen["value"].isna(), "label"]:
        yield f"{label}: no shape bias, which needs answers to cue-conflict that name either cue"
