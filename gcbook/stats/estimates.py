"""One long table of values with intervals, and the paired tests: all that the book shows.

A row of the estimates says which metric of whom, on what, with which value:

``metric, source, observer, observer_kind, other_source, other, dataset, condition, category, value,
low, high, n``

Strings are empty where they do not apply. ``dataset == ""`` is the mean over datasets,
``condition == ""`` the aggregate over the counted conditions, ``category == ""`` all categories.
``observer == "humans"`` are all humans of a dataset, from all sources; ``other == "humans"`` means
compared with each human and averaged. A reader's own class of people is one observer more. ``n`` is
the number of images (for pooled humans: trials) behind a value. Of a mean over datasets it is the
number of whole datasets: one of whose counted conditions an observer saw only some, or the humans
it is compared with, or of whose images not all that humans saw, is in the mean and does not count.
Only means over all datasets are comparable, and ranked and tested.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import CLASS, HUMANS, class_name, is_published
from gcbook.stats.agreement import PAIR_METRICS
from gcbook.stats.comparisons import (
    REFERENCE,
    Means,
    Who,
    compare,
    compare_own,
    mean_rank_sets,
    mean_ranks,
)
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.jackknife import Spread, stacked
from gcbook.stats.measures import DatasetMeasures, mean_defined, portions
from gcbook.stats.metrics import CUE_METRICS, human_source, share
from gcbook.stats.resampling import Resampling, recentred
from gcbook.stats.responses import SHAPES, Responses, image_factors, make_responses

Floats = npt.NDArray[np.floating]
Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

ESTIMATE_KEYS = (
    "metric",
    "source",
    "observer",
    "observer_kind",
    "other_source",
    "other",
    "dataset",
    "condition",
    "category",
)
"""The columns that say what a row is about."""

ESTIMATE_COLUMNS = (*ESTIMATE_KEYS, "value", "low", "high", "n")

_RANGE = {"accuracy_difference": (0.0, 1.0)}
"""The metric whose plug-in estimate is biased, a square, with its range."""

TO_REFERENCE = "reference_consistency"
"""Error consistency with `REFERENCE`, of own observers."""

_SHARES = ("ood_accuracy", "observed_consistency")
"""The metrics over several datasets that are shares, or means of them."""


def on_dataset(metric: str, dataset: str) -> str:
    """What a metric is called on one dataset among tests and means.

    >>> on_dataset("ood_accuracy", "edge")
    'ood_accuracy/edge'
    """
    return f"{metric}/{dataset}"


Labels = Mapping[str, npt.ArrayLike]
"""Some of the `ESTIMATE_KEYS`: a value for all rows, or (rows,)."""

Rows = Mapping[str, Any]
"""Rows of the table: each of its columns, as one value for all of them or as (rows,)."""


@dataclass(frozen=True)
class Estimates:
    """The tables.

    Attributes:
        estimates: the values, with `ESTIMATE_COLUMNS`.
        seen: of each observer in each dataset, ``source, observer, observer_kind, dataset, n_seen,
            n_shown``: how many of the images that humans saw in the conditions that count.
        means: by metric, over all datasets.
        less_biased: the accuracy differences of observers over the datasets that they saw, less by
            what their draws exceed them by; empty without draws.
        resampling: how they were drawn.
    """

    estimates: pd.DataFrame
    seen: pd.DataFrame
    means: Mapping[str, Means]
    less_biased: Mapping[Who, float]
    resampling: Resampling

    @cached_property
    def tests(self) -> pd.DataFrame:
        """See `gcbook.stats.comparisons.compare`."""
        return compare(self.means, self.resampling)


def estimate(
    trials: pd.DataFrame,
    settings: SummarySettings | None = None,
    *,
    all_pairs: bool = True,
) -> Estimates:
    """Compute every value, interval and test of the book from trials.

    Args:
        settings: conventions and resampling; the benchmark's by default.
        all_pairs: also compare models with models, which the benchmark tables do not need.
    """
    settings = settings or SummarySettings()
    resampling = settings.resampling
    by_dataset = make_responses(settings.choose(trials))
    found, everybody = _measured(by_dataset, settings, all_pairs=all_pairs)
    n_datasets = len(by_dataset)
    means = _means(found.sums, n_datasets)
    overall = _overall(found.sums, resampling)
    rows = [*found.rows, *overall, *_ranks(means, n_datasets, resampling)]
    seen = pd.concat(
        [
            everyone.people.assign(dataset=name, n_seen=everyone.n_seen, n_shown=everyone.n_shown)
            for name, everyone in everybody.items()
        ],
        ignore_index=True,
    )
    return Estimates(_table(rows), seen, means, _less_biased(found.sums), resampling)


def estimate_own(
    trials: pd.DataFrame, settings: SummarySettings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compute what a reader's own observers come to beside the published ones, never among them.

    Args:
        trials: own ones and, if they are to be compared, published ones, with own people as
            `gcbook.paper.observers.CLASS`.
        settings: conventions and resampling.

    Returns:
        The rows of own observers, with `ESTIMATE_COLUMNS`: as of `estimate`, but for ranks, and
        with `TO_REFERENCE`. And their paired tests, see `gcbook.stats.comparisons.compare_own`.
    """
    by_dataset = make_responses(settings.choose(trials))
    found, _ = _measured(by_dataset, settings, own=True)
    means = _means(found.sums, len(by_dataset))
    overall = _overall(found.sums, settings.resampling)
    table = _table([*found.rows, *overall])
    own = ~is_published(table["source"]) | ~is_published(table["other_source"])
    return table[own].reset_index(drop=True), compare_own(means, settings.resampling)


