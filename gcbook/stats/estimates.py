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
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import HUMANS
from gcbook.stats.agreement import PAIR_METRICS
from gcbook.stats.comparisons import Who, compare, mean_rank_sets, mean_ranks
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.measures import DatasetMeasures, portions
from gcbook.stats.metrics import CUE_METRICS, human_source, share
from gcbook.stats.panel import Panel, image_factors, make_panels
from gcbook.stats.resampling import Resampling, centred, correct_bias

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

Labels = Mapping[str, npt.ArrayLike]


@dataclass(frozen=True)
class Estimates:
    """The tables.

    Attributes:
        estimates: the values, with `ESTIMATE_COLUMNS`.
        seen: of each observer in each dataset, ``source, observer, observer_kind, dataset, n_seen,
            n_shown``: how many of the images that humans saw in the conditions that count.
        means: metric → observer → (1 + draws,), over all datasets.
        resampling: how they were drawn.
    """

    estimates: pd.DataFrame
    seen: pd.DataFrame
    means: Mapping[str, Mapping[Who, Floats]]
    resampling: Resampling

    @cached_property
    def tests(self) -> pd.DataFrame:
        """See `gcbook.stats.comparisons.compare`."""
        return compare(self.means, self.resampling)


def estimate(
    trials: pd.DataFrame, settings: SummarySettings | None = None, *, all_pairs: bool = True
) -> Estimates:
    """Compute every value, interval and test of the book from trials.

    Args:
        settings: conventions and resampling; the benchmark's by default.
        all_pairs: also compare models with models, which the benchmark tables do not need.
    """
    settings = settings or SummarySettings()
    panels = make_panels(settings.choose(trials))
    factors = image_factors(panels)
    humans = human_source(
        source for panel in panels.values() for source in panel.observers["source"][panel.is_human]
    )
    everybody = {name: _everyone(panel, humans, settings) for name, panel in panels.items()}
    rows, overall = _Rows(settings.resampling), _Overall()

    def of_dataset(name: str) -> tuple[_Rows, _Overall]:
        own_rows, own = _Rows(settings.resampling), _Overall()
        measures = DatasetMeasures(panels[name], factors[name], settings)
        everyone = everybody[name]
        _add_accuracy(own_rows, measures, everyone, own)
        _add_to_humans(own_rows, measures, everyone, own)
        if all_pairs:
            _add_models(own_rows, measures)
        if name == "cue-conflict":
            _add_shape(own_rows, measures, everyone, own)
        return own_rows, own

    # Resampling is arithmetic on long arrays, which threads share out well; values alone are not.
    with ThreadPoolExecutor(os.cpu_count() if settings.resampling.draws else 1) as pool:
        for own_rows, own in pool.map(of_dataset, panels):
            rows.extend(own_rows)
            overall.extend(own)
    means = _add_overall(rows, overall, set(panels))
    seen = pd.concat(
        [
            everyone.people.assign(dataset=name, n_seen=everyone.n_seen, n_shown=everyone.n_shown)
            for name, everyone in everybody.items()
        ],
        ignore_index=True,
    )
    return Estimates(rows.table(), seen, means, settings.resampling)


