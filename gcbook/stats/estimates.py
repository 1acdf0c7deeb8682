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
from itertools import chain, compress
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
        seen: of each observer in each dataset, ``source, observer, observer_kind, dataset``; of
            the conditions that count, those of which it saw images, ``conditions``; and how many
            of the images that humans saw in them, ``n_seen`` of ``n_shown``.
        means: by metric, over all datasets.
        resampling: how they were drawn.
    """

    estimates: pd.DataFrame
    seen: pd.DataFrame
    means: Mapping[str, Means]
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
    found, seen = _measured(by_dataset, settings, all_pairs=all_pairs)
    n_datasets = len(by_dataset)
    means = _means(found.sums, n_datasets)
    overall = _overall(found.sums, resampling)
    rows = [*found.rows, *overall, *_ranks(means, n_datasets, resampling)]
    return Estimates(_table(rows), seen, means, resampling)


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
) -> "tuple[_Found, pd.DataFrame]":
    """Everything of every dataset, and who saw what of it.

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

    def of_dataset(name: str) -> "tuple[_Found, pd.DataFrame]":
        responses, wanted = by_dataset[name], None
        if own:
            who = responses.observers
            reference = (who["source"] == REFERENCE[0]) & (who["observer"] == REFERENCE[1])
            wanted = np.flatnonzero(responses.is_model & (reference | ~is_published(who["source"])))
        dataset = _Dataset(DatasetMeasures(responses, factors[name], settings, wanted), humans)
        parts = chain(
            dataset.accuracies(),
            dataset.agreement_with_humans(),
            dataset.agreement_of_models() if all_pairs else (),
            dataset.shape() if name == "cue-conflict" else (),
        )
        found = _together(_apart(parts, name) if own else parts)
        return found, dataset.coverage.iloc[np.flatnonzero(dataset.seen.any(axis=1))]

    # Resampling is arithmetic on long arrays, which threads share out well; values alone are not.
    with ThreadPoolExecutor(os.cpu_count() if settings.resampling.draws else 1) as pool:
        found, seen = zip(*pool.map(of_dataset, by_dataset), strict=True)
    return _together(found), pd.concat(seen, ignore_index=True)


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


def _labels(people: pd.DataFrame) -> dict[str, npt.ArrayLike]:
    return {str(name): people[name].to_numpy(dtype=object) for name in people}


