r"""The bootstrap: what values could have been with other images, and with other networks.

An interval answers: had other images of the same kind been shown, how far could the value have
been from this one? So what was chosen for an experiment is drawn anew, as in Klein et al. (2025)
for error consistency. A design says what that is, as data:

- units within strata: images within their condition, silhouettes within their category;
- clusters: an item (an answer to an image) counts as often as the unit it belongs to;
- crossed factors: 160 shape exemplars and 48 texture exemplars make all 1,280 cue-conflict images,
  so an image counts as often as its shape times its texture was drawn (the pigeonhole bootstrap:
  Owen, 2007). The seeds of a network are crossed with the images in the same way;
- few units: of n, n − 1 are drawn and counted n/(n − 1) times each. With n draws the variance of a
  mean would be too small by 1 part in n, which is a fifth where there are five (Rao & Wu, 1988).

A resample is a row of weights, how often each item was drawn. Row 0 is all ones: computing with
weights gives the value itself first and its bootstrap draws after. All observers share a resample,
so that differences between them are paired. Randomness is keyed by the seed and the name of the
stratum: draws do not depend on what else is analysed, and strata of one name are drawn alike.
Weights come a block of resamples at a time, so that memory does not grow with images times draws.
"""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from gcbook.files.errors import InputError

__all__ = ["Factor", "Resampling", "correct_bias"]

Floats = npt.NDArray[np.floating]

_BLOCK = 256
"""Resamples whose weights are held at once."""


@dataclass(frozen=True)
class Factor:
    """One factor of a design: what is drawn anew, and which items go with it.

    Attributes:
        strata: name → number of units; each stratum keeps its number.
        unit: (items,), the place of each item's unit among the units of all strata, in their order;
            None where every unit is an item.
        rescaled: draw n − 1 of n, and rescale; one unit alone always counts once.
    """

    strata: Mapping[str, int]
    unit: npt.NDArray[np.intp] | None = None
    rescaled: bool = False