def _measured(
    by_dataset: Mapping[str, Responses],
    settings: SummarySettings,
    *,
    all_pairs: bool = True,
    own: bool = False,
) -> "tuple[_Found, dict[str, _Everyone]]":
    """Everything of every dataset, and who is in it.

    Args:
        by_dataset: the trials.
        settings: conventions and resampling.
        all_pairs: also of models with models.
        own: of the published models only `REFERENCE`, of pairs only those with own observers, and
            sums of each dataset alone.
    """
    factors = image_factors(by_dataset, settings.within_categories)
    humans = human_source(
        source for each in by_dataset.values() for source in each.observers["source"][each.is_human]
    )
    everybody = {name: _everyone(each, humans, settings) for name, each in by_dataset.items()}

    def of_dataset(name: str) -> _Found:
        responses, everyone = by_dataset[name], everybody[name]
        wanted = np.flatnonzero(everyone.is_own | everyone.is_reference) if own else None
        measures = DatasetMeasures(responses, factors[name], settings, wanted)
        parts = chain(
            _accuracies(measures, everyone),
            _agreement_with_humans(measures, everyone),
            _agreement_of_models(measures, everyone) if all_pairs else (),
            _shape(measures, everyone) if name == "cue-conflict" else (),
        )
        return _together(_apart(parts, name) if own else parts)

    # Resampling is arithmetic on long arrays, which threads share out well; values alone are not.
    with ThreadPoolExecutor(os.cpu_count() if settings.resampling.draws else 1) as pool:
        return _together(pool.map(of_dataset, by_dataset)), everybody


@dataclass(frozen=True)
class _Sum:
    """One observer's metric, summed over datasets.

    Attributes:
        total: (1 + draws,), the sum over the datasets in which it is defined.
        spread: what its value varies by, one row.
        defined: (1 + draws,), in how many datasets it is defined.
        n: in how many whole datasets its value is.
        units: the fewest units, images or exemplars, of any of the datasets.
    """

    total: Floats
    spread: Spread
    defined: npt.NDArray[np.integer]
    n: int
    units: int

    def __add__(self, other: "_Sum") -> "_Sum":
        return _Sum(
            self.total + other.total,
            self.spread + other.spread,
            self.defined + other.defined,
            self.n + other.n,
            min(self.units, other.units),
        )

    @property
    def mean(self) -> Floats:
        """(1 + draws,), the mean over datasets."""
        return np.asarray(share(self.total, self.defined))


Sums = Mapping[str, Mapping[Who, _Sum]]
"""Metric → observer → its sum."""


class _Found(NamedTuple):
    """What a part of the trials gives: rows of the table, and what means over datasets need."""

    rows: Sequence[Rows]
    sums: Sums


def _apart(parts: Iterable[_Found], dataset: str) -> Iterator[_Found]:
    """The same, with the sums of the dataset under a name of its own too."""
    for part in parts:
        known = part.sums.keys() & {"ood_accuracy", "error_consistency"}
        alone = {on_dataset(metric, dataset): part.sums[metric] for metric in known}
        yield _Found(part.rows, {**part.sums, **alone})


