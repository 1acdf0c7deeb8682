"""The intervals that are held against each other, and the draws that they are read off.

``values`` are of one statistic, name of a bootstrap to (replications, 1 + draws), the value first.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import beta, t

from gcbook.stats.agreement import kappa, kappa_bias, sums_of
from gcbook.stats.metrics import share
from gcbook.stats.resampling import Factor, Resampling, recentred

Floats = npt.NDArray[np.floating]
Places = npt.NDArray[np.intp]
Ends = tuple[Floats, Floats]
Intervals = dict[str, Ends]
Values = Mapping[str, Floats]

Z = float(ndtri(0.975))
CATEGORIES = 16
BOOTSTRAPS = ("plain", "within", "Bayesian")
"""Images drawn whatever their category; within it, as the package does; and within it weighted by
Gamma((n - 2) / n), made to sum to n: the Bayesian bootstrap (Rubin, 1981) with equal variance."""
PLAIN, KLEIN, BEFORE = "percentile", "percentile, as Klein et al. (2025)", "before"
SVYCIPROP, MIXED = "svyciprop, beta", "crossed mixed model"
HALF = "half images"
"""Kappa's draws with Gamma(1/2) images in each of the four cells of right and wrong."""
RECENTRED = "half images, recentred"
PACKAGE = Resampling()


def about(value: Floats, variance: Floats, freedom: npt.ArrayLike = np.inf) -> Ends:
    """The value, and as many standard errors on either side as t's quantile says."""
    reach = t.ppf(0.975, freedom) * np.sqrt(variance)
    return value - reach, value + reach


def wilson(value: Floats, variance: Floats, units: float, freedom: npt.ArrayLike = np.inf) -> Ends:
    """Wilson's score interval of a share, of as many answers as vary by as much as it does.

    Args:
        value, variance: (replications,).
        units: the number that counts where nothing varies.
        freedom: degrees of freedom of the variance; t's quantile stands for the normal one.
    """
    n, q = _effective(value, variance, units), t.ppf(0.975, freedom) ** 2
    middle = (value + q / (2 * n)) / (1 + q / n)
    reach = np.sqrt(q * value * (1 - value) / n + (q / (2 * n)) ** 2) / (1 + q / n)
    return np.clip(middle - reach, 0, value), np.clip(middle + reach, value, 1)


def korn_graubard(value: Floats, variance: Floats, units: float, freedom: float) -> Ends:
    """Clopper and Pearson's interval of an effective number of answers (Korn & Graubard, 1998).

    That is ``svyciprop(method = "beta")`` in R's survey: the number is less by the squared ratio of
    t's quantiles.
    """
    n = _effective(value, variance, units) * (t.ppf(0.975, units - 1) / t.ppf(0.975, freedom)) ** 2
    hits = n * value
    low, high = beta.ppf(0.025, hits, n - hits + 1), beta.ppf(0.975, hits + 1, n - hits)
    return np.where(value > 0, low, 0), np.where(value < 1, high, 1)


def _effective(value: Floats, variance: Floats, units: float) -> Floats:
    spread, varies = value * (1 - value), variance > 1e-12
    return np.where(varies & (spread > 0), spread / np.where(varies, variance, 1), units)


def variance_of(values: Floats) -> Floats:
    """(replications,), the variance of the draws."""
    return np.asarray(np.nanvar(values[:, 1:], axis=1))


def shares(values: Values, units: int, freedom: int) -> Intervals:
    """Candidates for a share of images, or a mean of such shares."""
    value, within = values["plain"][:, 0], variance_of(values["within"])
    return {
        PLAIN: PACKAGE.interval(values["plain"]),
        BEFORE: wilson(value, variance_of(values["plain"]), units),
        "within": PACKAGE.interval(values["within"]),
        "within, Wilson": PACKAGE.interval(values["within"], n=units),
        "within, Wilson, t": wilson(value, within, units, freedom),
        SVYCIPROP: korn_graubard(value, within, units, freedom),
    }


def gaps(values: Values) -> Intervals:
    """Candidates for a difference of two means over the same images."""
    return {
        BEFORE: PACKAGE.interval(values["plain"]),
        "within": PACKAGE.interval(values["within"]),
        "within, normal": about(values["plain"][:, 0], variance_of(values["within"])),
    }


def squares(values: Values) -> Intervals:
    """Candidates for a mean of squared differences of accuracy."""
    within, bias = values["within"], _too_high(values["within"])
    return {
        PLAIN: PACKAGE.interval(values["plain"]),
        BEFORE: PACKAGE.interval(values["plain"], within=(0, 1)),
        "within": PACKAGE.interval(within),
        "within, recentred": PACKAGE.interval(np.maximum(recentred(within, bias), 0)),
        "within, moved twice": PACKAGE.interval(within, within=(0, 1)),
    }


