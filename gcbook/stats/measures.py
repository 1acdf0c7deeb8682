"""Every metric of one dataset, of its images as they were shown and of each resample of them.

The last axis of every array here is one of *replicates*, which differ in how often each image
counts:

- place 0: every image once. It holds the value itself;
- places 1 to B: the B resamples of the bootstrap (`gcbook.stats.resampling`);
- as many further places as there are images: each has all images but one (the jackknife); if
  people are resampled, as many again as there are people: each has all people but one.
  `gcbook.stats.jackknife` makes of them what tests and intervals of differences rest on and, where
  shapes and textures are crossed, the draws that all intervals are read off.

One piece of code computes a metric for all of them.

Aggregates follow the model-vs-human toolbox: a model is compared with each human in each condition,
then the mean is taken over conditions, then over humans; means over datasets come later, in
`gcbook.stats.estimates`.

With many observers, images and replicates no machine holds all of this at once. So metrics are
asked for a few observers or pairs at a time, and come condition by condition; `portions` says how
many.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stats.agreement import PAIR_METRICS, kappa_bias, pair_metrics, sums_of
from gcbook.stats.conventions import SummarySettings, ZeroDivision
from gcbook.stats.jackknife import Sampled, Spread, narrowed, of_people, spread_of
from gcbook.stats.metrics import CUE_METRICS, cue_metrics, share
from gcbook.stats.resampling import Factor, Resampling
from gcbook.stats.responses import Responses, human_factor

Floats = npt.NDArray[np.floating]
Places = npt.NDArray[np.intp]

_NUMBERS = 800_000
"""How many numbers an array of metrics may hold, about: few enough for a processor's cache."""

_KEPT = 16_000_000
"""How many weights of a dataset's images are kept at most: 64 MB of them."""


