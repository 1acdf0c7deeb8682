"""Every metric of one dataset under every resample, as arrays.

All arrays end in an axis of length 1 + draws whose first entry is the value itself (see
`gcbook.stats.resampling`), so one piece of code gives values and intervals. Where shapes and
textures are crossed, the values with each image left out follow the draws, and
`DatasetMeasures.narrowed` makes 1 + draws of them. Aggregates follow the
model-vs-human toolbox: a model is compared with each human in each condition, then the mean is
taken over conditions, then over humans; means over datasets come later, in
`gcbook.stats.estimates`.

With many observers, images and draws no machine holds all of this at once. So metrics are asked for
a few observers or pairs at a time, and come condition by condition; `portions` says how many.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stats.agreement import PAIR_METRICS, kappa_bias, pair_metrics, sums_of
from gcbook.stats.conventions import SummarySettings, ZeroDivision
from gcbook.stats.metrics import CUE_METRICS, cue_metrics, share
from gcbook.stats.panel import Panel, human_factor
from gcbook.stats.resampling import Factor, Resampling, halfway

Floats = npt.NDArray[np.floating]
Places = npt.NDArray[np.intp]

_NUMBERS = 800_000
"""How many numbers an array of metrics may hold, about: few enough for a processor's cache."""

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
        weights = self.settings.resampling.weights(human_factor(self.panel)).T
        left_out = self.n_draws - weights.shape[1]
        return np.pad(weights, ((0, 0), (0, left_out)), constant_values=1)

    @property
    def n_draws(self) -> int:
        """Length of the last axis: the value, its draws, and one each image left out if crossed."""
        return next(iter(self._conditions.values())).n_draws

    @cached_property
    def _conditions(self) -> dict[str, "_Condition"]:
        resampling = self.settings.resampling
        few = (1 + resampling.draws) * len(self.panel.images) <= _KEPT
        return {
            name: _Condition(
                f"{self.panel.dataset}/{name}",
                self.panel.right[:, columns],
                self.panel.seen[:, columns],
                self.factors[name],
                resampling,
                few,
            )
            for name, columns in self.panel.conditions.items()
        }

    @cached_property
    def crossed(self) -> tuple[Factor, ...]:
        """The factors that are crossed; none where images are drawn by one, or nothing is drawn."""
        (first, *_) = self.factors.values()
        return first if len(first) > 1 and self.settings.resampling.draws else ()

    def narrowed(self, values: Floats) -> Floats:
        """Values and draws, (…, 1 + draws), for intervals and tests."""
        if not self.crossed:
            return values
        fewest = min(sum(factor.strata.values()) for factor in self.crossed)
        return self.settings.resampling.narrowed(values, fewest)

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
        for condition, images in self._conditions.items():
            sums = self._with_pooled(rows, images.right_and_seen[:, rows])
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
            first, second: (pairs,), rows of the panel.
            metrics: some of `PAIR_METRICS`.

        Yields:
            A condition, at last ``""`` for the mean over the counted ones; metric → (pairs,
            1 + draws).
        """
        shape = (len(first), self.n_draws)
        total = {metric: np.zeros(shape) for metric in metrics}
        defined = {metric: np.zeros(shape, dtype=np.int16) for metric in metrics}
        for condition, images in self._conditions.items():
            values = images.pairs(first, second, metrics, self.settings.zero_division)
            if condition in self.counted:
                for metric in metrics:
                    known = ~np.isnan(values[metric])
                    np.add(total[metric], values[metric], out=total[metric], where=known)
                    defined[metric] += known
            yield condition, values
        yield "", {metric: share(total[metric], defined[metric]) for metric in metrics}

    def with_humans(self, rows: Places) -> Iterator[tuple[str, dict[str, Floats]]]:
        """Metrics of some observers with each human, as from `pairs`: (rows, humans, 1 + draws)."""
        first, second = np.repeat(rows, len(self.humans)), np.tile(self.humans, len(rows))
        shape = (len(rows), len(self.humans), self.n_draws)
        for condition, found in self.pairs(first, second):
            yield condition, {metric: values.reshape(shape) for metric, values in found.items()}

    def kappa_bias(self, rows: Places) -> Floats:
        """Bias of some observers' mean error consistency with humans, as `to_humans` orders them.

        Returns:
            (rows,), with one more for the humans; see `gcbook.stats.agreement.kappa_bias`.
        """
        found = [np.full((len(rows), len(self.humans)), np.nan)]
        for columns in (self.panel.conditions[name] for name in self.counted):
            right, seen = (
                each[:, columns].astype(np.float64) for each in (self.panel.right, self.panel.seen)
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

    def _with_pooled(self, rows: Places, sums: Floats) -> Floats:
        """Append to the humans' sums, (…, rows, 1 + draws), those of all humans."""
        if not self._are_humans(rows):
            return sums
        pooled = (sums * self.human_weights).sum(axis=-2, keepdims=True)
        return np.concatenate([sums, pooled], axis=-2)


