"""Every metric of one dataset under every resample, as arrays.

All arrays end in an axis of length 1 + draws whose first entry is the value itself (see
`gcbook.stats.resampling`), so one piece of code gives values and intervals. Aggregates follow the
model-vs-human toolbox: a model is compared with each human in each condition, then the mean is
taken over conditions, then over humans; means over datasets come later, in
`gcbook.stats.estimates`.

With many observers, images and draws no machine holds all of this at once. So metrics are asked for
a few observers or pairs at a time, and come condition by condition; `portions` says how many.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stats.agreement import PAIR_METRICS, pair_metrics, weighted_pair_sums
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.metrics import CUE_METRICS, cue_metrics, share
from gcbook.stats.panel import Panel, human_factor
from gcbook.stats.resampling import Factor

__all__ = ["DatasetMeasures", "mean_defined", "portions"]

Floats = npt.NDArray[np.floating]
Places = npt.NDArray[np.intp]

_NUMBERS = 2_000_000
"""How many numbers an array of metrics may hold, about: 16 MB of them."""

_KEPT = 16_000_000
"""How many weights of a dataset's images are kept: 64 MB of them."""


@dataclass(frozen=True)
class DatasetMeasures:
    """The metrics of one dataset.

    Attributes:
        panel: its trials.
        factors: condition → what is drawn anew, see `gcbook.stats.panel.image_factors`.
        settings: conventions, and how to resample.
    """

    panel: Panel
    factors: Mapping[str, tuple[Factor, ...]]
    settings: SummarySettings

    _kept: dict[str, list[tuple[slice, Floats]]] = field(default_factory=dict, init=False)

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """The conditions present that count in aggregates, in order."""
        counted = self.settings.counted(EXPERIMENTS[self.panel.dataset])
        return tuple(name for name in self.panel.conditions if name in counted)

    def chosen(self, condition: str) -> npt.NDArray[np.bool_]:
        """(images,), which are of a condition; of ``""``, of any that counts."""
        chosen = np.zeros(len(self.panel.images), dtype=bool)
        for name, columns in self.panel.conditions.items():
            chosen[columns] = name in ((condition,) if condition else self.counted)
        return chosen

    @cached_property
    def humans(self) -> Places:
        """(humans,), their rows in the panel."""
        return np.flatnonzero(self.panel.is_human)

    @cached_property
    def human_weights(self) -> Floats:
        """How often each human counts, (humans, 1 + draws); (humans, 1) where they are fixed."""
        if not self.settings.resample_observers:
            return np.ones((len(self.humans), 1))
        return self.settings.resampling.weights(human_factor(self.panel)).T

    @property
    def n_draws(self) -> int:
        """Length of the last axis: the value and its draws."""
        return 1 + self.settings.resampling.draws

    def groups(self, each: int) -> Iterator[Places]:
        """The rows of all humans, if there are any, then of the models, a few at a time.

        Args:
            each: how many arrays of all draws and of all images an observer needs.
        """
        if len(self.humans):
            yield self.humans
        models = np.flatnonzero(~self.panel.is_human)
        for chosen in portions(len(models), each * (self.n_draws + len(self.panel.images))):
            yield models[chosen]

    def accuracy(self, rows: Places) -> Iterator[tuple[str, Floats]]:
        """Accuracies of some observers.

        Yields:
            A condition, ``""`` for the counted ones pooled; (rows, 1 + draws). If the rows are the
            humans', one row more for all of them pooled.
        """
        shape = (2, len(rows) + self._are_humans(rows), self.n_draws)
        pooled = np.zeros(shape)
        for condition, columns in self.panel.conditions.items():
            masks = np.stack([self.panel.right, self.panel.seen])[:, rows, columns]
            sums = self._with_pooled(rows, self._sums(condition, masks))
            if condition in self.counted:
                pooled += sums
            yield condition, share(*sums)
        yield "", share(*pooled)

    def shape(self, rows: Places) -> dict[str, dict[str, Floats]]:
        """Shape bias and its parts on the cue-conflict dataset.

        Returns:
            metric → category (``""`` pools them) → (rows, 1 + draws), with the pooled humans as in
            `accuracy`. Metrics are ``shape_bias, shape_accuracy, texture_accuracy`` and, under
            category ``""`` alone, ``shape_bias_category_mean``.
        """
        cue = self.panel.cue[rows]
        conflict = (cue != "agree") & self.panel.seen[rows]
        category = self.panel.images["category"].to_numpy()
        names = sorted(set(category))
        of_category = category == np.array(names)[:, None, None]
        masks = [each & of_category for each in (conflict, cue == "shape", cue == "texture")]
        (condition,) = self.panel.conditions
        counts = self._with_pooled(rows, self._sums(condition, np.stack(masks)))
        by_category = cue_metrics(*counts)
        pooled = cue_metrics(*counts.sum(axis=1))
        result = {
            metric: {"": pooled[metric]} | dict(zip(names, by_category[metric], strict=True))
            for metric in CUE_METRICS
        }
        result["shape_bias_category_mean"] = {"": mean_defined(by_category["shape_bias"])}
        return result

    def pairs(
        self, first: Places, second: Places, metrics: Sequence[str] = PAIR_METRICS
    ) -> Iterator[tuple[str, dict[str, Floats]]]:
        """Metrics of pairs of observers.

        Args:
            first, second: (pairs,), rows of the panel.
            metrics: some of `PAIR_METRICS`.

        Yields:
            A condition, at last ``""`` for the mean over the counted ones; metric → (pairs,
            1 + draws).
        """
        shape = (len(first), self.n_draws)
        total = {metric: np.zeros(shape) for metric in metrics}
        defined = {metric: np.zeros(shape, dtype=np.int16) for metric in metrics}
        for condition, columns in self.panel.conditions.items():
            right, seen = self.panel.right[:, columns], self.panel.seen[:, columns]
            values: dict[str, Floats] = {metric: np.empty(shape) for metric in metrics}
            for drawn, weights in self._blocks(condition):
                sums = weighted_pair_sums(right, seen, weights, first, second)
                found = pair_metrics(*sums, self.settings.zero_division, metrics)
                for metric, block in found.items():
                    values[metric][:, drawn] = block
                    if condition in self.counted:
                        known = ~np.isnan(block)
                        total[metric][:, drawn] += np.where(known, block, 0)
                        defined[metric][:, drawn] += known
            yield condition, values
        yield "", {metric: share(total[metric], defined[metric]) for metric in metrics}

    def with_humans(self, rows: Places) -> Iterator[tuple[str, dict[str, Floats]]]:
        """Metrics of some observers with each human, as from `pairs`: (rows, humans, 1 + draws)."""
        first, second = np.repeat(rows, len(self.humans)), np.tile(self.humans, len(rows))
        shape = (len(rows), len(self.humans), self.n_draws)
        for condition, found in self.pairs(first, second):
            yield condition, {metric: values.reshape(shape) for metric, values in found.items()}

    def to_humans(self, rows: Places, values: Floats) -> Floats:
        """Mean of a metric over the humans, for each observer over the others.

        Args:
            rows: the observers.
            values: of them, from `with_humans`.

        Returns:
            (rows, 1 + draws). If the rows are the humans', one row more: the mean over all pairs of
            humans.
        """
        weights = (rows[:, None] != self.humans)[:, :, None] * self.human_weights
        mean = mean_defined(values.swapaxes(0, 1), weights.swapaxes(0, 1))
        if not self._are_humans(rows):
            return mean
        first, second = np.triu_indices(len(rows), k=1)
        both = self.human_weights[first] * self.human_weights[second]
        among = mean_defined(values[first, second], both)
        return np.concatenate([mean, among[None]])

    def _are_humans(self, rows: Places) -> bool:
        return bool(self.panel.is_human[rows].any())

    def _blocks(self, condition: str) -> Iterable[tuple[slice, Floats]]:
        """The weights of a condition's images; drawn once where they are few enough to keep."""
        blocks = self.settings.resampling.blocks(*self.factors[condition])
        if self.n_draws * len(self.panel.images) > _KEPT:
            return blocks
        if condition not in self._kept:
            self._kept[condition] = list(blocks)
        return self._kept[condition]

    def _sums(self, condition: str, masks: npt.NDArray[np.bool_]) -> Floats:
        """How many images of a condition a mask holds in each resample.

        Args:
            condition: its name.
            masks: (…, images of the condition).

        Returns:
            (…, 1 + draws), float64.
        """
        sums = np.empty((*masks.shape[:-1], self.n_draws))
        wanted = masks.astype(np.float32)
        for drawn, weights in self._blocks(condition):
            sums[..., drawn] = wanted @ weights.T
        return sums

    def _with_pooled(self, rows: Places, sums: Floats) -> Floats:
        """Append to the humans' sums, (…, rows, 1 + draws), those of all humans."""
        if not self._are_humans(rows):
            return sums
        pooled = (sums * self.human_weights).sum(axis=-2, keepdims=True)
        return np.concatenate([sums, pooled], axis=-2)


def portions(n: int, numbers: int) -> Iterator[slice]:
    """Cut n things into portions that fit into memory.

    Args:
        n: of things.
        numbers: that each needs.
    """
    step = max(1, _NUMBERS // numbers)
    return (slice(start, min(start + step, n)) for start in range(0, n, step))


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