def _together(parts: Iterable[_Found]) -> _Found:
    """The rows of all parts, and their sums added up."""
    rows: list[Rows] = []
    sums: dict[str, dict[Who, _Sum]] = {}
    for part in parts:
        rows += part.rows
        for metric, by_who in part.sums.items():
            known = sums.setdefault(metric, {})
            for who, each in by_who.items():
                known[who] = known[who] + each if who in known else each
    return _Found(rows, sums)


def _rows(
    metric: str,
    values: Floats,
    labels: Labels,
    n: npt.ArrayLike,
    resampling: Resampling,
    units: npt.ArrayLike | None = None,
) -> Rows:
    """Make a row of each row of values.

    Args:
        values: (rows, 1 + draws), the value itself first.
        n: the column of that name.
        units: for shares, of how many images or exemplars they are taken.
    """
    within = _RANGE.get(metric)
    ends = resampling.interval(values, n=units, within=within)
    if within:
        # Without an error there is no difference, in any resample: that says nothing about other
        # images.
        low, high = ends
        ends = np.where(low < high, low, np.nan), np.where(low < high, high, np.nan)
    # A copy: a view would keep all draws.
    return _labelled(metric, values[:, 0].copy(), ends, labels, n)


def _labelled(
    metric: str, values: Floats, ends: tuple[Floats, Floats], labels: Labels, n: npt.ArrayLike
) -> Rows:
    """Make a row of each value, with the ends of its interval, all (rows,)."""
    found = {"metric": metric, "value": values, "low": ends[0], "high": ends[1], "n": n}
    return dict.fromkeys(ESTIMATE_KEYS, "") | found | dict(labels)


def _table(rows: Sequence[Rows]) -> pd.DataFrame:
    lengths = [len(some["value"]) for some in rows]
    columns = {
        name: np.concatenate(
            [
                some[name] if np.ndim(some[name]) else np.full(n, some[name], dtype=object)
                for some, n in zip(rows, lengths, strict=True)
            ]
        )
        for name in ESTIMATE_COLUMNS
    }
    table = pd.DataFrame(columns).astype(dict.fromkeys(ESTIMATE_KEYS, "str") | {"n": "int64"})
    return table.sort_values(list(ESTIMATE_KEYS), ignore_index=True)


def _sums(
    people: Sequence[Who],
    values: Floats,
    whole: Flags,
    measures: DatasetMeasures | None = None,
    units: npt.ArrayLike = 1,
) -> dict[Who, _Sum]:
    """One dataset's part of the means over datasets.

    Single humans saw one dataset only and are left out.

    Args:
        people: (rows,), whose values they are.
        values: (rows, replicates).
        whole: (rows,), for whom the dataset counts; where the metric is undefined it does not.
        measures: whose replicates these are; None where they are values alone.
        units: of how many units a share is taken, (rows,) or one number.
    """
    drawn = measures.bootstrap(values) if measures else values
    spread = measures.spread(values) if measures else Spread({})
    counts = (whole & np.isfinite(values[:, 0])).tolist()
    of = np.broadcast_to(units, len(values)).tolist()
    found = {}
    for i, who in enumerate(people):
        if who[2] != "human" or who[1] == HUMANS:
            total, defined = np.nan_to_num(drawn[i]), np.isfinite(drawn[i]).astype(np.int16)
            found[who] = _Sum(total, spread.rows([i]), defined, int(counts[i]), of[i])
    return found


def _labels(people: pd.DataFrame) -> dict[str, npt.ArrayLike]:
    return {str(name): people[name].to_numpy(dtype=object) for name in people}


@dataclass(frozen=True)
class _Everyone:
    """The observers of a dataset and, as last rows, all its humans and each class of people.

    Attributes:
        people: ``source, observer, observer_kind``.
        seen: (people, images), what each saw, or any of them.
        is_human: (observers,), without those rows.
        classes: the row of each class, by that of its first person.
        n_seen: (people,), how many they saw of the images that humans saw in the conditions that
            count.
        n_shown: how many these are.
        whole: (people,), who saw all of them, and images of all conditions that count.
        compared: (people,), of whom that is true as of the humans, taken together.
    """

    people: pd.DataFrame
    seen: Flags
    is_human: Flags
    classes: Mapping[int, int]
    n_seen: npt.NDArray[np.integer]
    n_shown: int
    whole: Flags
    compared: Flags

    def places(self, group: Places) -> Places:
        """Rows of some observers; of the humans with the pooled one, of a class that one alone."""
        if self.is_human[group].any():
            return np.append(group, len(self.is_human))
        return np.array([self.classes[group[0]]]) if self.is_class(group) else group

    def is_class(self, group: Places) -> bool:
        """Whether some observers are the people of a class."""
        return len(group) > 0 and group[0] in self.classes

    def of(self, group: Places) -> tuple[Places, list[Who], dict[str, npt.ArrayLike]]:
        """`places`, with the names and labels of who stands there."""
        places = self.places(group)
        people = self.people.iloc[places]
        return places, list(people.itertuples(index=False, name=None)), _labels(people)

    @cached_property
    def is_own(self) -> Flags:
        """(observers,), who are models of a reader's own."""
        people = self.people.iloc[: len(self.is_human)]
        models = people["observer_kind"] == "model"
        return (models & ~is_published(people["source"])).to_numpy()

    @cached_property
    def is_reference(self) -> Flags:
        """(observers,), who is `REFERENCE`."""
        people = self.people.iloc[: len(self.is_human)]
        source, name = REFERENCE
        return ((people["source"] == source) & (people["observer"] == name)).to_numpy()


