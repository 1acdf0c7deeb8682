"""Every metric of one dataset under every resample, as arrays.

All arrays end in an axis of length 1 + draws whose first entry is the value itself (see
`gcbook.stats.resampling`), so one piece of code gives values and intervals. Aggregates follow the
model-vs-human toolbox: a model is compared with each human in each condition, then the mean is
taken over conditions, then over humans; means over datasets come later, in
`gcbook.stats.estimates`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stats.agreement import PAIR_METRICS, pair_metrics, weighted_pair_counts
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.metrics import CUE_METRICS, cue_metrics, share
from gcbook.stats.panel import Panel

__all__ = ["DatasetMeasures", "mean_defined", "measure", "shape_measures"]

Floats = npt.NDArray[np.floating]
Weights = npt.NDArray[np.float32]


@dataclass(frozen=True)
class DatasetMeasures:
    """The metrics of one dataset.

    Attributes:
        panel: its trials.
        counted: the conditions present that count in aggregates, in order.
        accuracy: per condition (observers, 1 + draws); key ``""`` pools the counted conditions.
        humans_accuracy: the same for the pooled humans, (1 + draws,); empty if there are none.
        first, second: (pairs,), rows of the panel that form the pairs.
        pairs: metric → per condition (pairs, 1 + draws); key ``""`` is the mean over the counted
            conditions.
        human_weights: (humans, 1 + draws), how often each human counts.
        shared: per condition (pairs,), images both saw; key ``""`` over the counted conditions.
    """

    panel: Panel
    counted: tuple[str, ...]
    accuracy: dict[str, Floats]
    humans_accuracy: dict[str, Floats]
    first: npt.NDArray[np.intp]
    second: npt.NDArray[np.intp]
    pairs: dict[str, dict[str, Floats]]
    human_weights: Floats
    shared: dict[str, Floats]

    def to_humans(self, metric: str, condition: str = "") -> Floats:
        """Mean over the (other) humans of a metric, for every observer: (observers, 1 + draws)."""
        humans = np.flatnonzero(self.panel.is_human)
        n = len(self.panel.observers)
        row_of = np.full((n, n), len(self.first))
        row_of[self.first, self.second] = row_of[self.second, self.first] = range(len(self.first))
        values = self.pairs[metric][condition]
        # An observer is not compared with itself: that place points to a row of NaN at the end.
        padded = np.concatenate([values, np.full((1, values.shape[1]), np.nan)])
        return mean_defined(padded[row_of[:, humans].T], self.human_weights[:, None, :])

    def among_humans(self, metric: str, condition: str = "") -> Floats:
        """Mean over all pairs of humans, (1 + draws,)."""
        human = self.panel.is_human
        rows = np.flatnonzero(human[self.first] & human[self.second])
        place = np.cumsum(human) - 1
        weights = (
            self.human_weights[place[self.first[rows]]]
            * self.human_weights[place[self.second[rows]]]
        )
        return mean_defined(self.pairs[metric][condition][rows], weights)


def measure(
    panel: Panel,
    weights: Weights,
    human_weights: Weights,
    settings: SummarySettings,
    *,
    all_pairs: bool = True,
) -> DatasetMeasures:
    """Compute all metrics of one dataset.

    Args:
        panel: its trials.
        weights: (1 + draws, images).
        human_weights: (1 + draws, humans).
        settings: conventions.
        all_pairs: also compare models with models.
    """
    counted = settings.counted(EXPERIMENTS[panel.dataset])
    columns_of = dict(panel.by_condition())
    first, second = np.triu_indices(len(panel.observers), k=1)
    if not all_pairs:
        kept = panel.is_human[first] | panel.is_human[second]
        first, second = first[kept], second[kept]

    right_sum, seen_sum = {}, {}
    pairs: dict[str, dict[str, Floats]] = {metric: {} for metric in PAIR_METRICS}
    shared: dict[str, Floats] = {}
    for condition, columns in columns_of.items():
        right, seen, drawn = panel.right[:, columns], panel.seen[:, columns], weights[:, columns]
        right_sum[condition] = right.astype(np.float32) @ drawn.T
        seen_sum[condition] = seen.astype(np.float32) @ drawn.T
        counts = weighted_pair_counts(right, seen, drawn, first, second)
        shared[condition] = np.sum([count[:, 0] for count in counts], axis=0, dtype=np.float64)
        for metric, values in pair_metrics(*counts, settings.zero_division).items():
            pairs[metric][condition] = values
    present = [condition for condition in counted if condition in columns_of]
    pool = {**{c: [c] for c in columns_of}, "": present}
    for metric in PAIR_METRICS:
        pairs[metric][""] = mean_defined(
            _stack((pairs[metric][c] for c in present), len(first), len(weights))
        )
    shared[""] = np.sum([shared[c] for c in present], axis=0) if present else np.zeros(len(first))

    human_weights = human_weights.T
    humans = panel.is_human
    accuracy, humans_accuracy = {}, {}
    for condition, parts in pool.items():
        shape = (len(humans), len(weights))
        right = _stack((right_sum[c] for c in parts), *shape).sum(axis=0, dtype=np.float64)
        seen = _stack((seen_sum[c] for c in parts), *shape).sum(axis=0, dtype=np.float64)
        accuracy[condition] = share(right, seen)
        if humans.any():
            humans_accuracy[condition] = share(
                (right[humans] * human_weights).sum(axis=0),
                (seen[humans] * human_weights).sum(axis=0),
            )
    return DatasetMeasures(
        panel,
        tuple(present),
        accuracy,
        humans_accuracy,
        first,
        second,
        pairs,
        human_weights,
        shared,
    )


def shape_measures(
    panel: Panel, weights: Weights, human_weights: Weights
) -> dict[str, dict[str, Floats]]:
    """Shape bias and its parts on the cue-conflict dataset.

    Returns:
        metric → category (``""`` pools them) → (observers + 1, 1 + draws), the last row being the
        pooled humans. Metrics are ``shape_bias, shape_accuracy, texture_accuracy`` and, under
        category ``""`` alone, ``shape_bias_category_mean``.
    """
    conflict = (panel.cue != "agree") & panel.seen
    category = panel.images["category"].to_numpy()
    humans = panel.is_human

    def total(mask: npt.NDArray[np.bool_]) -> Floats:
        each = (mask.astype(np.float32) @ weights.T).astype(np.float64)
        pooled = (each[humans] * human_weights.T).sum(axis=0, keepdims=True)
        return np.concatenate([each, pooled])

    result: dict[str, dict[str, Floats]] = {metric: {} for metric in CUE_METRICS}
    for name in ("", *sorted(set(category))):
        used = conflict & ((category == name) | (name == ""))
        shape, texture = (total(used & (panel.cue == cue)) for cue in ("shape", "texture"))
        for metric, values in cue_metrics(total(used), shape, texture).items():
            result[metric][name] = values
    each = np.stack([values for name, values in result["shape_bias"].items() if name])
    result["shape_bias_category_mean"] = {"": mean_defined(each)}
    return result


def mean_defined(values: npt.ArrayLike, weights: Floats | None = None) -> Floats:
    """Mean over the first axis of what is not NaN; NaN where nothing is.

    Args:
        values: (items, …).
        weights: of a shape that broadcasts to it, or None for equal weights.
    """
    values = np.asarray(values)
    defined = np.isfinite(values)
    weight = defined.astype(np.float64) if weights is None else defined * weights
    total = (np.where(defined, values, 0.0) * weight).sum(axis=0)
    return np.asarray(share(total, weight.sum(axis=0)))


def _stack(arrays: Iterable[Floats], rows: int, draws: int) -> Floats:
    stacked = list(arrays)
    return np.stack(stacked) if stacked else np.zeros((0, rows, draws))
