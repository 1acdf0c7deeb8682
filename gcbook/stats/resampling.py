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
"""

import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from gcbook.files.errors import InputError

__all__ = ["Factor", "Resampling", "correct_bias", "holm", "p_value"]

Floats = npt.NDArray[np.floating]


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
        weights = self._of_items(factors[0])
        for factor in factors[1:]:
            weights *= self._of_items(factor)
        return weights

    def _of_items(self, factor: Factor) -> Floats:
        draw = self._rescaled if factor.rescaled else self._counts
        units = [draw(n, name) for name, n in factor.strata.items()]
        weights = np.concatenate(units, axis=1) if units else np.ones((1 + self.draws, 0))
        return weights if factor.unit is None else np.take(weights, factor.unit, axis=1)

    def _counts(self, n: int, name: str) -> Floats:
        drawn = _generator(self.seed, name).integers(max(n, 1), size=(self.draws, n))
        flat = (drawn + n * np.arange(self.draws)[:, None]).ravel()
        counts = np.bincount(flat, minlength=self.draws * n).reshape(self.draws, n)
        return np.concatenate([np.ones((1, n)), counts]).astype(np.float32)

    def _rescaled(self, n: int, name: str) -> Floats:
        if n < 2:
            return np.ones((1 + self.draws, n))
        return _few_of(n, self.seed, name, self.draws)

    def interval(
        self, values: npt.ArrayLike, *, n: npt.ArrayLike | None = None
    ) -> tuple[Floats, Floats]:
        """Percentile intervals from values and their bootstrap draws.

        Where a proportion is 0 or 1 so is every draw, and the interval would claim certainty. Given
        ``n``, its other end is there the exact binomial one (Clopper & Pearson, 1934).

        Args:
            values: (…, 1 + draws), the value itself first. NaN draws are left out.
            n: (…), for proportions, the number of answers they are taken of.

        Returns:
            Lower and upper ends, each (…); NaN where the value is NaN or there are no draws.
        """
        values = np.asarray(values, dtype=np.float64)
        value, draws = values[..., 0], values[..., 1:]
        if draws.shape[-1] == 0:
            return np.full(value.shape, np.nan), np.full(value.shape, np.nan)
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
        if n is not None:
            reach = tail ** (1 / np.maximum(np.asarray(n, dtype=np.float64), 1))
            ends[0] = np.where(value == 1, np.minimum(ends[0], reach), ends[0])
            ends[1] = np.where(value == 0, np.maximum(ends[1], 1 - reach), ends[1])
        return ends[0], ends[1]


# Of few units, the silhouettes of a category or the seeds of a network, every table draws the same.
@lru_cache(maxsize=64)
def _few_of(n: int, seed: int, name: str, draws: int) -> Floats:
    counts = _generator(seed, name).multinomial(n - 1, np.full(n, 1 / n), size=draws)
    weights = np.concatenate([np.ones((1, n)), counts * (n / (n - 1))])
    weights.setflags(write=False)
    return weights


def _generator(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


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
    defined = np.isfinite(draws).sum(axis=-1, keepdims=True)
    mean = np.nansum(draws, axis=-1, keepdims=True) / np.maximum(defined, 1)
    return np.concatenate([value, np.clip(draws - 2 * (mean - value), least, most)], axis=-1)


def p_value(differences: npt.ArrayLike) -> Floats:
    """Two-sided p-value of a paired bootstrap: how far into the draws 0 lies.

    Args:
        differences: (…, 1 + draws), the difference itself first.

    Returns:
        (…), at least 2 / (draws + 1) and at most 1; NaN where the difference is NaN.

    >>> float(p_value([0.5] + [0.4, 0.5, 0.6] * 33))
    0.02
    """
    differences = np.asarray(differences, dtype=np.float64)
    draws = differences[..., 1:]
    n = np.isfinite(draws).sum(axis=-1)
    at_most = (draws <= 0).sum(axis=-1)
    at_least = (draws >= 0).sum(axis=-1)
    p = np.minimum(1.0, 2 * (np.minimum(at_most, at_least) + 1) / (n + 1))
    return np.where(np.isfinite(differences[..., 0]) & (n > 0), p, np.nan)


def holm(p: npt.ArrayLike) -> Floats:
    """Holm's step-down correction of one family of p-values (Holm, 1979).

    Args:
        p: (tests,); NaN marks a test that could not be made and does not count.

    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p, dtype=np.float64)
    corrected = np.full(p.shape, np.nan)
    valid = np.flatnonzero(np.isfinite(p))
    order = valid[np.argsort(p[valid], kind="stable")]
    factors = len(order) - np.arange(len(order))
    corrected[order] = np.minimum(1, np.maximum.accumulate(factors * p[order]))
    return corrected
