r"""The bootstrap: what values could have been with other images, and with other networks.

An interval answers: had other images of the same kind been shown, how far could the value have
been from this one? So what was chosen for an experiment is resampled, as in Klein et al. (2025)
for error consistency. A design says what that is, as data:

- units within strata: images within their condition and category, exemplars and silhouettes within
  their category. The sixteen categories were not drawn: another experiment would have them too;
- clusters: an item (an answer to an image) counts as often as the unit it belongs to;
- crossed factors: see `gcbook.stats.jackknife`. The seeds of a network are crossed with the images;
- few units: of the n of a stratum, n - 1 are drawn and counted n/(n - 1) times each. With n draws
  the variance of a mean would be too small by 1 part in n: a tenth where a category has ten images
  (Rao & Wu, 1988).

Where answers are random themselves, as those of a diffusion classifier with few draws of noise,
every image has draws of its own, and the intervals include their variance. They do not include the
bias: with few draws accuracy is lower than with endless ones. How many decisions are open
`gcbook.scoring.posterior` says.

Differences of observers are not read off draws: see `gcbook.stats.maxt`. Which interval of a value
is, was chosen by simulation (`benchmarks/coverage`):

- percentiles, of what is not a share;
- for a share Wilson's score interval (1927), taken of as many independent answers as would vary by
  as much as the draws do (Kish's effective number). Where no draw varies, as where a share is 0 or
  1, or an observer gives one answer to all sixteen categories, as many answers count as there are
  units that could have been otherwise;
- for a squared difference percentiles moved by twice the bias;
- for error consistency percentiles too, of draws with `Resampling.half_images` more: of few errors
  the bootstrap knows only those that occurred, and the plain percentiles of Klein et al. cover too
  little there. In means over datasets, where the small biases of many conditions add up, the draws
  are `recentred`;
- over a few seeds percentiles of draws whose deviations are scaled as Student's t
  (`Resampling.t_scales`).

A resample is a row of weights, how often each item was drawn. Row 0 is all ones: computing with
weights gives the value itself first and its bootstrap draws after. All observers share a resample,
so that differences between them are paired. Randomness is keyed by the seed and the name of the
factor: draws do not depend on what else is analysed, and factors of one name are drawn alike.
Weights come a block of resamples at a time, so that memory does not grow with images times draws.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from gcbook.files.errors import InputError

Floats = npt.NDArray[np.floating]

_BLOCK = 512
"""Resamples whose weights are held at once."""


@dataclass(frozen=True)
class Factor:
    """One factor of a design: what is resampled, and which items go with it.

    Attributes:
        name: keys the randomness: factors of one name and the same sizes are drawn alike.
        sizes: units of each stratum, which keeps its number of them.
        unit: (items,), the place of each item's unit among the units of all strata, in their order;
            None where every unit is an item.
    """

    name: str
    sizes: Sequence[int]
    unit: npt.NDArray[np.intp] | None = None

    @cached_property
    def stratum(self) -> npt.NDArray[np.intp]:
        """(units,), the place of each unit's stratum."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def of_units(self, values: Floats) -> Floats:
        """Add up values of items, (…, items), by unit: (…, units)."""
        if self.unit is None:
            return values
        from scipy.sparse import csr_array

        n = len(self.unit)
        shape = n, len(self.stratum)
        return np.asarray(values @ csr_array((np.ones(n), self.unit, np.arange(n + 1)), shape))