def _everyone(responses: Responses, source: str, settings: SummarySettings) -> _Everyone:
    columns = responses.conditions
    counted = settings.counted(EXPERIMENTS[responses.dataset])
    there = [columns.get(name, slice(0)) for name in counted]
    humans, classes = len(responses.observers), list(responses.classes.values())
    pooled = [np.flatnonzero(responses.is_human), *classes]
    seen = np.stack([*responses.seen, *(responses.seen[each].any(axis=0) for each in pooled)])
    shown = np.concatenate([seen[humans, images] for images in there])
    n_seen = (np.concatenate([seen[:, images] for images in there], axis=1) & shown).sum(axis=1)
    whole = np.all([seen[:, images].any(axis=1) for images in there], axis=0)
    whole &= n_seen == n_seen[humans]
    named = [(source, HUMANS, "human")]
    named += [(each, class_name(each), CLASS) for each in responses.classes]
    columns_of_people = list(responses.observers.columns)
    people = pd.DataFrame(named, columns=columns_of_people, dtype="str")
    return _Everyone(
        pd.concat([responses.observers, people], ignore_index=True),
        seen,
        responses.is_human,
        {int(each[0]): humans + 1 + i for i, each in enumerate(classes)},
        n_seen,
        int(n_seen[humans]),
        whole,
        whole & whole[humans],
    )


def _seen(
    responses: Responses, everyone: _Everyone, group: Places, chosen: Flags
) -> npt.NDArray[np.integer]:
    """How many of the chosen images each of a group saw, and all of it together.

    As many rows as `_Everyone.places` of the group.
    """
    counts = responses.seen[group][:, chosen].sum(axis=1)
    if everyone.is_class(group):
        return counts.sum(keepdims=True)
    return np.append(counts, counts.sum()) if responses.is_human[group].any() else counts


def _units(
    measures: DatasetMeasures, everyone: _Everyone, group: Places, chosen: Flags
) -> npt.NDArray[np.integer]:
    """How many images, or shape exemplars, each of a group saw, and all of it together.

    Args:
        measures: of a dataset.
        everyone: in it.
        group: observers by their rows.
        chosen: (images,) or (group, images), the images that count.
    """
    responses = measures.responses
    seen: Flags = np.asarray(responses.seen[group] & chosen)
    if everyone.is_class(group):
        seen = np.asarray(seen.any(axis=0, keepdims=True))
    elif responses.is_human[group].any():
        seen = np.concatenate([seen, seen.any(axis=0, keepdims=True)])
    # Where images are drawn by exemplar there is one condition.
    first, *_ = next(iter(measures.factors.values()))
    if first.name != SHAPES:
        return np.asarray(seen.sum(axis=1))
    unit = first.unit
    assert unit is not None
    shown = seen.astype(np.float32) @ (unit[:, None] == np.unique(unit)).astype(np.float32)
    return (shown > 0).sum(axis=1)


def _accuracies(measures: DatasetMeasures, everyone: _Everyone) -> Iterator[_Found]:
    responses, resampling = measures.responses, measures.settings.resampling
    for group in measures.groups(4):
        places, people, labels = everyone.of(group)
        labels["dataset"] = responses.dataset
        for condition, values in measures.accuracy(group):
            chosen = measures.chosen(condition)
            n = _seen(responses, everyone, group, chosen)
            units = _units(measures, everyone, group, chosen)
            drawn = measures.bootstrap(values)
            about = labels | {"condition": condition}
            rows = _rows("accuracy", drawn, about, n, resampling, units)
            sums = {}
            if condition == "":
                whole = everyone.whole[places]
                sums["ood_accuracy"] = _sums(people, values, whole, measures, units)
            yield _Found([rows], sums)


