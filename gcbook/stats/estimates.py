"""One long table of values with intervals, and the paired tests: all that the book shows.

A row of the estimates says which metric of whom, on what, with which value:

``metric, source, observer, observer_kind, other_source, other, dataset, condition, category, value,
low, high, n``

Strings are empty where they do not apply. ``dataset == ""`` is the mean over datasets,
``condition == ""`` the aggregate over the counted conditions, ``category == ""`` all categories.
``observer == "humans"`` are all humans of a dataset, ``other == "humans"`` means compared with each
human and averaged. ``n`` is the number of images (for pooled humans: trials) behind a value, for a
mean over datasets the number of datasets.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.paper.observers import HUMANS
from gcbook.stats.agreement import PAIR_METRICS
from gcbook.stats.comparisons import Who, compare, mean_ranks
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.measures import DatasetMeasures, mean_defined, measure, shape_measures
from gcbook.stats.panel import Panel, human_factor, image_factors, make_panels
from gcbook.stats.resampling import Resampling, correct_bias

__all__ = ["ESTIMATE_COLUMNS", "ESTIMATE_KEYS", "Estimates", "estimate"]

Floats = npt.NDArray[np.floating]

ESTIMATE_COLUMNS = (
    "metric",
    "source",
    "observer",
    "observer_kind",
    "other_source",
    "other",
    "dataset",
    "condition",
    "category",
    "value",
    "low",
    "high",
    "n",
)
_RANGE = {"accuracy_difference": (0.0, 1.0), "error_consistency": (-1.0, 1.0)}
"""The metrics whose plug-in estimate is biased, with their range."""

ESTIMATE_KEYS = tuple(
    name for name in ESTIMATE_COLUMNS if name not in ("value", "low", "high", "n")
)
"""The columns that say what a row is about."""

Labels = Mapping[str, npt.ArrayLike]


@dataclass(frozen=True)
class Estimates:
    """The two tables."""

    estimates: pd.DataFrame
    tests: pd.DataFrame


def estimate(
    trials: pd.DataFrame, settings: SummarySettings | None = None, *, all_pairs: bool = True
) -> Estimates:
    """Compute every value, interval and test of the book from trials.

    Args:
        trials: a trials table.
        settings: conventions and resampling; the benchmark's by default.
        all_pairs: also compare models with models, which the benchmark tables do not need.
    """
    settings = settings or SummarySettings()
    panels = make_panels(settings.choose(trials))
    resampling = settings.resampling
    of_humans = resampling if settings.resample_observers else replace(resampling, draws=0)
    factors = image_factors(panels)
    rows, overall = _Rows(resampling), _Overall()
    for name, panel in panels.items():
        weights = resampling.weights(*factors[name])
        human_weights = of_humans.weights(human_factor(panel))
        human_weights = np.broadcast_to(human_weights, (len(weights), human_weights.shape[1]))
        measures = measure(panel, weights, human_weights, settings, all_pairs=all_pairs)
        _add_accuracy(rows, measures, overall)
        _add_pairs(rows, measures)
        _add_to_humans(rows, measures, overall)
        if name == "cue-conflict":
            _add_shape(rows, panel, shape_measures(panel, weights, human_weights), overall)
    means = _add_overall(rows, overall, set(panels))
    return Estimates(rows.table(), compare(means, resampling))


class _Rows:
    """Collects rows of the estimates, a block of draws at a time."""

    def __init__(self, resampling: Resampling) -> None:
        self._resampling = resampling
        self._blocks: list[dict[str, npt.NDArray[Any]]] = []

    def add(
        self,
        metric: str,
        values: Floats,
        labels: Labels,
        n: npt.ArrayLike,
        answers: npt.ArrayLike | None = None,
    ) -> None:
        """Add one row for each row of ``values`` (rows, 1 + draws).

        ``answers`` is given for proportions: the number of answers they are taken of.
        """
        if metric in _RANGE:
            low, high = self._resampling.interval(correct_bias(values, *_RANGE[metric]))
            # An observer without an error has kappa 0 with anyone, in every resample: that says
            # nothing about other images.
            low, high = (np.where(low < high, end, np.nan) for end in (low, high))
        else:
            low, high = self._resampling.interval(values, n=answers)
        block = {"metric": metric, "value": values[:, 0], "low": low, "high": high, "n": n}
        filled = dict.fromkeys(ESTIMATE_KEYS, "") | block | dict(labels)
        self._blocks.append(
            {
                name: np.broadcast_to(np.asarray(column), len(values))
                for name, column in filled.items()
            }
        )

    def table(self) -> pd.DataFrame:
        columns = {
            name: np.concatenate([block[name] for block in self._blocks])
            for name in ESTIMATE_COLUMNS
        }
        table = pd.DataFrame(columns).astype(dict.fromkeys(ESTIMATE_KEYS, "str") | {"n": "int64"})
        return table.sort_values(list(ESTIMATE_KEYS), ignore_index=True)


class _Overall:
    """Draws of each observer's metrics on each dataset, for the means over datasets."""

    def __init__(self) -> None:
        self.draws: dict[str, dict[Who, list[Floats]]] = {}

    def add(self, metric: str, people: pd.DataFrame, values: Floats) -> None:
        """Take the models and the pooled humans; single humans saw one dataset only."""
        by_who = self.draws.setdefault(metric, {})
        for who, row in zip(people.itertuples(index=False, name=None), values, strict=True):
            if who[2] == "model" or who[1] == HUMANS:
                by_who.setdefault(who, []).append(row)


def _labels(people: pd.DataFrame) -> dict[str, npt.ArrayLike]:
    return {str(name): people[name].to_numpy(dtype=object) for name in people}