class _Rows:
    """Collects rows of the estimates, a block of draws at a time."""

    def __init__(self, resampling: Resampling) -> None:
        self.resampling = resampling
        self._blocks: list[dict[str, Any]] = []

    def add(
        self,
        metric: str,
        values: Floats,
        labels: Labels,
        n: npt.ArrayLike,
        units: npt.ArrayLike | None = None,
    ) -> None:
        """Add one row for each row of ``values`` (rows, 1 + draws).

        ``units`` is given for shares: how many images, or exemplars, they are taken of.
        """
        within = _RANGE.get(metric)
        low, high = self.resampling.interval(values, n=units, within=within)
        if within:
            # Without an error there is no difference, in any resample: that says nothing about
            # other images.
            low, high = (np.where(low < high, end, np.nan) for end in (low, high))
        # A copy: a view would keep all draws.
        self.put(metric, values[:, 0].copy(), (low, high), labels, n)

    def put(
        self,
        metric: str,
        values: Floats,
        ends: tuple[Floats, Floats],
        labels: Labels,
        n: npt.ArrayLike,
    ) -> None:
        """Add one row for each of ``values`` (rows,), whose ends are known."""
        block = {"metric": metric, "value": values, "low": ends[0], "high": ends[1], "n": n}
        self._blocks.append(dict.fromkeys(ESTIMATE_KEYS, "") | block | dict(labels))

    def extend(self, others: "_Rows") -> None:
        self._blocks += others._blocks

    def table(self) -> pd.DataFrame:
        lengths = [len(block["value"]) for block in self._blocks]
        columns = {
            name: np.concatenate(
                [
                    each if np.ndim(each) else np.full(n, each, dtype=object)
                    for each, n in zip((b[name] for b in self._blocks), lengths, strict=True)
                ]
            )
            for name in ESTIMATE_COLUMNS
        }
        table = pd.DataFrame(columns).astype(dict.fromkeys(ESTIMATE_KEYS, "str") | {"n": "int64"})
        return table.sort_values(list(ESTIMATE_KEYS), ignore_index=True)


class _Overall:
    """Each observer's metrics on each dataset, summed up for the means over datasets."""

    def __init__(self) -> None:
        # The sum, in how many datasets it is defined, in how many it counts, and the fewest units.
        self._found: dict[str, dict[Who, list[Any]]] = {}

    def add(
        self,
        metric: str,
        people: Sequence[Who],
        values: Floats,
        whole: Flags,
        units: npt.ArrayLike = 1,
    ) -> None:
        """Take the models and the pooled humans; single humans saw one dataset only.

        ``whole`` says for whom the dataset counts; where the metric is undefined it does not.
        """
        counts = (whole & np.isfinite(values[:, 0])).tolist()
        each = np.broadcast_to(units, len(values)).tolist()
        for who, row, counted, of in zip(people, values, counts, each, strict=True):
            if who[2] == "model" or who[1] == HUMANS:
                defined = np.isfinite(row)
                self._add(metric, who, np.where(defined, row, 0), defined, int(counted), of)

    def extend(self, others: "_Overall") -> None:
        for metric, by_who in others._found.items():
            for who, found in by_who.items():
                self._add(metric, who, *found)

    def _add(
        self, metric: str, who: Who, total: Floats, defined: npt.ArrayLike, n: int, units: int
    ) -> None:
        found = self._found.setdefault(metric, {}).setdefault(who, [0.0, 0.0, 0, units])
        found[:] = found[0] + total, found[1] + defined, found[2] + n, min(found[3], units)

    def means(self, metric: str) -> dict[Who, Floats]:
        """Means over the datasets where the metric is defined, (1 + draws,)."""
        return {who: share(*found[:2]) for who, found in self._found.get(metric, {}).items()}

    def n(self, metric: str) -> dict[Who, int]:
        """How many datasets count."""
        return {who: found[2] for who, found in self._found.get(metric, {}).items()}

    def units(self, metric: str) -> list[int]:
        """Of how many units the means are at least: those of the smallest dataset, in each."""
        return [n * fewest for _, _, n, fewest in self._found[metric].values()]


def _labels(people: pd.DataFrame) -> dict[str, npt.ArrayLike]:
    return {str(name): people[name].to_numpy(dtype=object) for name in people}


@dataclass(frozen=True)
class _Everyone:
    """The observers of a panel and, as a last row, all its humans.

    Attributes:
        people: ``source, observer, observer_kind``.
        is_human: (observers,), of the panel.
        n_seen: (people,), how many they saw of the images that humans saw in the conditions that
            count.
        n_shown: how many these are.
        whole: (people,), who saw all of them, and images of all conditions that count.
        compared: (people,), of whom that is true as of the humans, taken together.
    """

    people: pd.DataFrame
    is_human: Flags
    n_seen: npt.NDArray[np.integer]
    n_shown: int
    whole: Flags
    compared: Flags

    def of(self, group: Places) -> tuple[Places, list[Who], dict[str, npt.ArrayLike]]:
        """Rows, names and labels of some observers and, if they are the humans, of all of these."""
        places = np.append(group, len(self.is_human)) if self.is_human[group].any() else group
        people = self.people.iloc[places]
        return places, list(people.itertuples(index=False, name=None)), _labels(people)