def _agreement_with_humans(measures: DatasetMeasures, everyone: _Everyone) -> Iterator[_Found]:
    resampling, humans = measures.settings.resampling, measures.humans
    if not len(humans):
        return
    for group in measures.groups(len(PAIR_METRICS) * len(humans)):
        places, people, labels = everyone.of(group)
        labels |= {"other": HUMANS, "dataset": measures.responses.dataset}
        compared = everyone.compared[places]
        of_class = everyone.is_class(group)
        # A pair of humans stands once.
        observer, human = np.nonzero(humans < group[:, None])
        pairs = humans[human], group[observer]
        if of_class:
            pairs = humans, np.repeat(places, len(humans))
        for condition, found in measures.with_humans(group):
            chosen = measures.chosen(condition)
            units = _units(measures, everyone, group, chosen)
            kappas = found["error_consistency"]
            kappas = mean_defined(kappas) if of_class else kappas[observer, human]
            rows, sums = [_kappas(measures, everyone, *pairs, condition, kappas)], {}
            about = labels | {"condition": condition}
            for metric, values in found.items():
                mean = measures.to_humans(group, values)
                of = units if metric in _SHARES else None
                drawn = measures.bootstrap(mean)
                rows.append(_rows(metric, drawn, about, int(chosen.sum()), resampling, of))
                if condition == "":
                    sums[metric] = _sums(people, mean, compared, measures, units)
            yield _Found(rows, sums)
        bias = measures.kappa_bias(group)[:, None]
        yield _Found([], {"kappa_bias": _sums(people, bias, compared)})


def _agreement_of_models(measures: DatasetMeasures, everyone: _Everyone) -> Iterator[_Found]:
    responses = measures.responses
    models = np.flatnonzero(responses.is_model)
    first, second = (models[places] for places in np.triu_indices(len(models), k=1))
    if measures.models is not None:
        own = everyone.is_own[first] | everyone.is_own[second]
        first, second = first[own], second[own]
    numbers = measures.n_replicates + len(responses.images)
    for some in portions(len(first), numbers):
        pairs = first[some], second[some]
        for condition, found in measures.pairs(*pairs, ["error_consistency"]):
            yield _of_pairs(measures, everyone, *pairs, condition, found["error_consistency"])
    for people in responses.classes.values():
        (place,) = everyone.places(people)
        for some in portions(len(models), numbers * len(people)):
            others = models[some]
            each = np.repeat(people, len(others)), np.tile(others, len(people))
            for condition, found in measures.pairs(*each, ["error_consistency"]):
                shape = (len(people), len(others), -1)
                kappas = mean_defined(found["error_consistency"].reshape(shape))
                pairs = others, np.repeat(place, len(others))
                yield _of_pairs(measures, everyone, *pairs, condition, kappas)


def _of_pairs(
    measures: DatasetMeasures,
    everyone: _Everyone,
    first: Places,
    second: Places,
    condition: str,
    kappas: Floats,
) -> _Found:
    """Rows of pairs and, of those of an own observer and `REFERENCE`, sums over datasets."""
    rows = [_kappas(measures, everyone, first, second, condition, kappas)]
    if measures.models is None or condition != "":
        return _Found(rows, {})
    n = len(everyone.is_human)
    reference = np.append(everyone.is_reference, np.zeros(len(everyone.people) - n, dtype=bool))
    sides = np.where(reference[first], second, first)
    chosen = np.flatnonzero(reference[first] | reference[second])
    who = list(everyone.people.iloc[sides[chosen]].itertuples(index=False, name=None))
    whole = everyone.whole[first[chosen]] & everyone.whole[second[chosen]]
    return _Found(rows, {TO_REFERENCE: _sums(who, kappas[chosen], whole, measures)})


def _kappas(
    measures: DatasetMeasures,
    everyone: _Everyone,
    first: Places,
    second: Places,
    condition: str,
    kappas: Floats,
) -> Rows:
    """Rows of the error consistency of pairs of observers, (pairs, replicates), in a condition."""
    other = everyone.people.iloc[second]
    labels = _labels(everyone.people.iloc[first]) | {
        "other_source": other["source"].to_numpy(dtype=object),
        "other": other["observer"].to_numpy(dtype=object),
        "dataset": measures.responses.dataset,
        "condition": condition,
    }
    seen = everyone.seen[:, measures.chosen(condition)]
    shared = (seen[first] & seen[second]).sum(axis=1)
    drawn = measures.bootstrap(kappas)
    return _rows("error_consistency", drawn, labels, shared, measures.settings.resampling)


