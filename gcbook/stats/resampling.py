r"""The bootstrap: what values could have been with other images, and with other networks.

An interval answers: had other images of the same kind been shown, how far could the value have
been from this one? So what was chosen for an experiment is resampled, as in Klein et al. (2025)
for error consistency. A design says what that is, as data:

- units within strata: images within their condition, silhouettes within their category;
- clusters: an item (an answer to an image) counts as often as the unit it belongs to;
- crossed factors: 160 shape exemplars and 48 texture exemplars make all 1,280 cue-conflict images,
  so an image counts as often as its shape times its texture was drawn (the pigeonhole bootstrap:
  Owen, 2007). The seeds of a network are crossed with the images in the same way;
- few units: of n, n − 1 are drawn and counted n/(n − 1) times each. With n draws the variance of a
  mean would be too small by 1 part in n, which is a fifth where there are five (Rao & Wu, 1988).

Which interval is read off the draws was chosen by simulation (`benchmarks/coverage.py`):

- percentiles, of what is not a share;
- for a share Wilson's score interval (1927), taken of as many independent answers as would vary by
  as much as the draws do (Kish's effective number). Where a share is 0 or 1 no draw varies; then as
  many answers count as there are units that could have been otherwise;
- for a squared difference percentiles moved by twice the bias;
- for error consistency percentiles too, of draws with `Resampling.half_images` more, whose bias
  is halved (`halve_bias`): of few errors the bootstrap knows only those that occurred, and the
  plain percentiles of Klein et al. cover too little there. In means over datasets they are
  `centred`;
- over a few seeds percentiles of draws whose deviations are scaled as Student's t
  (`Resampling.t_scales`);
- where factors are crossed, the draws' deviations are first shrunk (`Resampling.shrink`). No way
  of resampling crossed units has the right variance for every statistic (McCullagh, 2000).

A resample is a row of weights, how often each item was drawn. Row 0 is all ones: computing with
weights gives the value itself first and its bootstrap draws after. All observers share a resample,
so that differences between them are paired. Randomness is keyed by the seed and the name of the
stratum: draws do not depend on what else is analysed, and strata of one name are drawn alike.
Weights come a block of resamples at a time, so that memory does not grow with images times draws.
"""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
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

    def half_images(self, name: str) -> Floats:
        """What is added to the four cells of right and wrong in each draw: Gamma(1/2) images.

        A cell that is empty stays so in every resample. With half an image in each, which is
        Jeffreys' prior for the four, the draws vary as a posterior does. All pairs share them. See
        `halve_bias` too. The name of the images keys the randomness.

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

    def shrink(self, values: npt.ArrayLike, units: int) -> Floats:
        """Shrink the deviations of crossed factors' draws, so that an item's variance counts once.

        The product of the factors' weights gives V(shape) + V(texture) + V(image), and each of the
        first two holds the third: the variance wanted is V(shape) + V(texture) - V(image), that of
        multiway clustering (Cameron, Gelbach & Miller, 2011; Owen, 2007). V(image) is taken from
        what leaving out each item does to the value (the jackknife), and is the least that is left.
        Of the factor with few units, t's quantile stands for the normal one.

        Args:
            values: (…, 1 + draws + items), the value, its draws, and the value with each item left
                out.
            units: of the factor with the fewest.

        Returns:
            (…, 1 + draws).
        """
        values = np.asarray(values, dtype=np.float64)
        value, draws = values[..., :1], values[..., 1 : 1 + self.draws]
        squares, n = _mean((values[..., 1 + self.draws :] - value) ** 2)
        own, variance = (squares * n)[..., None], _variance(draws)[..., None]
        kept = np.minimum(np.maximum(variance - 2 * own, own), variance)
        from scipy.special import stdtrit

        tail = (1 - self.confidence) / 2
        few = stdtrit(max(units - 1, 1), tail) / NormalDist().inv_cdf(tail)
        varies = variance > 0
        factor = np.where(varies, few * np.sqrt(kept / np.where(varies, variance, 1)), 1)
        return np.asarray(value + factor * (values[..., : 1 + self.draws] - value))

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
        ordered = np.sort(draws, axis=-1)  # NaN sorts last
        count = np.isfinite(ordered).sum(axis=-1)
        tail = (1 - self.confidence) / 2
        ends = []
        for probability in (tail, 1 - tail):
            position = probability * np.maximum(count - 1, 0)
            below = np.floor(position).astype(np.intp)[..., None]
            above = np.ceil(position).astype(np.intp)[..., None]
            low, high = (np.take_along_axis(ordered, at, -1) for at in (below, above))
            end = (low + (high - low) * (position[..., None] - below))[..., 0]
            ends.append(np.where(np.isfinite(value) & (count > 0), end, np.nan))
        if within is None:
            ends = [np.minimum(ends[0], value), np.maximum(ends[1], value)]
        return ends[0], ends[1]

    def _of_shares(self, value: Floats, draws: Floats, units: Floats) -> tuple[Floats, Floats]:
        spread, variance = value * (1 - value), _variance(draws)
        varies = (spread > 0) & (variance > 0)
        n = np.where(varies, spread / np.where(varies, variance, 1), np.maximum(units, 1))
        z2 = NormalDist().inv_cdf((1 - self.confidence) / 2) ** 2
        middle = (value + z2 / (2 * n)) / (1 + z2 / n)
        reach = np.sqrt(z2 * spread / n + (z2 / (2 * n)) ** 2) / (1 + z2 / n)
        # Rounding must not leave the value outside, nor an end outside of [0, 1].
        low, high = np.minimum(middle - reach, value), np.maximum(middle + reach, value)
        return np.maximum(low, 0), np.minimum(high, 1)


def halve_bias(values: npt.ArrayLike, out: Floats | None = None) -> Floats:
    """Halve the bias of draws with half images: move their mean half of the way to the value.

    Kappa of few errors comes out a little too low, and with half an image more in each cell too
    high by about as much. In a mean over many conditions that adds up, while the interval shrinks.

    Args:
        values: (…, 1 + draws), the value itself first.
        out: where the moved draws are to stand, which may be the values; else in a new array.

    >>> halve_bias([0.2, 0.3, 0.5]).round(3).tolist()
    [0.2, 0.2, 0.4]
    """
    values = np.asarray(values, dtype=np.float64)
    mean, _ = _mean(values[..., 1:])
    value = values[..., 0].copy()
    moved = np.add(values, ((value - mean) / 2)[..., None], out=out)
    moved[..., 0] = value
    return np.asarray(moved)


def centred(values: npt.ArrayLike, bias: npt.ArrayLike) -> Floats:
    """Centre the draws of a mean over many conditions where the truth is expected.

    The half of each condition's bias that `halve_bias` leaves adds up in a mean, while the interval
    shrinks. So the draws of the mean are moved once more, half of the way to the value less its
    bias.

    Args:
        values: (…, 1 + draws), the value itself first, after `halve_bias` in each condition.
        bias: (…), by how much the value is too high on average.

    >>> centred([0.2, 0.3, 0.5], -0.1).round(3).tolist()
    [0.2, 0.25, 0.45]
    """
    moved = halve_bias(values)
    moved[..., 1:] -= np.asarray(bias)[..., None] / 2
    return moved


def _variance(draws: Floats) -> Floats:
    """Variance over the last axis of the draws that are not NaN; 0 where there is none."""
    mean, _ = _mean(draws)
    squares, _ = _mean((draws - mean[..., None]) ** 2)
    return squares


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
    and its draws are too large by that once more. So the draws are moved by twice the bootstrap
    estimate of the bias, and kept within the range of the metric. The value itself stays; for a
    small squared difference it may lie above the draws.

    Args:
        values: (…, 1 + draws), the value itself first.
        least, most: range of the metric.
    """
    values = np.asarray(values, dtype=np.float64)
    mean, _ = _mean(values[..., 1:])
    moved = np.clip(values - 2 * (mean - values[..., 0])[..., None], least, most)
    moved[..., 0] = values[..., 0]
    return np.asarray(moved)