def _with_humans(panel: Panel) -> pd.DataFrame:
    """The panel's observers and, as a last row, all its humans."""
    sources = panel.observers["source"][panel.is_human].unique()
    pooled = pd.DataFrame(
        {"source": ["+".join(sources)], "observer": [HUMANS], "observer_kind": ["human"]}
    )
    return pd.concat([panel.observers, pooled] if panel.is_human.any() else [panel.observers])


def _with_total(counts: npt.NDArray[np.integer], panel: Panel) -> npt.NDArray[np.integer]:
    human = panel.is_human
    return np.append(counts, counts[human].sum()) if human.any() else counts


def _add_accuracy(rows: _Rows, measures: DatasetMeasures, overall: _Overall) -> None:
    panel = measures.panel
    people = _with_humans(panel)
    for condition, each in measures.accuracy.items():
        values = each
        if condition in measures.humans_accuracy:
            values = np.concatenate([each, measures.humans_accuracy[condition][None]])
        seen = panel.seen[:, _columns(measures, condition)].sum(axis=1)
        place = {"dataset": panel.dataset, "condition": condition}
        n = _with_total(seen, panel)
        rows.add("accuracy", values, _labels(people) | place, n, answers=n)
        if condition == "":
            overall.add("ood_accuracy", people, values)


def _columns(measures: DatasetMeasures, condition: str) -> npt.NDArray[np.intp]:
    slices = dict(measures.panel.by_condition())
    chosen = (condition,) if condition else measures.counted
    return np.concatenate(
        [np.arange(slices[name].start, slices[name].stop) for name in chosen]
        or [np.zeros(0, dtype=np.intp)]
    )


def _add_pairs(rows: _Rows, measures: DatasetMeasures) -> None:
    observers = measures.panel.observers
    second = observers.iloc[measures.second]
    labels = _labels(observers.iloc[measures.first]) | {
        "other_source": second["source"].to_numpy(dtype=object),
        "other": second["observer"].to_numpy(dtype=object),
        "dataset": measures.panel.dataset,
    }
    for condition, values in measures.pairs["error_consistency"].items():
        n = measures.shared[condition].astype(np.int64)
        rows.add("error_consistency", values, labels | {"condition": condition}, n)


def _add_to_humans(rows: _Rows, measures: DatasetMeasures, overall: _Overall) -> None:
    panel = measures.panel
    if not panel.is_human.any():
        return
    people = _with_humans(panel)
    for metric in PAIR_METRICS:
        for condition in measures.pairs[metric]:
            values = np.concatenate(
                [
                    measures.to_humans(metric, condition),
                    measures.among_humans(metric, condition)[None],
                ]
            )
            labels = {"other": HUMANS, "dataset": panel.dataset, "condition": condition}
            n = len(_columns(measures, condition))
            rows.add(metric, values, _labels(people) | labels, n)
            if condition == "":
                overall.add(metric, people, values)


def _add_shape(
    rows: _Rows, panel: Panel, shape: dict[str, dict[str, Floats]], overall: _Overall
) -> None:
    people = _with_humans(panel)
    category_of = panel.images["category"].to_numpy()
    conflict = (panel.cue != "agree") & panel.seen
    for metric, by_category in shape.items():
        for category, values in by_category.items():
            each = conflict[:, (category_of == category) | (category == "")].sum(axis=1)
            labels = {"dataset": panel.dataset, "category": category}
            n = _with_total(each, panel)
            answers: npt.ArrayLike | None = n
            if metric == "shape_bias":
                named = shape["shape_accuracy"][category] + shape["texture_accuracy"][category]
                answers = n * named[: len(people), 0]
            elif metric == "shape_bias_category_mean":
                answers = None
            kept = values[: len(people)]
            rows.add(metric, kept, _labels(people) | labels, n, answers=answers)
    overall.add("shape_bias", people, shape["shape_bias"][""][: len(people)])


def _add_overall(
    rows: _Rows, overall: _Overall, datasets: set[str]
) -> dict[str, dict[Who, Floats]]:
    """Means over datasets, and ranks; returns the draws that the tests compare."""
    shape_bias = overall.draws.get("shape_bias", {})
    means: dict[str, dict[Who, Floats]] = {
        "shape_bias": {who: values[0] for who, values in shape_bias.items()}
    }
    for metric in ("ood_accuracy", *PAIR_METRICS):
        by_who = overall.draws.get(metric, {})
        averaged = {who: mean_defined(np.stack(values)) for who, values in by_who.items()}
        if averaged:
            n = [len(values) for values in by_who.values()]
            labels = _person_labels(averaged) | {
                "other": "" if metric == "ood_accuracy" else HUMANS
            }
            rows.add(metric, np.stack(list(averaged.values())), labels, n)
        # Only observers with all datasets are comparable over datasets.
        whole = [who for who in averaged if len(by_who[who]) == len(datasets)]
        means[metric] = {
            who: correct_bias(averaged[who], *_RANGE[metric]) if metric in _RANGE else averaged[who]
            for who in whole
        }
    ranked = [who for who in means["error_consistency"] if who[1] != HUMANS]
    if ranked:
        ranks = mean_ranks(*(np.stack([means[m][who] for who in ranked]) for m in PAIR_METRICS))
        rows.add("mean_rank", ranks, _person_labels(ranked), len(datasets))
    return means


def _person_labels(people: Iterable[Who]) -> dict[str, npt.ArrayLike]:
    columns = zip(*people, strict=True)
    return dict(zip(("source", "observer", "observer_kind"), map(list, columns), strict=True))