def _shape(measures: DatasetMeasures, everyone: _Everyone) -> Iterator[_Found]:
    responses, resampling = measures.responses, measures.settings.resampling
    category_of = responses.images["category"].to_numpy()
    conflict = ~(responses.cue == "agree").any(axis=0)
    named = (responses.cue == "shape") | (responses.cue == "texture")
    for group in measures.groups(len(CUE_METRICS) * len(set(category_of))):
        places, people, labels = everyone.of(group)
        labels["dataset"] = responses.dataset
        shape = measures.shape(group)
        rows = []
        for metric, by_category in shape.items():
            for category, values in by_category.items():
                chosen = conflict & ((category_of == category) | (category == ""))
                n = _seen(responses, everyone, group, chosen)
                counted = chosen & named[group] if metric.startswith("shape_bias") else chosen
                units = _units(measures, everyone, group, counted)
                about = labels | {"category": category}
                rows.append(_rows(metric, measures.bootstrap(values), about, n, resampling, units))
        pooled, whole = shape["shape_bias"][""], everyone.whole[places]
        yield _Found(rows, {"shape_bias": _sums(people, pooled, whole, measures)})


def _averages(sums: Sums, metric: str) -> dict[Who, Floats]:
    """Each observer's mean over datasets with its draws, (1 + draws,)."""
    averages = {who: each.mean for who, each in sums.get(metric, {}).items()}
    if metric == "error_consistency":
        bias = sums.get("kappa_bias", {})
        return {who: recentred(each, bias[who].mean[0]) for who, each in averages.items()}
    return averages


def _overall(sums: Sums, resampling: Resampling) -> Iterator[Rows]:
    """Rows of the means over datasets."""
    for metric in ("ood_accuracy", *PAIR_METRICS, TO_REFERENCE):
        averages = _averages(sums, metric)
        if averages:
            found = sums[metric].values()
            # A mean over datasets is of as many units as the smallest dataset has, in each.
            units = [each.n * each.units for each in found] if metric in _SHARES else None
            other = {"ood_accuracy": "", TO_REFERENCE: REFERENCE[1]}.get(metric, HUMANS)
            labels = _person_labels(averages) | {"other": other}
            values = np.stack([*averages.values()])
            yield _rows(metric, values, labels, [each.n for each in found], resampling, units)


def _less_biased(sums: Sums) -> dict[Who, float]:
    """See `Estimates.less_biased`."""
    drawn = _averages(sums, "accuracy_difference")
    return {
        who: max(2 * float(each[0]) - float(np.nanmean(each[1:])), 0.0)
        for who, each in drawn.items()
        if len(each) > 1 and np.isfinite(each[0])
    }


def _means(sums: Sums, n_datasets: int) -> dict[str, Means]:
    """What tests compare: see `Estimates.means`."""
    means = {}
    for metric in sums:
        if metric == "kappa_bias":
            continue
        # Only observers with all datasets are comparable over datasets.
        needed = 1 if "/" in metric else n_datasets
        whole = {
            who: each
            for who, each in sums[metric].items()
            if metric == "shape_bias" or each.n == needed
        }
        if whole:
            values = np.array([each.mean[0] for each in whole.values()])
            n = np.array([each.defined[0] for each in whole.values()])
            spread = stacked([each.spread for each in whole.values()]).times(share(1, n))
            means[metric] = Means(list(whole), values, spread)
    return means


def _ranks(means: Mapping[str, Means], n_datasets: int, resampling: Resampling) -> Iterator[Rows]:
    """Rows of the models' mean ranks, if any model is ranked."""
    if "error_consistency" not in means:
        return
    ranked = [who for who in means["error_consistency"].people if who[1] != HUMANS]
    if ranked:
        squared, observed, consistent = (means[metric].of(ranked) for metric in PAIR_METRICS)
        ranks = mean_ranks(squared.values, observed.values, consistent.values)
        ends = mean_rank_sets(squared, observed, consistent, resampling)
        yield _labelled("mean_rank", ranks, ends, _person_labels(ranked), n_datasets)


def _person_labels(people: Iterable[Who]) -> dict[str, npt.ArrayLike]:
    columns = zip(*people, strict=True)
    return dict(zip(("source", "observer", "observer_kind"), map(list, columns), strict=True))