@dataclass(frozen=True)
class _Condition:
    """The images of one condition, and how often each counts in each resample.

    Attributes:
        name: ``dataset/condition``.
        right, seen: (observers, images), as of `Panel`.
        factors: what is drawn anew.
        resampling: how.
        few: whether the weights are few enough to be kept; else they are drawn each time.
    """

    name: str
    right: npt.NDArray[np.bool_]
    seen: npt.NDArray[np.bool_]
    factors: tuple[Factor, ...]
    resampling: Resampling
    few: bool

    @property
    def n_draws(self) -> int:
        """See `DatasetMeasures.n_draws`."""
        crossed = self.resampling.draws and len(self.factors) > 1
        return 1 + self.resampling.draws + (self.seen.shape[1] if crossed else 0)

    def sums(self, masks: npt.NDArray[np.bool_]) -> Floats:
        """How many images a mask, (…, images), holds in each resample: (…, 1 + draws), float64."""
        sums = np.empty((*masks.shape[:-1], self.n_draws))
        for drawn, block in self._sums(masks):
            sums[..., drawn] = block
        return sums

    @cached_property
    def right_and_seen(self) -> Floats:
        """How many images each observer is right on, and saw: (2, observers, 1 + draws)."""
        return self.sums(np.stack([self.right, self.seen]))

    def pairs(
        self, first: Places, second: Places, metrics: Sequence[str], zero_division: ZeroDivision
    ) -> dict[str, Floats]:
        """Metrics of pairs, each (pairs, 1 + draws): see `DatasetMeasures.pairs`."""
        shape = (len(first), self.n_draws)
        values: dict[str, Floats] = {metric: np.empty(shape) for metric in metrics}
        plain = [metric for metric in metrics if metric != "error_consistency"]
        for drawn, sums in self._pair_sums(first, second):
            found = pair_metrics(*sums, metrics=plain)
            if "error_consistency" in metrics:
                both, a, b, n = (each + self._half[i, drawn] for i, each in enumerate(sums))
                found |= pair_metrics(both, a, b, n, zero_division, ["error_consistency"])
            for metric, block in found.items():
                values[metric][:, drawn] = block
        if "error_consistency" in metrics:
            kappas = values["error_consistency"]
            own = kappas[:, : 1 + self.resampling.draws]
            halfway(own, out=own)
            kappas[np.isnan(kappas[:, 0])] = np.nan
        return values

    def _pair_sums(
        self, first: Places, second: Places
    ) -> Iterator[tuple[slice, tuple[Floats, Floats, Floats, Floats]]]:
        """What `pair_metrics` takes, for some draws at a time."""
        right, seen = self.right, self.seen
        if seen.all():
            n_right, n_seen = self.right_and_seen
            for drawn, both in self._sums(right[first] & right[second]):
                some = n_right[:, drawn]
                yield drawn, (both, some[first], some[second], n_seen[0, drawn])
            return
        pairs = ((right, right), (right, seen), (seen, right), (seen, seen))
        for blocks in zip(*(self._sums(a[first] & b[second]) for a, b in pairs), strict=True):
            both, right_a, right_b, n = (block for _, block in blocks)
            yield blocks[0][0], (both, right_a, right_b, n)

    def _sums(self, masks: npt.NDArray[np.bool_]) -> Iterator[tuple[slice, Floats]]:
        wanted = masks.astype(np.float32)
        blocks = self._weights if self.few else self.resampling.blocks(*self.factors)
        for drawn, weights in blocks:
            yield drawn, (wanted @ weights.T).astype(np.float64)
        if self.n_draws > 1 + self.resampling.draws:
            whole = wanted.sum(axis=-1, keepdims=True, dtype=np.float64)
            yield slice(1 + self.resampling.draws, None), whole - wanted

    @cached_property
    def _weights(self) -> list[tuple[slice, Floats]]:
        return list(self.resampling.blocks(*self.factors))

    @cached_property
    def _half(self) -> Floats:
        """What is added to the four sums: (4, 1 + draws); nothing where images are left out."""
        added = np.array(sums_of(*self.resampling.half_images(self.name)))
        return np.pad(added, ((0, 0), (0, self.n_draws - added.shape[1])))


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