@dataclass(frozen=True)
class Resampling:
    """A bootstrap's settings, passed whole.

    Attributes:
        draws: resamples, 0 for values without intervals, at most 100,000.
        confidence: coverage of the intervals, in (0, 1).
        seed: of the resampling, at least 0.

    Raises:
        InputError: a value is not one of these.
    """

    draws: int = 2000
    confidence: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.draws <= 100_000:
            raise InputError(f"draws: expected 0 to 100000, found {self.draws}.")
        if not 0 < self.confidence < 1:
            raise InputError(
                f"confidence: expected more than 0, less than 1; found {self.confidence}."
            )
        if self.seed < 0:
            raise InputError(f"seed: expected 0 or more, found {self.seed}.")

    def as_dict(self) -> dict[str, float]:
        """The settings by name, as a figure shows what it was made with."""
        return asdict(self)

    def weights(self, *factors: Factor) -> Floats:
        """How often each item is drawn in each resample: the product over crossed factors.

        Returns:
            (1 + draws, items); row 0 is all ones. Counts are whole, and float32 for speed, but for
            rescaled ones.

        >>> Resampling(draws=2).weights(Factor({"images": 4})).sum(axis=1).tolist()
        [4.0, 4.0, 4.0]
        """
        return np.concatenate([weights for _, weights in self.blocks(*factors)])

    def blocks(self, *factors: Factor) -> Iterator[tuple[slice, Floats]]:
        """The same weights, a few resamples at a time.

        Yields:
            Which rows of all 1 + draws these are, and the weights, (rows, items).
        """
        drawn = [self._of_items(factor) for factor in factors]
        for rows, first, *others in zip(self._rows(), *drawn, strict=True):
            for weights in others:
                first *= weights
            yield rows, first

    def _rows(self) -> Iterator[slice]:
        n = 1 + self.draws
        return (slice(start, min(start + _BLOCK, n)) for start in range(0, n, _BLOCK))

    def _of_items(self, factor: Factor) -> Iterator[Floats]:
        """The weights of one factor, block by block; each stratum goes on where it stood."""
        draw = _rescaled if factor.rescaled else _counts
        strata = [(n, self._generator(name)) for name, n in factor.strata.items()]
        for rows in self._rows():
            as_they_are = int(rows.start == 0)
            size = rows.stop - rows.start - as_they_are
            drawn = [draw(n, size, generator) for n, generator in strata]
            weights = np.concatenate([np.ones((size, 0), dtype=np.float32), *drawn], axis=1)
            weights = np.pad(weights, ((as_they_are, 0), (0, 0)), constant_values=1)
            yield weights if factor.unit is None else np.take(weights, factor.unit, axis=1)

    def _generator(self, name: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def interval(
        self,
        values: npt.ArrayLike,
        *,
        n: npt.ArrayLike | None = None,
        within: tuple[float, float] | None = None,
    ) -> tuple[Floats, Floats]:
        """Percentile intervals from values and their bootstrap draws.

        Where a proportion is 0 or 1 so is every draw, and the interval would claim certainty. Given
        ``n``, its other end is there the exact binomial one (Clopper & Pearson, 1934).

        Args:
            values: (…, 1 + draws), the value itself first. NaN draws are left out.
            n: (…), for proportions, the number of answers they are taken of.
            within: for a biased metric, its range: the draws are moved as `correct_bias` does.

        Returns:
            Lower and upper ends, each (…); NaN where the value is NaN or there are no draws.
        """
        values = np.asarray(values, dtype=np.float64)
        value, draws = values[..., 0], values[..., 1:]
        if draws.shape[-1] == 0:
            return np.full(value.shape, np.nan), np.full(value.shape, np.nan)
        ordered = np.sort(draws, axis=-1)  # NaN sorts last
        mean, count = _mean(draws)
        surplus = 2 * (mean - value)[..., None]
        tail = (1 - self.confidence) / 2
        ends = []
        for probability in (tail, 1 - tail):
            position = probability * np.maximum(count - 1, 0)
            below = np.floor(position).astype(np.intp)[..., None]
            above = np.ceil(position).astype(np.intp)[..., None]
            low, high = (np.take_along_axis(ordered, at, -1) for at in (below, above))
            if within is not None:
                low, high = (np.clip(each - surplus, *within) for each in (low, high))
            end = (low + (high - low) * (position[..., None] - below))[..., 0]
            ends.append(np.where(np.isfinite(value) & (count > 0), end, np.nan))
        if n is not None:
            reach = tail ** (1 / np.maximum(np.asarray(n, dtype=np.float64), 1))
            ends[0] = np.where(value == 1, np.minimum(ends[0], reach), ends[0])
            ends[1] = np.where(value == 0, np.maximum(ends[1], 1 - reach), ends[1])
        return ends[0], ends[1]


def _counts(n: int, draws: int, generator: np.random.Generator) -> Floats:
    drawn = generator.integers(max(n, 1), size=(draws, n))
    flat = (drawn + n * np.arange(draws)[:, None]).ravel()
    counts = np.bincount(flat, minlength=draws * n).reshape(draws, n)
    return counts.astype(np.float32)


def _rescaled(n: int, draws: int, generator: np.random.Generator) -> Floats:
    if n < 2:
        return np.ones((draws, n))
    counts = generator.multinomial(n - 1, np.full(n, 1 / n), size=draws)
    return np.asarray(counts * (n / (n - 1)))


def _mean(draws: Floats) -> tuple[Floats, npt.NDArray[np.integer]]:
    """Mean of the draws that are not NaN, over the last axis, and their number."""
    total = np.asarray(draws.sum(axis=-1))
    count = np.full(total.shape, draws.shape[-1])
    holes = np.isnan(total)
    total[holes] = np.nansum(draws[holes], axis=-1)
    count[holes] = np.isfinite(draws[holes]).sum(axis=-1)
    return total / np.maximum(count, 1), count


def correct_bias(values: npt.ArrayLike, least: float, most: float) -> Floats:
    """Move the draws of a biased metric so that their percentiles lie around the corrected value.

    The plug-in estimate of a squared difference is too large by the variance of the difference,
    and its draws are too large by that once more; kappa is a little too small in the same way. So
    the draws are moved by twice the bootstrap estimate of the bias, and kept within the range of
    the metric. The value itself stays; for a small squared difference it may lie above the draws.

    Args:
        values: (…, 1 + draws), the value itself first.
        least, most: range of the metric.

    Returns:
        (…, 1 + draws).
    """
    values = np.asarray(values, dtype=np.float64)
    value, draws = values[..., :1], values[..., 1:]
    mean, _ = _mean(draws)
    surplus = 2 * (mean[..., None] - value)
    return np.concatenate([value, np.clip(draws - surplus, least, most)], axis=-1)