def strata(of: npt.ArrayLike) -> tuple[tuple[int, ...], npt.NDArray[np.intp]]:
    """Sort units into strata. Strata of one unit are put together: alone none could vary.

    Args:
        of: (units,), the name of each one's stratum.

    Returns:
        The strata's sizes, and (units,), each one's place among the units of all strata.

    >>> sizes, place = strata(["cat", "dog", "cat"])
    >>> sizes, place.tolist()
    ((2, 1), [0, 2, 1])
    """
    _, number, count = np.unique(np.asarray(of), return_inverse=True, return_counts=True)
    number = np.where(count[number] > 1, number, len(count))
    place = np.empty(len(number), dtype=np.intp)
    place[np.argsort(number, kind="stable")] = np.arange(len(number))
    return tuple(np.unique(number, return_counts=True)[1].tolist()), place


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
            (1 + draws, items), float32; row 0 is all ones.

        >>> Resampling(draws=2).weights(Factor("images", [4])).sum(axis=1).tolist()
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
        """The weights of one factor, block by block; its generator goes on where it stood."""
        generator = self._generator(factor.name)
        for rows in self._rows():
            as_they_are = int(rows.start == 0)
            weights = _drawn(factor, rows.stop - rows.start - as_they_are, generator)
            weights = np.pad(weights, ((as_they_are, 0), (0, 0)), constant_values=1)
            yield weights if factor.unit is None else np.take(weights, factor.unit, axis=1)

    def _generator(self, name: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def half_images(self, name: str) -> Floats:
        """What is added to the four cells of right and wrong in each draw: Gamma(1/2) images.

        A cell that is empty stays so in every resample. With half an image in each, which is
        Jeffreys' prior for the four, the draws vary as a posterior does. All pairs share them. The
        name of the images keys the randomness.

        Returns:
            (4, 1 + draws); 0 for the value itself.
        """
        added = self._generator(f"half images/{name}").standard_gamma(0.5, size=(4, self.draws))
        return np.concatenate([np.zeros((4, 1)), added], axis=1)

    def t_scales(self, name: str, units: int) -> Floats:
        """By what the deviations of a few units are scaled, so that they vary as Student's t does.

        Of n units the spread is known with n - 1 degrees of freedom. A normal deviate times
        sqrt((n - 1) / chi-squared) has t's distribution.

        Args:
            name: keys the randomness.
            units: how many there are; of one alone nothing deviates.

        Returns:
            (1 + draws,); 1 for the value itself.
        """
        freedom = max(units - 1, 1)
        squares = self._generator(f"t/{name}").chisquare(freedom, self.draws)
        return np.concatenate([[1.0], np.sqrt(freedom / squares)])

    def normal(self, name: str, n: int) -> Floats:
        """Normal deviates of n kinds, (draws, n), float32; the name keys the randomness."""
        size = self.draws, n
        return self._generator(f"normal/{name}").standard_normal(size, dtype=np.float32)

    def interval(
        self,
        values: npt.ArrayLike,
        *,
        n: npt.ArrayLike | None = None,
        within: tuple[float, float] | None = None,
    ) -> tuple[Floats, Floats]:
        """Intervals from values and their bootstrap draws: percentiles, or Wilson's of shares.

        They contain the value, but for a small squared difference, whose draws are moved.

        Args:
            values: (…, 1 + draws), the value itself first. NaN draws are left out.
            n: (…), for shares, in [0, 1], the number of units that they are taken of: exemplars
                where these are what is drawn. It counts where no draw varies, as where the share is
                0 or 1.
            within: for a biased metric, its range; see `correct_bias`.

        Returns:
            Lower and upper ends, each (…); NaN where the value is NaN or there are no draws.
        """
        values = np.asarray(values, dtype=np.float64)
        value, draws = values[..., 0], values[..., 1:]
        if draws.shape[-1] == 0:
            return np.full(value.shape, np.nan), np.full(value.shape, np.nan)
        if n is not None:
            return self._of_shares(value, draws, np.asarray(n, dtype=np.float64))
        if within is not None:
            draws = correct_bias(values, *within)[..., 1:]
        tail = (1 - self.confidence) / 2
        ends = [np.full(value.shape, np.nan) for _ in range(2)]
        holes = np.isnan(draws.sum(axis=-1))
        for rows, some in ((~holes, draws[~holes]), (holes, draws[holes])):
            for end, found in zip(ends, _percentiles(some, (tail, 1 - tail)), strict=True):
                end[rows] = found
        ends = [np.where(np.isfinite(value), end, np.nan) for end in ends]
        if within is None:
            ends = [np.minimum(ends[0], value), np.maximum(ends[1], value)]
        return ends[0], ends[1]

    def _of_shares(self, value: Floats, draws: Floats, units: Floats) -> tuple[Floats, Floats]:
        spread, of_draws = value * (1 - value), variance(draws)
        # What rounding makes of no variance is none.
        varies = (spread > 0) & (of_draws > 1e-12)
        n = np.where(varies, spread / np.where(varies, of_draws, 1), np.maximum(units, 1))
        z2 = NormalDist().inv_cdf((1 - self.confidence) / 2) ** 2
        middle = (value + z2 / (2 * n)) / (1 + z2 / n)
        reach = np.sqrt(z2 * spread / n + (z2 / (2 * n)) ** 2) / (1 + z2 / n)
        # Rounding must not leave the value outside, nor an end outside of [0, 1].
        low, high = np.minimum(middle - reach, value), np.maximum(middle + reach, value)
        return np.maximum(low, 0), np.minimum(high, 1)


def _percentiles(draws: Floats, tails: Sequence[float]) -> list[Floats]:
    """Percentiles of rows of draws, (rows, draws), which all have NaN or none has; each (rows,)."""
    n = draws.shape[-1]
    count = np.isfinite(draws).sum(axis=-1) if np.isnan(draws).any() else np.full(len(draws), n)
    places = [tail * np.maximum(count - 1, 0) for tail in tails]
    at = [np.floor(each).astype(np.intp) for each in places]
    # What stands at these places of the sorted draws needs no sorting of the others.
    wanted = np.unique(np.clip(np.concatenate([*at, *(each + 1 for each in at)]), 0, n - 1))
    ordered = np.partition(draws, wanted, axis=-1) if len(wanted) < 8 else np.sort(draws, axis=-1)
    found = []
    for place, below in zip(places, at, strict=True):
        above = np.minimum(below + 1, np.maximum(count - 1, 0))
        low, high = (np.take_along_axis(ordered, i[:, None], -1)[:, 0] for i in (below, above))
        found.append(np.where(count > 0, low + (high - low) * (place - below), np.nan))
    return found


def recentred(values: npt.ArrayLike, bias: npt.ArrayLike) -> Floats:
    """Move draws so that their mean lies where the truth is expected: at the value less its bias.

    Args:
        values: (…, 1 + draws), the value itself first; it stays.
        bias: (…), by how much the value is too high on average.

    >>> recentred([0.2, 0.3, 0.5], 0.05).round(3).tolist()
    [0.2, 0.05, 0.25]
    """
    values = np.asarray(values, dtype=np.float64)
    mean, _ = _mean(values[..., 1:])
    moved = values + (values[..., 0] - np.asarray(bias) - mean)[..., None]
    moved[..., 0] = values[..., 0]
    return np.asarray(moved)


def variance(draws: Floats) -> Floats:
    """Variance over the last axis of the draws that are not NaN; 0 where there is none."""
    mean, _ = _mean(draws)
    squares, _ = _mean((draws - mean[..., None]) ** 2)
    return squares


def _drawn(factor: Factor, draws: int, generator: np.random.Generator) -> Floats:
    """How often each unit is drawn, (draws, units): n - 1 of a stratum's n, times n / (n - 1)."""
    sizes = np.asarray(factor.sizes, dtype=np.intp)
    varies = sizes > 1
    first = np.cumsum(sizes) - sizes
    # A slot is one unit that is drawn; it has a stratum.
    of = np.repeat(np.flatnonzero(varies), sizes[varies] - 1)
    drawn = generator.random((draws, len(of)), dtype=np.float32) * sizes[of].astype(np.float32)
    unit = first[of] + np.minimum(drawn.astype(np.intp), sizes[of] - 1)
    n = int(sizes.sum())
    flat = (unit + n * np.arange(draws)[:, None]).ravel()
    counts = np.bincount(flat, minlength=draws * n).reshape(draws, n).astype(np.float32)
    counts *= np.where(varies, sizes / np.maximum(sizes - 1, 1), 0)[factor.stratum].astype("f4")
    counts[:, ~varies[factor.stratum]] = 1
    return counts


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
    and its draws are too large by that once more. So the draws are moved by twice the bootstrap
    estimate of the bias, and kept within the range of the metric. The value itself stays; for a
    small squared difference it may lie above the draws.

    Args:
        values: (…, 1 + draws), the value itself first.
        least, most: range of the metric.
    """
    values = np.asarray(values, dtype=np.float64)
    mean, _ = _mean(values[..., 1:])
    moved = np.clip(recentred(values, mean - values[..., 0]), least, most)
    moved[..., 0] = values[..., 0]
    return np.asarray(moved)