def kappas(values: Values, over_datasets: bool = False) -> Intervals:
    """Candidates for kappa, for a mean of kappas and for a difference of two means.

    Args:
        values: from `Draws.pairs`, their means, or differences of these.
        over_datasets: whether the mean is over many conditions.
    """
    bias, before = values["bias"][:, 0], values["plain, half"]
    halfway = -_too_high(before) / 2
    found_before = recentred(before, (bias + halfway) / 2 if over_datasets else halfway)
    found = {
        KLEIN: PACKAGE.interval(values["plain"]),
        BEFORE: PACKAGE.interval(found_before),
        "within": PACKAGE.interval(values["within"]),
        "within, normal": about(values["plain"][:, 0], variance_of(values["within, half"])),
    }
    for name, ending in (("within", ""), ("Bayesian", ", Bayesian")):
        half = values[f"{name}, half"]
        found[HALF + ending] = PACKAGE.interval(half)
        found[f"half images, halfway{ending}"] = PACKAGE.interval(
            recentred(half, -_too_high(half) / 2)
        )
        found[RECENTRED + ending] = PACKAGE.interval(recentred(half, bias))
    return found


def _too_high(values: Floats) -> Floats:
    """(replications,), by how much the draws' mean is above the value."""
    return np.asarray(np.nanmean(values[:, 1:], axis=1) - values[:, 0])


class Draws:
    """How often each image counts, (1 + draws, images), under each of the `BOOTSTRAPS`.

    Attributes:
        of: name of the bootstrap to weights.
        half: (4, 1 + draws), Gamma(1/2) images for the cells of right and wrong.
        factors: what ``within`` draws.
        resampling: how it does.
    """

    def __init__(
        self, strata: list[tuple[int, Places]], draws: int, rng: np.random.Generator
    ) -> None:
        """Draw them.

        Args:
            strata: of each crossed factor, how many units a category has, and (images,), the unit
                of each image, numbered category by category.
        """
        self.resampling = Resampling(draws, seed=int(rng.integers(2**31)))
        self.half = self.resampling.half_images("images")
        self.factors = [Factor(f"{n}", [n] * CATEGORIES, unit) for n, unit in strata]
        plain = [Factor(f"{n}", [n * CATEGORIES], unit) for n, unit in strata]
        bayesian = np.ones((1 + draws, len(strata[0][1])))
        for n, unit in strata:
            drawn = rng.standard_gamma((n - 2) / n, size=(draws, CATEGORIES, n))
            drawn *= n / drawn.sum(axis=2, keepdims=True)
            bayesian[1:] *= drawn.reshape(draws, -1)[:, unit]
        weights = (self.resampling.weights(*factors) for factors in (plain, self.factors))
        every = *weights, bayesian.astype(np.float32)
        self.of = dict(zip(BOOTSTRAPS, every, strict=True))

    def sums(self, name: str, mask: Floats) -> Floats:
        """Sums of a mask, (images, replications), in each draw: (1 + draws, replications)."""
        return np.asarray((self.of[name] @ mask).astype(float))

    def shares(self, mask: Floats) -> dict[str, Floats]:
        """The share of images in a mask, under each bootstrap."""
        return {name: (self.sums(name, mask) / len(mask)).T for name in BOOTSTRAPS[:2]}

    def pairs(self, right_a: Floats, right_b: Floats) -> dict[str, dict[str, Floats]]:
        """The metrics of two observers from what each has right, (images, replications).

        Returns:
            ``kappa``, ``consistency`` and ``squared`` to values of each bootstrap; of kappa, with
            ``bias``, to order 1/n, (replications, 1).
        """
        found: dict[str, dict[str, Floats]] = {"kappa": {}, "consistency": {}, "squared": {}}
        for name, weights in self.of.items():
            n = weights.sum(axis=1, keepdims=True).astype(float)
            both, a, b = (self.sums(name, each) for each in (right_a * right_b, right_a, right_b))
            cells = [np.maximum(each, 0) for each in (both, a - both, b - both, n - a - b + both)]
            found["kappa"] |= self.kappas(name, cells)
            found["consistency"][name] = (cells[0] + cells[3]).T / len(right_a)
            found["squared"][name] = ((a - b).T / len(right_a)) ** 2
            if name == "plain":
                bias = kappa_bias(*sums_of(*(cell[:1] for cell in cells)))
                found["kappa"]["bias"] = np.where(np.isnan(kappa(*cells)[:1]), np.nan, bias).T
        return found

    def kappas(self, name: str, cells: list[Floats]) -> dict[str, Floats]:
        """Kappa from both right, only a, only b and both wrong, each (1 + draws, replications)."""
        value = kappa(*cells)
        more = [cell + half for cell, half in zip(cells, self.half[:, :, None], strict=True)]
        with_half = np.where(np.isnan(value[:1]), np.nan, kappa(*more))
        return {name: value.T, f"{name}, half": with_half.T}


class Means:
    """Means over conditions and humans of what is defined, as the benchmark takes them."""

    def __init__(self) -> None:
        self._truths: list[float] = []
        self._sums: dict[str, Floats] = {}
        self._known: dict[str, Floats] = {}

    def add(self, truth: float, found: Values) -> None:
        """Add the true value and the values of a condition."""
        self._truths.append(truth)
        for name, each in found.items():
            known = np.isfinite(each)
            total = self._sums.setdefault(name, np.zeros(each.shape))
            np.add(total, each, out=total, where=known)
            self._known[name] = self._known.get(name, 0) + known

    @property
    def truth(self) -> float:
        """The mean of the true values."""
        return float(np.mean(self._truths))

    def values(self) -> dict[str, Floats]:
        """The means; NaN where no condition is defined."""
        return {name: share(each, self._known[name]) for name, each in self._sums.items()}
