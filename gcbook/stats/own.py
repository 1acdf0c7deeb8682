"""A reader's own observers on every measure, beside the published ones and never among them.

An own observer is a model, or a class of people, whose trials came from the user. It is ranked
among the published networks, compared with people and with ResNet-50 on the same resampled images,
and two own observers are compared with each other likewise. Beside it stands what the paper prints
of its generative classifiers.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

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
from gcbook.stats.summaries import Summaries, describe_own, merge_own, with_own
from gcbook.stats.words import percent
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
_DIGITS = 6

Trials = pd.DataFrame | str | Path | Sequence[str | Path]
"""A trials table, or where trials lie."""


@dataclass(frozen=True)
class Report:
    """What own observers come to.

    Attributes:
        measures: a row an own observer and measure, from `own_measures`.
        pairs: own observers in pairs, from `own_pairs`.
        beside: everybody on `MEASURES` but the last, from `beside_published`.
        notes: what is partial or not compared, and why, in words.
        settings: conventions and resampling behind it.
    """

    measures: pd.DataFrame
    pairs: pd.DataFrame
    beside: pd.DataFrame
    notes: tuple[str, ...]
    settings: SummarySettings

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON; what is not known is None."""
        tables = {
            name: json.loads(getattr(self, name).to_json(orient="records", double_precision=10))
            for name in ("measures", "pairs", "beside")
        }
        return {**tables, "notes": list(self.notes), "settings": self.settings.as_dict()}

    def _repr_html_(self) -> str:
        overall = self.measures[self.measures["dataset"] == ""]
        shown = ["observer", "measure", "value", *ENDS, "rank", "ranked"]
        differences = [f"{each}_difference" for each in _COMPARED]
        return str(overall[[*shown, *differences]].to_html(index=False, escape=True, na_rep="–"))


def report(
    trials: Trials, *, published: bool = True, resampling: Resampling | None = None
) -> Report:
    """Compute every measure of a reader's own observers, with intervals.

    Args:
        trials: a trials table, or folders, zips and CSV files.
        published: compare with the published people and networks.
        resampling: how intervals are made; by default as in the book.

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
            "letter. Point to your own trials; the published ones are added by --with published."
        )
    measures = own_measures(summaries)
    notes = tuple(_notes(summaries, merged, published))
    return Report(measures, own_pairs(summaries), beside_published(summaries), notes, settings)


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


def own_pairs(summaries: Summaries) -> pd.DataFrame:
    """Own observers in pairs, on the same resampled images.

    Returns:
        ``measure, dataset`` (its title, ``""`` over all), ``a, b`` (labels), ``difference`` (a
        minus b), ``low, high, p, p_corrected`` (over all own pairs on this measure).
    """
    names = {name: (name, "") for name in MEASURES}
    for dataset in DATASETS:
        names[on_dataset("ood_accuracy", dataset)] = "accuracy", TITLES[dataset]
        names[on_dataset("error_consistency", dataset)] = "error_consistency", TITLES[dataset]
    families = {f"{name}:own": place for name, place in names.items()}
    tests = summaries.tests[summaries.tests["family"].isin(families)]
    sides = [pd.concat([tests["a_source"], tests["b_source"]]), pd.concat([tests["a"], tests["b"]])]
    label = unique_labels(*(each.reset_index(drop=True) for each in sides)).tolist()
    columns = ["difference", *ENDS, "p", "p_corrected"]
    rows = tests[columns].reset_index(drop=True).astype("float64")
    places = [families[family] for family in tests["family"]]
    rows.insert(0, "measure", [measure for measure, _ in places])
    rows.insert(1, "dataset", [dataset for _, dataset in places])
    rows.insert(2, "a", label[: len(rows)])
    rows.insert(3, "b", label[len(rows) :])
    return rows


def beside_published(summaries: Summaries) -> pd.DataFrame:
    """Own observers, people and published networks on the measures over all datasets.

    Returns:
        ``measure, observer`` (label), ``kind, value, low, high``; of means over datasets, those
        over all of them.
    """
    rows = summaries.estimates
    rows = rows[(rows["condition"] == "") & (rows["category"] == "")]
    rows = show_once(rows[(rows["observer_kind"] != "human") | (rows["observer"] == HUMANS)])
    everything = len(summaries.settings.datasets)
    tables = []
    for measure in MEASURES[:-1]:
        there = _rows_of(rows, measure, "").dropna(subset="value")
        there = there if measure == "shape_bias" else there[there["n"] == everything]
        tables.append(there.assign(measure=measure))
    found = pd.concat(tables, ignore_index=True)
    found = found.assign(
        kind=kind_titles(found["source"], found["observer_kind"]),
        observer=unique_labels(found["source"], found["observer"]),
    )
    return found[["measure", "observer", "kind", "value", *ENDS]]


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


def _notes(summaries: Summaries, merged: pd.DataFrame, published: bool) -> Iterator[str]:
    """What was not computed or compared, and why."""
    if not published:
        yield (
            "nothing is compared with people or published networks, and there is no error "
            "consistency; --with published adds them"
        )
    observers = _own_observers(summaries)
    rows = _rows_of(_values(summaries), "shape_bias", "")
    seen = observers.merge(rows, how="left", on=_WHO[:2])
    for label in seen.loc[seen["value"].isna(), "label"]:
        yield f"{label}: no shape bias, which needs answers to cue-conflict that name either cue"
    yield from describe_own(merged, summaries.settings)
    made = summaries.settings.resampling
    if made.draws:
        yield (
            f"brackets are {percent(made.confidence)} bootstrap intervals over images "
            f"({made.draws:,} resamples), with people held fixed"
        )