@dataclass(frozen=True)
class DatasetMeasures:
    """The metrics of one dataset.

    Attributes:
        responses: its trials.
        factors: condition → what is resampled, see `gcbook.stats.responses.image_factors`.
        settings: conventions, and how to resample.
        models: rows of the models to measure; None for all.
    """

    responses: Responses
    factors: Mapping[str, tuple[Factor, ...]]
    settings: SummarySettings
    models: Places | None = None

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """The conditions present that count in aggregates, in order."""
        counted = self.settings.counted(EXPERIMENTS[self.responses.dataset])
        return tuple(name for name in self.responses.conditions if name in counted)

    def chosen(self, condition: str) -> npt.NDArray[np.bool_]:
        """(images,), which are of a condition; of ``""``, of any that counts."""
        chosen = np.zeros(len(self.responses.images), dtype=bool)
        for name, columns in self.responses.conditions.items():
            chosen[columns] = name in ((condition,) if condition else self.counted)
        return chosen

    @cached_property
    def humans(self) -> Places:
        """(humans,), their rows among the observers."""
        return np.flatnonzero(self.responses.is_human)

    @property
    def n_bootstrap(self) -> int:
        """How many replicates are the value and its draws; the others are the jackknife's."""
        return 1 + self.settings.resampling.draws

    @property
    def n_replicates(self) -> int:
        """Length of the last axis, of all conditions together."""
        if not self.settings.resampling.draws:
            return 1
        people = len(self.humans) if self.settings.resample_observers else 0
        return self.n_bootstrap + len(self.responses.images) + people

    @cached_property
    def _human_weights(self) -> Floats:
        """How often each human counts, (humans, 1 + draws + humans)."""
        drawn = self.settings.resampling.weights(human_factor(self.responses)).T
        return np.concatenate([drawn, 1 - np.eye(len(drawn))], axis=1)

    def human_weights(self, replicates: int) -> Floats:
        """How often each human counts, (humans, replicates); (humans, 1) where they are fixed."""
        if replicates == 1 or not self.settings.resample_observers:
            return np.ones((len(self.humans), 1))
        draws, people = np.split(self._human_weights, [self.n_bootstrap], axis=1)
        of_images = np.ones((len(draws), replicates - self._human_weights.shape[1]))
        return np.concatenate([draws, of_images, people], axis=1)

    @cached_property
    def _conditions(self) -> dict[str, "_Condition"]:
        resampling = self.settings.resampling
        keep_weights = (1 + resampling.draws) * len(self.responses.images) <= _KEPT
        return {
            name: _Condition(
                f"{self.responses.dataset}/{name}",
                self.responses.right[:, columns],
                self.responses.seen[:, columns],
                self.factors[name],
                resampling,
                keep_weights,
                len(self.humans) if self.settings.resample_observers else 0,
            )
            for name, columns in self.responses.conditions.items()
        }

    def bootstrap(self, values: Floats) -> Floats:
        """Values and their draws, (rows, 1 + draws), from those of a condition's replicates."""
        draws = values[:, : self.n_bootstrap]
        # Where factors are crossed there is one condition.
        if values.shape[1] == 1 or len(next(iter(self.factors.values()))) == 1:
            return draws
        return narrowed(draws, self.spread(values), self.settings.resampling.confidence)

    def spread(self, values: Floats) -> Spread:
        """What values vary by, from (rows, replicates) of all conditions; nothing without draws."""
        without = np.nan_to_num(values[:, :1] - values[:, self.n_bootstrap :])
        if not without.shape[1]:
            return Spread({})
        images, people = np.split(without, [len(self.responses.images)], axis=1)
        conditions = self.responses.conditions.items()
        found = spread_of(images, [Sampled(each, self.factors[name]) for name, each in conditions])
        if people.shape[1]:
            found += of_people(people, human_factor(self.responses).name)
        return found

    def _of_dataset(self, values: npt.NDArray[Any], condition: str) -> npt.NDArray[Any]:
        """The same, (…, replicates), of all the dataset's: images of other conditions change none.

        Args:
            values: of the condition's replicates, those of the bootstrap, of its images and people.
            condition: its name.
        """
        if values.shape[-1] == 1:
            return values
        columns, n = self.responses.conditions[condition], self.n_bootstrap
        shape = (*values.shape[:-1], self.n_replicates)
        found = np.empty(shape, dtype=values.dtype)
        end = n + len(self.responses.images)
        found[..., :n], found[..., n:end] = values[..., :n], values[..., :1]
        own = values.shape[-1] - (self.n_replicates - end)
        found[..., n + columns.start : n + columns.stop] = values[..., n:own]
        found[..., end:] = values[..., own:]
        return found

    def groups(self, each: int) -> Iterator[Places]:
        """The rows of all humans, if there are any, of each class, of the models, a few at a time.

        Args:
            each: how many arrays of all replicates and of all images an observer needs.
        """
        if len(self.humans):
            yield self.humans
        yield from self.responses.classes.values()
        models = np.flatnonzero(self.responses.is_model) if self.models is None else self.models
        for chosen in portions(
            len(models), each * (self.n_replicates + len(self.responses.images))
        ):
            yield models[chosen]

    def accuracy(self, rows: Places) -> Iterator[tuple[str, Floats]]:
        """Accuracies of some observers.

        Yields:
            A condition, ``""`` for the counted ones pooled; (rows, replicates). If the rows are the
            humans', one row more for all of them pooled; if a class's, that row alone.
        """
        n_rows = 1 if self._are_class(rows) else len(rows) + self._are_humans(rows)
        pooled = np.zeros((2, n_rows, self.n_replicates))
        for condition, images in self._conditions.items():
            sums = self._with_pooled(rows, images.right_and_seen[:, rows])
            if condition in self.counted:
                pooled += self._of_dataset(sums, condition)
            yield condition, share(*sums)
        yield "", share(*pooled)

    def shape(self, rows: Places) -> dict[str, dict[str, Floats]]:
        """Shape bias and its parts on the cue-conflict dataset.

        Returns:
            metric → category (``""`` pools them) → (rows, replicates), with the pooled humans as in
            `accuracy`. Metrics are ``shape_bias, shape_accuracy, texture_accuracy`` and, under
            category ``""`` alone, ``shape_bias_category_mean``.
        """
        cue = self.responses.cue[rows]
        conflict = (cue != "agree") & self.responses.seen[rows]
        category = self.responses.images["category"].to_numpy()
        names = sorted(set(category))
        of_category = category == np.array(names)[:, None, None]
        masks = [each & of_category for each in (conflict, cue == "shape", cue == "texture")]
        (images,) = self._conditions.values()
        counts = self._with_pooled(rows, images.sums(np.stack(masks)))
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
            first, second: (pairs,), observers by their rows.
            metrics: some of `PAIR_METRICS`.

        Yields:
            A condition, at last ``""`` for the mean over the counted ones; metric → (pairs,
            replicates).
        """
        shape = (len(first), self.n_replicates)
        total = {metric: np.zeros(shape) for metric in metrics}
        defined = {metric: np.zeros(shape, dtype=np.int16) for metric in metrics}
        for condition, images in self._conditions.items():
            values = images.pairs(first, second, metrics, self.settings.zero_division)
            if condition in self.counted:
                for metric in metrics:
                    known = ~np.isnan(values[metric])
                    each = np.where(known, values[metric], 0)
                    total[metric] += self._of_dataset(each, condition)
                    defined[metric] += self._of_dataset(known, condition)
            yield condition, values
        yield "", {metric: share(total[metric], defined[metric]) for metric in metrics}

    def with_humans(
        self, rows: Places, metrics: Sequence[str] = PAIR_METRICS
    ) -> Iterator[tuple[str, dict[str, Floats]]]:
        """Metrics of some observers with each human: as `pairs`, (rows, humans, replicates)."""
        first, second = np.repeat(rows, len(self.humans)), np.tile(self.humans, len(rows))
        for condition, found in self.pairs(first, second, metrics):
            yield (
                condition,
                {
                    metric: values.reshape(len(rows), len(self.humans), values.shape[-1])
                    for metric, values in found.items()
                },
            )

    def kappa_bias(self, rows: Places) -> Floats:
        """Bias of some observers' mean error consistency with humans, as `to_humans` orders them.

        Returns:
            (rows,), with one more for the humans; see `gcbook.stats.agreement.kappa_bias`.
        """
        found = [np.full((len(rows), len(self.humans)), np.nan)]
        for columns in (self.responses.conditions[name] for name in self.counted):
            right, seen = (
                each[:, columns].astype(np.float64)
                for each in (self.responses.right, self.responses.seen)
            )
            sides = (right, right), (right, seen), (seen, right), (seen, seen)
            bias = kappa_bias(*(a[rows] @ b[self.humans].T for a, b in sides))
            # Where the toolbox calls kappa 1, it counts.
            found.append(np.nan_to_num(bias) if self.settings.zero_division == "toolbox" else bias)
        return self.to_humans(rows, mean_defined(found)[..., None])[:, 0]

    def to_humans(self, rows: Places, values: Floats) -> Floats:
        """Mean of a metric over the humans, for each observer over the others.

        Args:
            rows: the observers.
            values: of them, from `with_humans`.

        Returns:
            (rows, replicates). If the rows are the humans', one row more: the mean over all pairs
            of humans. If they are a class's, one row: the mean over all pairs.
        """
        of_humans = self.human_weights(values.shape[-1])
        weights = (rows[:, None] != self.humans)[:, :, None] * of_humans
        mean = mean_defined(values.swapaxes(0, 1), weights.swapaxes(0, 1))
        if self._are_class(rows):
            return mean_defined(mean)[None]
        if not self._are_humans(rows):
            return mean
        first, second = np.triu_indices(len(rows), k=1)
        both = of_humans[first] * of_humans[second]
        among = mean_defined(values[first, second], both)
        return np.concatenate([mean, among[None]])

    def _are_humans(self, rows: Places) -> bool:
        return bool(self.responses.is_human[rows].any())

    def _are_class(self, rows: Places) -> bool:
        return bool((~self.responses.is_human[rows] & ~self.responses.is_model[rows]).any())

    def _with_pooled(self, rows: Places, sums: Floats) -> Floats:
        """Append to the humans' sums, (…, rows, replicates), those of all humans; add up a class's.

        The people of a class are as they are: they are not resampled.
        """
        if self._are_class(rows):
            return sums.sum(axis=-2, keepdims=True)
        if not self._are_humans(rows):
            return sums
        weights = self.human_weights(sums.shape[-1])
        pooled = (sums * weights).sum(axis=-2, keepdims=True)
        return np.concatenate([sums, pooled], axis=-2)


@dataclass(frozen=True)
class _Condition:
    """The images of one condition, and how often each counts in each replicate.

    Attributes:
        name: ``dataset/condition``.
        right, seen: (observers, images), as of `Responses`.
        factors: what is resampled.
        resampling: how.
        keep_weights: whether the weights are few enough to be kept; else they are drawn each time.
        people: how many are left out in turn.
    """

    name: str
    right: npt.NDArray[np.bool_]
    seen: npt.NDArray[np.bool_]
    factors: tuple[Factor, ...]
    resampling: Resampling
    keep_weights: bool
    people: int

    @property
    def n_bootstrap(self) -> int:
        """How many replicates are the value and its draws; the others are the jackknife's."""
        return 1 + self.resampling.draws

    @property
    def n_replicates(self) -> int:
        """The bootstrap's, one for each image of the condition, and for each of the people."""
        left_out = self.seen.shape[1] + self.people if self.resampling.draws else 0
        return self.n_bootstrap + left_out

    def sums(self, masks: npt.NDArray[np.bool_]) -> Floats:
        """How many images a mask, (…, images), holds in each replicate: float64 (…, replicates)."""
        sums = np.empty((*masks.shape[:-1], self.n_replicates))
        for places, block in self._sums(masks):
            sums[..., places] = block
        return sums

    @cached_property
    def right_and_seen(self) -> Floats:
        """How many images each observer is right on, and saw: (2, observers, replicates)."""
        return self.sums(np.stack([self.right, self.seen]))

    def pairs(
        self, first: Places, second: Places, metrics: Sequence[str], zero_division: ZeroDivision
    ) -> dict[str, Floats]:
        """Metrics of pairs, each (pairs, replicates): see `DatasetMeasures.pairs`."""
        shape = (len(first), self.n_replicates)
        values: dict[str, Floats] = {metric: np.empty(shape) for metric in metrics}
        plain = [metric for metric in metrics if metric != "error_consistency"]
        for places, sums in self._pair_sums(first, second):
            found = pair_metrics(*sums, zero_division, plain)
            if "error_consistency" in metrics:
                both, a, b, n = (each + self._half[i, places] for i, each in enumerate(sums))
                found |= pair_metrics(both, a, b, n, zero_division, ["error_consistency"])
            for metric, block in found.items():
                values[metric][:, places] = block
        if "error_consistency" in metrics:
            kappas = values["error_consistency"]
            kappas[np.isnan(kappas[:, 0])] = np.nan
        return values

    def _pair_sums(
        self, first: Places, second: Places
    ) -> Iterator[tuple[slice, tuple[Floats, Floats, Floats, Floats]]]:
        """What `pair_metrics` takes, for some replicates at a time."""
        right, seen = self.right, self.seen
        if seen.all():
            n_right, n_seen = self.right_and_seen
            for places, both in self._sums(right[first] & right[second]):
                some = n_right[:, places]
                yield places, (both, some[first], some[second], n_seen[0, places])
            return
        pairs = ((right, right), (right, seen), (seen, right), (seen, seen))
        for blocks in zip(*(self._sums(a[first] & b[second]) for a, b in pairs), strict=True):
            both, right_a, right_b, n = (block for _, block in blocks)
            yield blocks[0][0], (both, right_a, right_b, n)

    def _sums(self, masks: npt.NDArray[np.bool_]) -> Iterator[tuple[slice, Floats]]:
        """The same, some replicates at a time, with their places; exact: weights have 24 bits."""
        wanted = masks.astype(np.float64)
        blocks = self._weights if self.keep_weights else self.resampling.blocks(*self.factors)
        for places, weights in blocks:
            yield places, wanted @ weights.T.astype(np.float64)
        if self.n_replicates > self.n_bootstrap:
            all_images = wanted.sum(axis=-1, keepdims=True, dtype=np.float64)
            n = self.n_replicates - self.people
            yield slice(self.n_bootstrap, n), all_images - wanted
            if self.people:
                yield slice(n, None), np.repeat(all_images, self.people, axis=-1)

    @cached_property
    def _weights(self) -> list[tuple[slice, Floats]]:
        return list(self.resampling.blocks(*self.factors))

    @cached_property
    def _half(self) -> Floats:
        """What is added to the four sums: (4, replicates); nothing in those of the jackknife."""
        added = np.array(sums_of(*self.resampling.half_images(self.name)))
        return np.pad(added, ((0, 0), (0, self.n_replicates - added.shape[1])))


def portions(n: int, numbers: int) -> Iterator[slice]:
    """Cut n things, each of so many numbers, into portions that fit into memory."""
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
