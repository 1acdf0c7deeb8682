"""One long table of values with intervals, and the paired tests: all that the book shows.

A row of the estimates says which metric of whom, on what, with which value:

``metric, source, observer, observer_kind, other_source, other, dataset, condition, category, value,
low, high, n``

Strings are empty where they do not apply. ``dataset == ""`` is the mean over datasets,
``condition == ""`` the aggregate over the counted conditions, ``category == ""`` all categories.
``observer == "humans"`` are all humans of a dataset, from all sources; ``other == "humans"`` means
compared with each human and averaged. ``n`` is the number of images (for pooled humans: trials)
behind a value. Of a mean over datasets it is the number of whole datasets: one of whose counted
conditions an observer saw only some, or the humans it is compared with, or of whose images not all
that humans saw, is in the mean and does not count. Only means over all datasets are comparable, and
ranked and tested.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, count
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import HUMANS
from gcbook.stats.agreement import PAIR_METRICS
from gcbook.stats.comparisons import Means, Who, compare, mean_rank_sets, mean_ranks
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.crossed import Crossed, Crossing, Draws, together
from gcbook.stats.measures import DatasetMeasures, portions
from gcbook.stats.metrics import CUE_METRICS, human_source, share
from gcbook.stats.resampling import Resampling, correct_bias
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

_SHARES = ("ood_accuracy", "observed_consistency")
"""The metrics over several datasets that are shares, or means of them."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "accuracy": ("accuracy", "ood_accuracy"),
    "agreement": (*PAIR_METRICS, "mean_rank"),
    "shape": (*CUE_METRICS, "shape_bias_category_mean"),
}
"""What can be computed alone: by name, the metrics of its rows."""

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
        whole: who is compared with people over all datasets; of these, every two are tested.
        resampling: how they were drawn.
    """

    estimates: pd.DataFrame
    seen: pd.DataFrame
    means: Mapping[str, Means]
    whole: Collection[Who]
    resampling: Resampling

    @cached_property
    def tests(self) -> pd.DataFrame:
        """See `gcbook.stats.comparisons.compare`."""
        return compare(self.means, self.whole, self.resampling)


@dataclass(frozen=True)
class Known:
    """Observers whose rows are at hand. Of them, only what tests and ranks need is computed.

    Attributes:
        models: source and observer of each model. All humans are known too.
        everywhere: those models that are compared over all datasets.
    """

    models: Collection[tuple[str, str]]
    everywhere: Collection[tuple[str, str]]

    @classmethod
    def of(cls, estimates: pd.DataFrame) -> "Known":
        """The models of a table of estimates that has all metrics."""
        models = estimates[estimates["observer_kind"] == "model"]
        means = models[(models["metric"] == "error_consistency") & (models["dataset"] == "")]
        whole = means[means["n"] == models["dataset"].replace("", None).nunique()]
        named, everywhere = (
            frozenset(each[["source", "observer"]].itertuples(index=False, name=None))
            for each in (models, whole)
        )
        return cls(named, everywhere)


def estimate(
    trials: pd.DataFrame,
    settings: SummarySettings | None = None,
    *,
    all_pairs: bool = True,
    parts: Collection[str] = tuple(PARTS),
    known: Known | None = None,
    report: Callable[[int, int], None] = lambda done, of: None,
) -> Estimates:
    """Compute every value, interval and test of the book from trials.

    Args:
        settings: conventions and resampling; the benchmark's by default.
        all_pairs: also compare models with models, which the benchmark tables do not need.
        parts: which of `PARTS` to compute.
        known: observers whose rows are left out; the ranks and tests are those of everybody.
        report: called with the number of datasets that are done, and of all.
    """
    settings = settings or SummarySettings()
    by_dataset = make_responses(settings.choose(trials))
    found = _estimate(by_dataset, settings, all_pairs, parts, known, report)
    if "agreement" in parts:
        return found
    # Who is compared with people needs no draws.
    plain = replace(settings, resampling=replace(settings.resampling, draws=0))
    others = replace(known, everywhere=()) if known else None
    of_values = _estimate(by_dataset, plain, False, ["agreement"], others, lambda done, of: None)
    whole = [*of_values.whole, *((*who, "model") for who in (known.everywhere if known else ()))]
    return replace(found, whole=whole)


def _estimate(
    by_dataset: Mapping[str, Responses],
    settings: SummarySettings,
    all_pairs: bool,
    parts: Collection[str],
    known: Known | None,
    report: Callable[[int, int], None],
) -> Estimates:
    """See `estimate`; without agreement, nobody is whole."""
    resampling = settings.resampling
    factors = image_factors(by_dataset, settings.within_categories)
    humans = human_source(
        source for each in by_dataset.values() for source in each.observers["source"][each.is_human]
    )
    everybody = {
        name: _everyone(each, humans, settings, known) for name, each in by_dataset.items()
    }
    # Of shapes the other datasets tell nothing.
    used = [name for name in by_dataset if name == "cue-conflict" or {*parts} - {"shape"}]
    ready = count(1)

    def of_dataset(name: str) -> _Found:
        measures = DatasetMeasures(by_dataset[name], factors[name], settings)
        everyone = everybody[name]
        agreement = "agreement" in parts
        found = _together(
            chain(
                _accuracies(measures, everyone) if "accuracy" in parts else (),
                _agreement_with_humans(measures, everyone) if agreement else (),
                _agreement_of_models(measures, everyone) if agreement and all_pairs else (),
                _shape(measures, everyone) if "shape" in parts and name == "cue-conflict" else (),
            )
        )
        report(next(ready), len(used))
        return found

    # Resampling is arithmetic on long arrays, which threads share out well; values alone are not.
    with ThreadPoolExecutor(os.cpu_count() if resampling.draws else 1) as pool:
        found = _together(pool.map(of_dataset, used))
    n_datasets = len(by_dataset)
    means = _means(found.sums, n_datasets, resampling.confidence)
    overall = _overall(found.sums, resampling, known)
    rows = [*found.rows, *overall, *_ranks(means, n_datasets)]
    seen = pd.concat(
        [
            everyone.people.assign(dataset=name, n_seen=everyone.n_seen, n_shown=everyone.n_shown)
            for name, everyone in everybody.items()
        ],
        ignore_index=True,
    )
    compared = means.get("error_consistency")
    whole = compared.people if compared else ()
    return Estimates(_table(rows), seen, means, whole, resampling)


@dataclass(frozen=True)
class _Sum:
    """One observer's metric, summed over datasets.

    Attributes:
        total: (1 + draws,), the sum over the datasets in which it is defined, less the crossed one.
        crossed: what the dataset of crossed factors adds, if there is one.
        defined: (1 + draws,), in how many datasets it is defined.
        n: in how many whole datasets its value is.
        units: the fewest units, images or exemplars, of any of the datasets.
    """

    total: Floats
    crossed: Crossed | None
    defined: npt.NDArray[np.integer]
    n: int
    units: int

    def __add__(self, other: "_Sum") -> "_Sum":
        return _Sum(
            self.total + other.total,
            self.crossed or other.crossed,
            self.defined + other.defined,
            self.n + other.n,
            min(self.units, other.units),
        )

    @property
    def mean(self) -> Draws:
        """One row."""
        return Draws(
            share(self.total, self.defined)[None],
            None if self.crossed is None else self.crossed / self.defined,
        )


Sums = Mapping[str, Mapping[Who, _Sum]]
"""Metric → observer → its sum."""


class _Found(NamedTuple):
    """What a part of the trials gives: rows of the table, and what means over datasets need."""

    rows: Sequence[Rows]
    sums: Sums


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
    units: npt.ArrayLike = 1,
    crossing: Crossing | None = None,
) -> dict[Who, _Sum]:
    """One dataset's part of the means over datasets.

    Single humans saw one dataset only and are left out.

    Args:
        people: (rows,), whose values they are.
        values: (rows, replicates).
        whole: (rows,), for whom the dataset counts; where the metric is undefined it does not.
        units: of how many units a share is taken, (rows,) or one number.
        crossing: of the replicates; None where these are the value and its draws.
    """
    counts = (whole & np.isfinite(values[:, 0])).tolist()
    of = np.broadcast_to(units, len(values)).tolist()
    found = {}
    for who, row, n, n_units in zip(people, values, counts, of, strict=True):
        if who[2] == "model" or who[1] == HUMANS:
            known = np.nan_to_num(row)
            crossed = crossing.crossed(known) if crossing else None
            defined = np.isfinite(row[: crossing.n_draws] if crossing else row)
            total = np.zeros(len(defined)) if crossing else known
            found[who] = _Sum(total, crossed, defined.astype(np.int16), int(n), n_units)
    return found


def _labels(people: pd.DataFrame) -> dict[str, npt.ArrayLike]:
    return {str(name): people[name].to_numpy(dtype=object) for name in people}


@dataclass(frozen=True)
class _Everyone:
    """The observers of a dataset and, as a last row, all its humans.

    Attributes:
        people: ``source, observer, observer_kind``.
        is_human: (observers,), without that row.
        n_seen: (people,), how many they saw of the images that humans saw in the conditions that
            count.
        n_shown: how many these are.
        whole: (people,), who saw all of them, and images of all conditions that count.
        compared: (people,), of whom that is true as of the humans, taken together.
        known: (observers,), whose rows are at hand.
        everywhere: (observers,), which of them are compared over all datasets.
    """

    people: pd.DataFrame
    is_human: Flags
    n_seen: npt.NDArray[np.integer]
    n_shown: int
    whole: Flags
    compared: Flags
    known: Flags
    everywhere: Flags

    def groups(
        self, measures: DatasetMeasures, each: int, *, of_one: bool = False
    ) -> Iterator[tuple[Places, bool]]:
        """Observers by their rows, a few at a time, and whether rows are wanted of them.

        Args:
            each: as `DatasetMeasures.groups` takes it.
            of_one: of a metric of one dataset, which compares also those known that saw no other.
        """
        wanted = ~self.known | self.is_human | self.everywhere | of_one
        for models in (self.known, ~self.known):
            for group in measures.groups(each, models & wanted):
                yield group, not self.known[group].any()

    def of(self, group: Places) -> tuple[Places, list[Who], dict[str, npt.ArrayLike]]:
        """Rows, names and labels of some observers and, if they are the humans, of all of these."""
        places = np.append(group, len(self.is_human)) if self.is_human[group].any() else group
        people = self.people.iloc[places]
        return places, list(people.itertuples(index=False, name=None)), _labels(people)


def _everyone(
    responses: Responses, source: str, settings: SummarySettings, known: Known | None
) -> _Everyone:
    columns = responses.conditions
    counted = settings.counted(EXPERIMENTS[responses.dataset])
    there = [columns.get(name, slice(0)) for name in counted]
    by_humans = responses.seen[responses.is_human].any(axis=0, keepdims=True)
    seen = np.concatenate([responses.seen, by_humans])
    shown = np.concatenate([seen[-1, images] for images in there])
    n_seen = (np.concatenate([seen[:, images] for images in there], axis=1) & shown).sum(axis=1)
    whole = np.all([seen[:, images].any(axis=1) for images in there], axis=0)
    whole &= n_seen == n_seen[-1]
    pooled = pd.DataFrame({"source": [source], "observer": [HUMANS], "observer_kind": ["human"]})
    people = pd.concat([responses.observers, pooled], ignore_index=True)
    compared = whole & whole[-1]
    names = list(zip(responses.observers["source"], responses.observers["observer"], strict=True))
    at_hand, everywhere = (
        np.array([who in each for who in names], dtype=bool)
        for each in ((known.models, known.everywhere) if known else ((), ()))
    )
    if known:
        at_hand |= responses.is_human
    n_shown = int(n_seen[-1])
    return _Everyone(
        people, responses.is_human, n_seen, n_shown, whole, compared, at_hand, everywhere
    )


def _seen(responses: Responses, group: Places, chosen: Flags) -> npt.NDArray[np.integer]:
    """How many of the chosen images each of a group saw, and all humans together."""
    counts = responses.seen[group][:, chosen].sum(axis=1)
    return np.append(counts, counts.sum()) if responses.is_human[group].any() else counts


def _units(measures: DatasetMeasures, group: Places, chosen: Flags) -> npt.NDArray[np.integer]:
    """How many images, or shape exemplars, each of a group saw, and all humans together.

    Args:
        measures: of a dataset.
        group: observers by their rows.
        chosen: (images,) or (group, images), the images that count.
    """
    responses = measures.responses
    seen = responses.seen[group] & chosen
    if responses.is_human[group].any():
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
    for group, wanted in everyone.groups(measures, 4):
        places, people, labels = everyone.of(group)
        labels["dataset"] = responses.dataset
        for condition, values in measures.accuracy(group, every=wanted):
            if not wanted and condition:
                continue
            chosen = measures.chosen(condition)
            rows, sums, units = [], {}, _units(measures, group, chosen)
            if wanted:
                n = _seen(responses, group, chosen)
                drawn = measures.bootstrap(values)
                about = labels | {"condition": condition}
                rows = [_rows("accuracy", drawn, about, n, resampling, units)]
            if condition == "":
                whole = everyone.whole[places]
                sums["ood_accuracy"] = _sums(people, values, whole, units, measures.crossing)
            yield _Found(rows, sums)


def _agreement_with_humans(measures: DatasetMeasures, everyone: _Everyone) -> Iterator[_Found]:
    resampling, humans = measures.settings.resampling, measures.humans
    if not len(humans):
        return
    for group, wanted in everyone.groups(measures, len(PAIR_METRICS) * len(humans)):
        places, people, labels = everyone.of(group)
        labels |= {"other": HUMANS, "dataset": measures.responses.dataset}
        compared = everyone.compared[places]
        # A pair of humans stands once.
        observer, human = np.nonzero(humans < group[:, None])
        pairs = humans[human], group[observer]
        for condition, found in measures.with_humans(group, every=wanted):
            if not wanted and condition:
                continue
            chosen = measures.chosen(condition)
            units = _units(measures, group, chosen)
            rows, sums = [], {}
            if wanted:
                kappas = found["error_consistency"][observer, human]
                rows.append(_kappas(measures, *pairs, condition, kappas))
            about = labels | {"condition": condition}
            for metric, values in found.items():
                mean = measures.to_humans(group, values)
                if wanted:
                    of = units if metric in _SHARES else None
                    drawn = measures.bootstrap(mean)
                    rows.append(_rows(metric, drawn, about, int(chosen.sum()), resampling, of))
                if condition == "":
                    sums[metric] = _sums(people, mean, compared, units, measures.crossing)
            yield _Found(rows, sums)
        bias = measures.kappa_bias(group)[:, None]
        yield _Found([], {"kappa_bias": _sums(people, bias, compared)})


def _agreement_of_models(measures: DatasetMeasures, everyone: _Everyone) -> Iterator[_Found]:
    models = np.flatnonzero(~measures.responses.is_human)
    first, second = (models[places] for places in np.triu_indices(len(models), k=1))
    wanted = ~(everyone.known[first] & everyone.known[second])
    first, second = first[wanted], second[wanted]
    for some in portions(len(first), measures.n_replicates + len(measures.responses.images)):
        pairs = first[some], second[some]
        for condition, found in measures.pairs(*pairs, ["error_consistency"]):
            kappas = found["error_consistency"]
            yield _Found([_kappas(measures, *pairs, condition, kappas)], {})


def _kappas(
    measures: DatasetMeasures, first: Places, second: Places, condition: str, kappas: Floats
) -> Rows:
    """Rows of the error consistency of pairs of observers, (pairs, replicates), in a condition."""
    responses = measures.responses
    other = responses.observers.iloc[second]
    labels = _labels(responses.observers.iloc[first]) | {
        "other_source": other["source"].to_numpy(dtype=object),
        "other": other["observer"].to_numpy(dtype=object),
        "dataset": responses.dataset,
        "condition": condition,
    }
    seen = responses.seen[:, measures.chosen(condition)]
    shared = (seen[first] & seen[second]).sum(axis=1)
    drawn = measures.bootstrap(kappas)
    return _rows("error_consistency", drawn, labels, shared, measures.settings.resampling)


def _shape(measures: DatasetMeasures, everyone: _Everyone) -> Iterator[_Found]:
    responses, resampling = measures.responses, measures.settings.resampling
    category_of = responses.images["category"].to_numpy()
    conflict = ~(responses.cue == "agree").any(axis=0)
    named = (responses.cue == "shape") | (responses.cue == "texture")
    each = len(CUE_METRICS) * len(set(category_of))
    for group, wanted in everyone.groups(measures, each, of_one=True):
        places, people, labels = everyone.of(group)
        labels["dataset"] = responses.dataset
        shape = measures.shape(group)
        rows = []
        for metric, by_category in shape.items() if wanted else ():
            for category, values in by_category.items():
                chosen = conflict & ((category_of == category) | (category == ""))
                n = _seen(responses, group, chosen)
                counted = chosen & named[group] if metric.startswith("shape_bias") else chosen
                units = _units(measures, group, counted)
                about = labels | {"category": category}
                rows.append(_rows(metric, measures.bootstrap(values), about, n, resampling, units))
        pooled, whole = shape["shape_bias"][""], everyone.whole[places]
        crossing = measures.crossing
        yield _Found(rows, {"shape_bias": _sums(people, pooled, whole, crossing=crossing)})


def _averages(sums: Sums, metric: str, confidence: float) -> dict[Who, Draws]:
    """Each observer's mean over datasets."""
    averages = {who: each.mean for who, each in sums.get(metric, {}).items()}
    averages = {who: replace(each, confidence=confidence) for who, each in averages.items()}
    if metric == "error_consistency":
        bias = {who: each.mean.plain[0, 0] for who, each in sums.get("kappa_bias", {}).items()}
        return {who: each.recentred(bias[who]) for who, each in averages.items()}
    return averages


