"""Every metric of one dataset, of its images as they were shown and of each resample of them.

The last axis of every array here is one of *replicates*, which differ in how often each image
counts:

- place 0: every image once. It holds the value itself;
- places 1 to B: the B resamples of the bootstrap (`gcbook.stats.resampling`);
- where shapes and textures are crossed, as many further places as there are images: each has all
  images but one (the jackknife); if people are resampled, as many again as there are people: each
  has all people but one. `gcbook.stats.crossed` makes of them the draws that intervals and tests
  are read off.

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

import numpy as np
import numpy.typing as npt

from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stats.agreement import PAIR_METRICS, kappa_bias, pair_metrics, sums_of
from gcbook.stats.conventions import SummarySettings, ZeroDivision
from gcbook.stats.crossed import Crossing
from gcbook.stats.metrics import CUE_METRICS, cue_metrics, share
from gcbook.stats.resampling import Factor, Resampling
from gcbook.stats.responses import Responses, human_factor

Floats = npt.NDArray[np.floating]
Places = npt.NDArray[np.intp]

_NUMBERS = 800_000
"""How many numbers an array of metrics may hold, about: few enough for a processor's cache."""

_FEW = 16
"""Rows of a matrix from which its product with another does not depend on their number."""

_NEAR = 128
"""Replicates whose weights fit into a processor's own cache."""

_KEPT = 16_000_000
"""How many weights of a dataset's images are kept at most: 64 MB of them."""