@dataclass(frozen=True)
class _Dataset:
    """What one dataset gives; its people are its observers and, last, all humans and each class.

    Attributes:
        measures: its metrics.
        source: of all humans.
    """

    measures: DatasetMeasures
    source: str

    @property
    def responses(self) -> Responses:
        return self.measures.responses

    @cached_property
    def people(self) -> pd.DataFrame:
        """``source, observer, observer_kind``."""
        observers = self.responses.observers
        named = [(self.source, HUMANS, "human")]
        named += [(each, class_name(each), CLASS) for each in self.responses.classes]
        pooled = pd.DataFrame(named, columns=list(observers.columns), dtype="str")
        return pd.concat([observers, pooled], ignore_index=True)

    @cached_property
    def seen(self) -> Flags:
        """(people, images), what each saw, or any of them."""
        each, pooled = self.responses.seen, [self.measures.humans, *self.responses.classes.values()]
        return np.stack([*each, *(each[rows].any(axis=0) for rows in pooled)])

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """See `Estimates.seen`."""
        humans, columns = len(self.responses.observers), self.responses.conditions
        counted = self.measures.settings.counted(EXPERIMENTS[self.responses.dataset])
        parts = [self.seen[:, columns.get(name, slice(0))] for name in counted]
        there = np.array([part.any(axis=1) for part in parts]).T
        n_seen = np.sum([(part & part[humans]).sum(axis=1) for part in parts], axis=0)
        return self.people.assign(
            dataset=self.responses.dataset,
            conditions=pd.Series([tuple(compress(counted, row)) for row in there], dtype=object),
            n_seen=n_seen,
            n_shown=n_seen[humans],
        )

    @cached_property
    def whole(self) -> Flags:
        """(people,), who saw images of all conditions that count, and all that humans saw."""
        counted = self.measures.settings.counted(EXPERIMENTS[self.responses.dataset])
        every = self.coverage["conditions"].str.len() == len(counted)
        return (every & (self.coverage["n_seen"] == self.coverage["n_shown"])).to_numpy()

    @cached_property
    def compared(self) -> Flags:
        """(people,), of whom that is true as of the humans, taken together."""
        return np.asarray(self.whole & self.whole[len(self.responses.observers)])

    @cached_property
    def is_reference(self) -> Flags:
        """(people,), who is `REFERENCE`."""
        source, name = REFERENCE
        return ((self.people["source"] == source) & (self.people["observer"] == name)).to_numpy()

    def places(self, group: Places) -> Places:
        """Rows of some observers; of the humans with the pooled one, of a class that one alone."""
        humans = len(self.responses.observers)
        for i, rows in enumerate(self.responses.classes.values(), start=1):
            if len(group) and group[0] == rows[0]:
                return np.array([humans + i])
        return np.append(group, humans) if self.responses.is_human[group].any() else group

    def pooled(self, group: Places, each: npt.NDArray[Any], together: Any) -> npt.NDArray[Any]:
        """As many rows as `places`, from those of the group and what makes one of all."""
        last, humans = self.places(group)[-1], len(self.responses.observers)
        if last < humans:
            return each
        of_all = together(each, axis=0)[None]
        return np.concatenate([each, of_all]) if last == humans else np.asarray(of_all)

    def n_seen(self, group: Places, chosen: Flags) -> npt.NDArray[np.integer]:
        """How many of the chosen images each of a group saw, and all of it together."""
        return self.pooled(group, self.responses.seen[group][:, chosen].sum(axis=1), np.sum)

    def units(self, group: Places, chosen: Flags) -> npt.NDArray[np.integer]:
        """How many images, or shape exemplars, each of a group saw, and all of it together.

        Args:
            chosen: (images,) or (group, images), the images that count.
        """
        seen = self.pooled(group, self.responses.seen[group] & chosen, np.any)
        # Where images are drawn by exemplar there is one condition.
        first, *_ = next(iter(self.measures.factors.values()))
        if first.name != SHAPES:
            return np.asarray(seen.sum(axis=1))
        unit = first.unit
        assert unit is not None
        shown = seen.astype(np.float32) @ (unit[:, None] == np.unique(unit)).astype(np.float32)
        return np.asarray((shown > 0).sum(axis=1))

    def rows(
        self,
        metric: str,
        places: Places,
        values: Floats,
        n: npt.ArrayLike,
        units: npt.ArrayLike | None = None,
        **labels: npt.ArrayLike,
    ) -> Rows:
        """Rows of people by their places, see `_rows`; values are (rows, replicates)."""
        about = _labels(self.people.iloc[places]) | {"dataset": self.responses.dataset} | labels
        drawn = self.measures.bootstrap(values)
        return _rows(metric, drawn, about, n, self.measures.settings.resampling, units)

    def sums(
        self, places: Places, values: Floats, whole: Flags, units: npt.ArrayLike = 1
    ) -> dict[Who, _Sum]:
        """This dataset's part of the means over datasets.

        Single humans saw one dataset only and are left out.

        Args:
            places: (rows,), whose values they are.
            values: (rows, replicates).
            whole: (rows,), for whom the dataset counts; where the metric is undefined it does not.
            units: of how many units a share is taken, (rows,) or one number.
        """
        drawn, spread = self.measures.bootstrap(values), self.measures.spread(values)
        counts = (whole & np.isfinite(values[:, 0])).tolist()
        of = np.broadcast_to(units, len(values)).tolist()
        people = self.people.iloc[places].itertuples(index=False, name=None)
        found = {}
        for i, who in enumerate(people):
            if who[2] != "human" or who[1] == HUMANS:
                total, defined = np.nan_to_num(drawn[i]), np.isfinite(drawn[i]).astype(np.int16)
                found[who] = _Sum(total, spread.rows([i]), defined, int(counts[i]), of[i])
        return found

    def accuracies(self) -> Iterator[_Found]:
        for group in self.measures.groups(4):
            places = self.places(group)
            for condition, values in self.measures.accuracy(group):
                chosen = self.measures.chosen(condition)
                n, units = self.n_seen(group, chosen), self.units(group, chosen)
                rows = self.rows("accuracy", places, values, n, units, condition=condition)
                sums = {}
                if condition == "":
                    sums["ood_accuracy"] = self.sums(places, values, self.whole[places], units)
                yield _Found([rows], sums)

    def agreement_with_humans(self) -> Iterator[_Found]:
        measures, humans = self.measures, self.measures.humans
        if not len(humans):
            return
        for group in measures.groups(len(PAIR_METRICS) * len(humans)):
            places, compared = self.places(group), self.compared[self.places(group)]
            of_class = bool((places > len(self.responses.observers)).any())
            # A pair of humans stands once.
            observer, human = np.nonzero(humans < group[:, None])
            pairs = humans[human], group[observer]
            if of_class:
                pairs = humans, np.repeat(places, len(humans))
            for condition, found in measures.with_humans(group):
                chosen = measures.chosen(condition)
                units = self.units(group, chosen)
                kappas = found["error_consistency"]
                kappas = mean_defined(kappas) if of_class else kappas[observer, human]
                rows, sums = [self.kappas(*pairs, condition, kappas)], {}
                about = {"other": HUMANS, "condition": condition}
                for metric, values in found.items():
                    mean = measures.to_humans(group, values)
                    of = units if metric in _SHARES else None
                    rows.append(self.rows(metric, places, mean, int(chosen.sum()), of, **about))
                    if condition == "":
                        sums[metric] = self.sums(places, mean, compared, units)
                yield _Found(rows, sums)
            bias = measures.kappa_bias(group)[:, None]
            yield _Found([], {"kappa_bias": self.sums(places, bias, compared)})

    def agreement_of_models(self) -> Iterator[_Found]:
        measures, metric = self.measures, "error_consistency"
        models = np.flatnonzero(self.responses.is_model)
        first, second = (models[places] for places in np.triu_indices(len(models), k=1))
        if measures.models is not None:
            own = ~is_published(self.people["source"]).to_numpy()
            first, second = first[own[first] | own[second]], second[own[first] | own[second]]
        numbers = measures.n_replicates + len(self.responses.images)
        for some in portions(len(first), numbers):
            pairs = first[some], second[some]
            for condition, found in measures.pairs(*pairs, [metric]):
                yield self.of_pairs(*pairs, condition, found[metric])
        for people in self.responses.classes.values():
            for some in portions(len(models), numbers * len(people)):
                others = models[some]
                each = np.repeat(people, len(others)), np.tile(others, len(people))
                pairs = others, np.repeat(self.places(people), len(others))
                for condition, found in measures.pairs(*each, [metric]):
                    kappas = found[metric].reshape(len(people), len(others), -1)
                    yield self.of_pairs(*pairs, condition, mean_defined(kappas))

    def of_pairs(self, first: Places, second: Places, condition: str, kappas: Floats) -> _Found:
        """Rows of pairs and, of those of an own observer and `REFERENCE`, sums over datasets."""
        rows = [self.kappas(first, second, condition, kappas)]
        if self.measures.models is None or condition != "":
            return _Found(rows, {})
        reference, whole = self.is_reference, self.whole[first] & self.whole[second]
        chosen = reference[first] | reference[second]
        sides = np.where(reference[first], second, first)[chosen]
        return _Found(rows, {TO_REFERENCE: self.sums(sides, kappas[chosen], whole[chosen])})

    def kappas(self, first: Places, second: Places, condition: str, kappas: Floats) -> Rows:
        """Rows of the error consistency of pairs of people, (pairs, replicates), in a condition."""
        seen, other = self.seen[:, self.measures.chosen(condition)], self.people.iloc[second]
        about: dict[str, npt.ArrayLike] = {
            "other_source": other["source"].to_numpy(dtype=object),
            "other": other["observer"].to_numpy(dtype=object),
            "condition": condition,
        }
        shared = (seen[first] & seen[second]).sum(axis=1)
        return self.rows("error_consistency", first, kappas, shared, **about)

    def shape(self) -> Iterator[_Found]:
        cue = self.responses.cue
        category_of = self.responses.images["category"].to_numpy()
        conflict, named = ~(cue == "agree").any(axis=0), (cue == "shape") | (cue == "texture")
        for group in self.measures.groups(len(CUE_METRICS) * len(set(category_of))):
            places, shape, rows = self.places(group), self.measures.shape(group), []
            for metric, by_category in shape.items():
                for category, values in by_category.items():
                    chosen = conflict & ((category_of == category) | (category == ""))
                    counted = chosen & named[group] if metric.startswith("shape_bias") else chosen
                    n, units = self.n_seen(group, chosen), self.units(group, counted)
                    rows.append(self.rows(metric, places, values, n, units, category=category))
            sums = self.sums(places, shape["shape_bias"][""], self.whole[places])
            yield _Found(rows, {"shape_bias": sums})


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