def _everyone(panel: Panel, source: str, settings: SummarySettings) -> _Everyone:
    columns = panel.conditions
    counted = settings.counted(EXPERIMENTS[panel.dataset])
    there = [columns.get(name, slice(0)) for name in counted]
    seen = np.concatenate([panel.seen, panel.seen[panel.is_human].any(axis=0, keepdims=True)])
    shown = np.concatenate([seen[-1, images] for images in there])
    n_seen = (np.concatenate([seen[:, images] for images in there], axis=1) & shown).sum(axis=1)
    whole = np.all([seen[:, images].any(axis=1) for images in there], axis=0)
    whole &= n_seen == n_seen[-1]
    pooled = pd.DataFrame({"source": [source], "observer": [HUMANS], "observer_kind": ["human"]})
    people = pd.concat([panel.observers, pooled], ignore_index=True)
    compared = whole & whole[-1]
    return _Everyone(people, panel.is_human, n_seen, int(n_seen[-1]), whole, compared)


def _seen(panel: Panel, group: Places, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.integer]:
    """How many of the chosen images each of a group saw, and all humans together."""
    counts = panel.seen[group][:, chosen].sum(axis=1)
    return np.append(counts, counts.sum()) if panel.is_human[group].any() else counts


def _units(
    measures: DatasetMeasures, group: Places, chosen: npt.NDArray[np.bool_]
) -> npt.NDArray[np.integer]:
    """How many images, or shape exemplars, each of a group saw, and all humans together.

    Args:
        measures: of a dataset.
        group: rows of the panel.
        chosen: (images,) or (group, images), the images that count.
    """
    panel = measures.panel
    seen = panel.seen[group] & chosen
    if panel.is_human[group].any():
        seen = np.concatenate([seen, seen.any(axis=0, keepdims=True)])
    # Where images are drawn by exemplar there is one condition.
    unit = next(iter(measures.factors.values()))[0].unit
    if unit is None:
        return np.asarray(seen.sum(axis=1))
    shown = seen.astype(np.float32) @ (unit[:, None] == np.unique(unit)).astype(np.float32)
    return (shown > 0).sum(axis=1)


def _add_accuracy(
    rows: _Rows, measures: DatasetMeasures, everyone: _Everyone, overall: _Overall
) -> None:
    panel = measures.panel
    for group in measures.groups(4):
        places, names, labels = everyone.of(group)
        labels["dataset"] = panel.dataset
        for condition, values in measures.accuracy(group):
            n = _seen(panel, group, measures.chosen(condition))
            units = _units(measures, group, measures.chosen(condition))
            near = measures.narrowed(values)
            rows.add("accuracy", near, labels | {"condition": condition}, n, units)
            if condition == "":
                overall.add("ood_accuracy", names, near, everyone.whole[places], units)


def _add_to_humans(
    rows: _Rows, measures: DatasetMeasures, everyone: _Everyone, overall: _Overall
) -> None:
    panel, humans = measures.panel, measures.humans
    if not len(humans):
        return
    for group in measures.groups(len(PAIR_METRICS) * len(humans)):
        places, names, labels = everyone.of(group)
        labels |= {"other": HUMANS, "dataset": panel.dataset}
        # A pair of humans stands once.
        observer, human = np.nonzero(humans < group[:, None])
        add_pairs = _pair_adder(rows, measures, humans[human], group[observer])
        for condition, found in measures.with_humans(group):
            add_pairs(condition, found["error_consistency"][observer, human])
            n = int(measures.chosen(condition).sum())
            units = _units(measures, group, measures.chosen(condition))
            for metric, values in found.items():
                mean = measures.narrowed(measures.to_humans(group, values))
                shares = units if metric in _SHARES else None
                rows.add(metric, mean, labels | {"condition": condition}, n, shares)
                if condition == "":
                    overall.add(metric, names, mean, everyone.compared[places], units)
        bias = measures.kappa_bias(group)[:, None]
        overall.add("kappa_bias", names, bias, everyone.compared[places])