@dataclass(frozen=True)
class DatasetMeasures:
    """The metrics of one dataset.

    Attributes:
        responses: its trials.
        factors: condition → what is resampled, see `gcbook.stats.responses.image_factors`.
        settings: conventions, and how to resample.
    """

    responses: Responses
    factors: Mapping[str, tuple[Factor, ...]]
    settings: SummarySettings

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

    @cached_property
    def human_weights(self) -> Floats:
        """How often each human counts, (humans, replicates); (humans, 1) where they are fixed."""
        if not self.settings.resample_observers:
            return np.ones((len(self.humans), 1))
        weights = self.settings.resampling.weights(human_factor(self.responses)).T
        if self.crossing is None:
            return weights
        of_images = np.ones((len(weights), len(self.responses.images)))
        return np.concatenate([weights, of_images, 1 - np.eye(len(weights))], axis=1)

    @property
    def n_replicates(self) -> int:
        """Length of the last axis."""
        return next(iter(self._conditions.values())).n_replicates

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

    @cached_property
    def crossing(self) -> Crossing | None:
        """The design of crossed factors; None where there is only one, or nothing is resampled."""
        (first, *_) = self.factors.values()
        resampling = self.settings.resampling
        people = len(self.humans) if self.settings.resample_observers else 0
        crossed = len(first) > 1 and resampling.draws
        return Crossing(first, resampling, people) if crossed else None

    def bootstrap(self, values: Floats) -> Floats:
        """Values and their draws, (rows, 1 + draws), from those of all replicates."""
        if self.crossing is None:
            return values
        return self.crossing.crossed(values).narrowed(self.settings.resampling.confidence)

    def groups(self, each: int, chosen: npt.NDArray[np.bool_] | None = None) -> Iterator[Places]:
        """The rows of all humans, if there are any, then of the models, a few at a time.

        Args:
            each: how many arrays of all replicates and of all images an observer needs.
            chosen: (observers,), whose rows; of the humans all or none. By default everybody's.
        """
        is_human = self.responses.is_human
        chosen = np.ones(len(is_human), dtype=bool) if chosen is None else chosen
        if (is_human & chosen).any():
            yield self.humans
        models = np.flatnonzero(~is_human & chosen)
        for some in portions(len(models), each * (self.n_replicates + len(self.responses.images))):
            yield models[some]

    def _asked(self, every: bool) -> dict[str, "_Condition"]:
        """The images of every condition, or of those that count."""
        asked = self._conditions if every else self.counted
        return {name: self._conditions[name] for name in asked}

    def accuracy(self, rows: Places, *, every: bool = True) -> Iterator[tuple[str, Floats]]:
        """Accuracies of some observers.

        Args:
            rows: the observers.
            every: of the conditions that do not count as well.

        Yields:
            A condition, ``""`` for the counted ones pooled; (rows, replicates). If the rows are the
            humans', one row more for all of them pooled.
        """
        shape = (2, len(rows) + self._are_humans(rows), self.n_replicates)
        pooled = np.zeros(shape)
        for condition, images in self._asked(every).items():
            sums = self._with_pooled(rows, images.right_and_seen[:, rows])
            if condition in self.counted:
                pooled += sums
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
        self,
        first: Places,
        second: Places,
        metrics: Sequence[str] = PAIR_METRICS,
        *,
        every: bool = True,
    ) -> Iterator[tuple[str, dict[str, Floats]]]:
        """Metrics of pairs of observers.

        Args:
            first, second: (pairs,), observers by their rows.
            metrics: some of `PAIR_METRICS`, or ``error_consistency_max``.
            every: of the conditions that do not count as well.

        Yields:
            A condition, at last ``""`` for the mean over the counted ones; metric → (pairs,
            replicates).
        """
        shape = (len(first), self.n_replicates)
        total = {metric: np.zeros(shape) for metric in metrics}
        defined = {metric: np.zeros(shape, dtype=np.int16) for metric in metrics}
        for condition, images in self._asked(every).items():
            values = images.pairs(first, second, metrics, self.settings.zero_division)
            if condition in self.counted:
                for metric in metrics:
                    known = ~np.isnan(values[metric])
                    np.add(total[metric], values[metric], out=total[metric], where=known)
                    defined[metric] += known
            yield condition, values
        yield "", {metric: share(total[metric], defined[metric]) for metric in metrics}

    def with_humans(
        self, rows: Places, metrics: Sequence[str] = PAIR_METRICS, *, every: bool = True
    ) -> Iterator[tuple[str, dict[str, Floats]]]:
        """Metrics of some observers with each human: as `pairs`, (rows, humans, replicates)."""
        first, second = np.repeat(rows, len(self.humans)), np.tile(self.humans, len(rows))
        shape = (len(rows), len(self.humans), self.n_replicates)
        for condition, found in self.pairs(first, second, metrics, every=every):
            yield condition, {metric: values.reshape(shape) for metric, values in found.items()}

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
            of humans.
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
        return bool(self.responses.is_human[rows].any())

    def _with_pooled(self, rows: Places, sums: Floats) -> Floats:
        """Append to the humans' sums, (…, rows, replicates), those of all humans."""
        if not self._are_humans(rows):
            return sums
        pooled = (sums * self.human_weights).sum(axis=-2, keepdims=True)
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
        people: how many are left out in turn, where factors are crossed.
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
        """See `DatasetMeasures.n_replicates`."""
        crossed = self.resampling.draws and len(self.factors) > 1
        return self.n_bootstrap + (self.seen.shape[1] + self.people if crossed else 0)

    def sums(self, masks: npt.NDArray[np.bool_]) -> Floats:
        """How many images a mask, (…, images), holds in each replicate: float64 (…, replicates)."""
        sums = np.empty((*masks.shape[:-1], self.n_replicates))
        for places, block in self._sums(masks):
            sums[..., places] = block
        return sums

    @cached_property
    def right_and_seen(self) -> Floats:
        """How many images each observer is right on, and saw: (2, observers, replicates)."""
        if not self.seen.all():
            return self.sums(np.stack([self.right, self.seen]))
        right = self.sums(self.right)
        everything = self.sums(np.resize(self.seen[:1], (_FEW, self.seen.shape[1])))
        return np.stack([right, np.broadcast_to(everything[:1], right.shape)])

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
        n = len(first)
        if n < _FEW:
            # Libraries round products of one or two rows otherwise: a pair's value would depend on
            # how many others it is computed with.
            for places, sums in self._pair_sums(np.resize(first, _FEW), np.resize(second, _FEW)):
                both, right_a, right_b, n_seen = sums
                few = n_seen if n_seen.ndim == 1 else n_seen[:n]
                yield places, (both[:n], right_a[:n], right_b[:n], few)
            return
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
        """The same for some replicates at a time, with their places."""
        wanted = masks.astype(np.float32)
        blocks = self._weights if self.keep_weights else self.resampling.blocks(*self.factors)
        for places, weights in blocks:
            yield places, _products(wanted, weights).astype(np.float64)
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


def _products(wanted: Floats, weights: Floats) -> Floats:
    """(…, rows, images) @ (replicates, images).T, rounded alike."""
    if wanted.shape[-2] > 1:
        return np.asarray(wanted @ weights.T)
    # A product with one row is as fast as its matrix is read, so it stays in a near cache.
    starts = range(0, len(weights), _NEAR)
    found = [wanted @ weights[start : start + _NEAR].T for start in starts]
    return np.concatenate(found, axis=-1)


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