def _overall(sums: Sums, resampling: Resampling, known: Known | None) -> Iterator[Rows]:
    """Rows of the means over datasets."""
    for metric in ("ood_accuracy", *PAIR_METRICS):
        averages = {
            who: each
            for who, each in _averages(sums, metric, resampling.confidence).items()
            if not known or (who[:2] not in known.models and who[1] != HUMANS)
        }
        if averages:
            found = [sums[metric][who] for who in averages]
            # A mean over datasets is of as many units as the smallest dataset has, in each.
            units = [each.n * each.units for each in found] if metric in _SHARES else None
            labels = _person_labels(averages) | {
                "other": "" if metric == "ood_accuracy" else HUMANS
            }
            values = np.concatenate([each.values for each in averages.values()])
            yield _rows(metric, values, labels, [each.n for each in found], resampling, units)


def _means(sums: Sums, n_datasets: int, confidence: float) -> dict[str, Means]:
    """What tests compare: see `Estimates.means`."""
    means = {}
    for metric in ("shape_bias", "ood_accuracy", *PAIR_METRICS):
        # Only observers with all datasets are comparable over datasets.
        whole = {
            who: drawn
            for who, drawn in _averages(sums, metric, confidence).items()
            if metric == "shape_bias" or sums[metric][who].n == n_datasets
        }
        # Who was known stands among the others.
        whole = dict(sorted(whole.items(), key=lambda each: (each[0][1] != HUMANS, each[0][:2])))
        if whole:
            means[metric] = Means(list(whole), together(list(whole.values())))
    return means


def _ranks(means: Mapping[str, Means], n_datasets: int) -> Iterator[Rows]:
    """Rows of the models' mean ranks, if any model is ranked."""
    if "error_consistency" not in means:
        return
    ranked = [who for who in means["error_consistency"].people if who[1] != HUMANS]
    if ranked:
        drawn = [means[metric].of(ranked) for metric in PAIR_METRICS]
        ranks = mean_ranks(*(each.values[:, 0] for each in drawn))
        squares, observed, consistent = drawn
        squared = correct_bias(squares.values, *_RANGE["accuracy_difference"])
        ends = mean_rank_sets(squared, observed, consistent)
        yield _labelled("mean_rank", ranks, ends, _person_labels(ranked), n_datasets)


def _person_labels(people: Iterable[Who]) -> dict[str, npt.ArrayLike]:
    columns = zip(*people, strict=True)
    return dict(zip(("source", "observer", "observer_kind"), map(list, columns), strict=True))