def _add_models(rows: _Rows, measures: DatasetMeasures) -> None:
    models = np.flatnonzero(~measures.panel.is_human)
    first, second = (models[places] for places in np.triu_indices(len(models), k=1))
    for some in portions(len(first), measures.n_draws + len(measures.panel.images)):
        pair = first[some], second[some]
        add_pairs = _pair_adder(rows, measures, *pair)
        for condition, found in measures.pairs(*pair, ["error_consistency"]):
            add_pairs(condition, found["error_consistency"])


def _pair_adder(
    rows: _Rows, measures: DatasetMeasures, first: Places, second: Places
) -> Callable[[str, Floats], None]:
    """Return what adds the error consistency of these pairs in a condition."""
    panel = measures.panel
    other = panel.observers.iloc[second]
    labels = _labels(panel.observers.iloc[first]) | {
        "other_source": other["source"].to_numpy(dtype=object),
        "other": other["observer"].to_numpy(dtype=object),
        "dataset": panel.dataset,
    }

    def add(condition: str, kappas: Floats) -> None:
        seen = panel.seen[:, measures.chosen(condition)]
        shared = (seen[first] & seen[second]).sum(axis=1)
        near = measures.narrowed(kappas)
        rows.add("error_consistency", near, labels | {"condition": condition}, shared)

    return add


def _add_shape(
    rows: _Rows, measures: DatasetMeasures, everyone: _Everyone, overall: _Overall
) -> None:
    panel = measures.panel
    category_of = panel.images["category"].to_numpy()
    conflict = ~(panel.cue == "agree").any(axis=0)
    named = (panel.cue == "shape") | (panel.cue == "texture")
    for group in measures.groups(len(CUE_METRICS) * len(set(category_of))):
        places, names, labels = everyone.of(group)
        labels["dataset"] = panel.dataset
        shape = measures.shape(group)
        for metric, by_category in shape.items():
            for category, values in by_category.items():
                chosen = conflict & ((category_of == category) | (category == ""))
                n = _seen(panel, group, chosen)
                counted = chosen & named[group] if metric.startswith("shape_bias") else chosen
                units = _units(measures, group, counted)
                near = measures.narrowed(values)
                rows.add(metric, near, labels | {"category": category}, n, units)
        near = measures.narrowed(shape["shape_bias"][""])
        overall.add("shape_bias", names, near, everyone.whole[places])


def _add_overall(
    rows: _Rows, overall: _Overall, datasets: set[str]
) -> dict[str, dict[Who, Floats]]:
    """Means over datasets, and ranks; returns the draws that the tests compare."""
    means: dict[str, dict[Who, Floats]] = {"shape_bias": overall.means("shape_bias")}
    for metric in ("ood_accuracy", *PAIR_METRICS):
        averaged = overall.means(metric)
        if metric == "error_consistency":
            bias = overall.means("kappa_bias")
            averaged = {who: centred(draws, bias[who][0]) for who, draws in averaged.items()}
        n = overall.n(metric)
        if averaged:
            labels = _person_labels(averaged) | {
                "other": "" if metric == "ood_accuracy" else HUMANS
            }
            shares = overall.units(metric) if metric in _SHARES else None
            rows.add(metric, np.stack(list(averaged.values())), labels, list(n.values()), shares)
        # Only observers with all datasets are comparable over datasets.
        whole = [who for who in averaged if n[who] == len(datasets)]
        means[metric] = {
            who: correct_bias(averaged[who], *_RANGE[metric]) if metric in _RANGE else averaged[who]
            for who in whole
        }
    ranked = [who for who in means["error_consistency"] if who[1] != HUMANS]
    if ranked:
        drawn = [np.stack([means[metric][who] for who in ranked]) for metric in PAIR_METRICS]
        ranks = mean_ranks(*(values[:, 0] for values in drawn))
        ends = mean_rank_sets(*drawn, confidence=rows.resampling.confidence)
        rows.put("mean_rank", ranks, ends, _person_labels(ranked), len(datasets))
    return means


def _person_labels(people: Iterable[Who]) -> dict[str, npt.ArrayLike]:
    columns = zip(*people, strict=True)
    return dict(zip(("source", "observer", "observer_kind"), map(list, columns), strict=True))
