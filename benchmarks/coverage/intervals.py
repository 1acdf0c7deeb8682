"""The intervals that are held against each other, and the draws that they are read off.

``values`` are of one statistic, name of a bootstrap to (replications, 1 + draws), the value first.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy.stats import beta, t

from gcbook.stats.agreement import kappa, kappa_bias, sums_of
from gcbook.stats.jackknife import Sampled, spread_of
from gcbook.stats.maxt import paired
from gcbook.stats.metrics import share
from gcbook.stats.resampling import Factor, Resampling, recentred, variance

Floats = npt.NDArray[np.floating]
Places = npt.NDArray[np.intp]
Ends = tuple[Floats, Floats]
Intervals = dict[str, Ends]
Values = Mapping[str, Floats]

CATEGORIES = 16
ACROSS, WITHIN, BAYESIAN = "across", "within", "Bayesian"
"""Images drawn whatever their category; within it, as the package does; and within it weighted by
Gamma((n - 2) / n), made to sum to n: the Bayesian bootstrap (Rubin, 1981) with equal variance."""
PLAIN, KLEIN, BEFORE = "percentile", "percentile, as Klein et al. (2025)", "before"
SVYCIPROP, MIXED = "svyciprop, beta", "crossed mixed model"
PERCENTILE, WILSON, MOVED = "within", "within, Wilson", "within, moved twice"
HALF, RECENTRED = "half images", "half images, recentred"
"""Kappa's draws with Gamma(1/2) images in each of the four cells of right and wrong."""
WITHOUT, JACKKNIFE = "without", "jackknife, Hall"
"""The influence of each image instead of draws, and what `gcbook.stats.maxt.paired` makes of it."""
PACKAGE = Resampling()


def about(value: Floats, spread: Floats, freedom: npt.ArrayLike = np.inf) -> Ends:
    """The value, and as many standard errors on either side as t's quantile says."""
    reach = t.ppf(0.975, freedom) * np.sqrt(spread)
    return value - reach, value + reach


def korn_graubard(value: Floats, spread: Floats, units: float, freedom: float) -> Ends:
    """Clopper and Pearson's interval of an effective number of answers (Korn & Graubard, 1998).

    That is ``svyciprop(method = "beta")`` in R's survey: as many answers as vary by as much as the
    share does, or ``units`` where nothing varies, less by the squared ratio of t's quantiles.
    """
    varies = (spread > 1e-12) & (value * (1 - value) > 0)
    n = np.where(varies, value * (1 - value) / np.where(varies, spread, 1), units)
    n *= (t.ppf(0.975, units - 1) / t.ppf(0.975, freedom)) ** 2
    hits = n * value
    low, high = beta.ppf(0.025, hits, n - hits + 1), beta.ppf(0.975, hits + 1, n - hits)
    return np.where(value > 0, low, 0), np.where(value < 1, high, 1)


def shares(values: Values, units: int, freedom: int) -> Intervals:
    """Candidates for a share of images, or a mean of such shares."""
    spread = variance(values[WITHIN][:, 1:])
    return {
        PLAIN: PACKAGE.interval(values[ACROSS]),
        BEFORE: PACKAGE.interval(values[ACROSS], n=units),
        PERCENTILE: PACKAGE.interval(values[WITHIN]),
        WILSON: PACKAGE.interval(values[WITHIN], n=units),
        SVYCIPROP: korn_graubard(values[WITHIN][:, 0], spread, units, freedom),
    }


def jackknife(values: Values, each: int) -> Intervals:
    """The package's intervals of differences.

    Args:
        values: with the influence of each image, category by category.
        each: images of a category in a condition.
    """
    influences = values[WITHOUT]
    sampled = Factor("images", [each] * (influences.shape[1] // each))
    spread = spread_of(influences, [Sampled(slice(None), [sampled])])
    low, high, _ = paired(values[WITHIN][:, 0], spread, PACKAGE.confidence)
    return {JACKKNIFE: (low, high)}


def gaps(values: Values) -> Intervals:
    """Candidates for a difference of two means over the same images."""
    within = values[WITHIN]
    return {
        BEFORE: PACKAGE.interval(values[ACROSS]),
        PERCENTILE: PACKAGE.interval(within),
        "within, normal": about(within[:, 0], variance(within[:, 1:])),
    }


def squares(values: Values) -> Intervals:
    """Candidates for a mean of squared differences of accuracy."""
    within = values[WITHIN]
    once = np.maximum(recentred(within, too_high(within)), 0)
    return {
        BEFORE: PACKAGE.interval(values[ACROSS], within=(0, 1)),
        PERCENTILE: PACKAGE.interval(within),
        "within, moved once": PACKAGE.interval(once),
        MOVED: PACKAGE.interval(within, within=(0, 1)),
    }


def kappas(values: Values, over_datasets: bool = False) -> Intervals:
    """Candidates for kappa, for a mean of kappas and for a difference of two means.

    Args:
        values: from `Draws.pairs`, their means, or differences of these.
        over_datasets: whether the mean is over many conditions.
    """
    bias, before = values["bias"][:, 0], values[f"{ACROSS}, half"]
    half_way = -too_high(before) / 2
    found = {
        KLEIN: PACKAGE.interval(values[ACROSS]),
        BEFORE: PACKAGE.interval(
            recentred(before, (bias + half_way) / 2 if over_datasets else half_way)
        ),
        PERCENTILE: PACKAGE.interval(values[WITHIN]),
    }
    for name, ending in ((WITHIN, ""), (BAYESIAN, f", {BAYESIAN}")):
        half = values[f"{name}, half"]
        found[HALF + ending] = PACKAGE.interval(half)
        found[f"{HALF}, halfway{ending}"] = PACKAGE.interval(recentred(half, -too_high(half) / 2))
        found[RECENTRED + ending] = PACKAGE.interval(recentred(half, bias))
    return found


def too_high(values: Floats) -> Floats:
    """(replications,), by how much the draws' mean is above the value."""
    return np.asarray(np.nanmean(values[:, 1:], axis=1) - values[:, 0])


class Draws:
    """How often each image counts, (1 + draws, images), under each bootstrap.

    Args:
        strata: of each crossed factor, how many units a category has, and (images,), the unit of
            each image, numbered category by category.
        draws: how many.
        rng: source of randomness.
    """

    def __init__(
        self, strata: list[tuple[int, Places]], draws: int, rng: np.random.Generator
    ) -> None:
        self.resampling = Resampling(draws, seed=int(rng.integers(2**31)))
        self.factors = {
            ACROSS: [Factor(f"{n}", [n * CATEGORIES], unit) for n, unit in strata],
            WITHIN: [Factor(f"{n}", [n] * CATEGORIES, unit) for n, unit in strata],
        }
        self.of = {name: self.resampling.weights(*each) for name, each in self.factors.items()}
        self.of[BAYESIAN] = np.ones_like(self.of[WITHIN])
        for n, unit in strata:
            drawn = rng.standard_gamma((n - 2) / n, size=(draws, CATEGORIES, n))
            drawn *= n / drawn.sum(axis=2, keepdims=True)
            self.of[BAYESIAN][1:] *= drawn.reshape(draws, -1)[:, unit]
        self._half = self.resampling.half_images("images")[:, :, None]

    def sums(self, name: str, mask: Floats) -> Floats:
        """Sums of a mask, (images, replications), in each draw: (1 + draws, replications)."""
        return np.asarray((self.of[name] @ mask).astype(float))

    def shares(self, mask: Floats) -> dict[str, Floats]:
        """The share of images in a mask."""
        found = {name: self.sums(name, mask).T / len(mask) for name in self.factors}
        without = (mask.sum(axis=0, dtype=float) - mask) / (len(mask) - 1)
        return found | {WITHOUT: found[WITHIN][:, :1] - without.T}

    def pairs(self, right_a: Floats, right_b: Floats) -> dict[str, dict[str, Floats]]:
        """The metrics of two observers from what each has right, (images, replications).

        Returns:
            ``kappa``, ``consistency`` and ``squared`` to values; of kappa, with ``bias``, to order
            1/n, (replications, 1), and what leaving each image out takes from it, (replications,
            images).
        """
        found: dict[str, dict[str, Floats]] = {"kappa": {}, "consistency": {}, "squared": {}}
        n = len(right_a)
        for name in self.of:
            both, a, b = (self.sums(name, each) for each in (right_a * right_b, right_a, right_b))
            cells = [np.maximum(each, 0) for each in (both, a - both, b - both, n - a - b + both)]
            found["kappa"] |= self.kappas(name, cells)
            found["consistency"][name] = (cells[0] + cells[3]).T / n
            found["squared"][name] = ((a - b).T / n) ** 2
        both, a, b = (
            each.sum(axis=0, dtype=float) - each for each in (right_a * right_b, right_a, right_b)
        )
        without = kappa(both, a - both, b - both, n - 1 - a - b + both).T
        found["kappa"][WITHOUT] = found["kappa"][WITHIN][:, :1] - without
        found["kappa"]["bias"] = kappa_bias(*sums_of(*(cell[:1] for cell in cells))).T
        return found

    def kappas(self, name: str, cells: list[Floats]) -> dict[str, Floats]:
        """Kappa from both right, only a, only b and both wrong, each (1 + draws, replications)."""
        value = kappa(*cells)
        more = kappa(*(cell + half for cell, half in zip(cells, self._half, strict=True)))
        return {name: value.T, f"{name}, half": np.where(np.isnan(value[:1]), np.nan, more).T}


class Means:
    """Means over conditions and humans of what is defined, as the benchmark takes them."""

    def __init__(self) -> None:
        self._truths: list[float] = []
        self._sums: dict[str, Floats] = {}
        self._known: dict[str, Floats] = {}
        self._conditions: dict[str, Floats] = {}

    def add(self, truth: float, found: Values, condition: str) -> None:
        """Add the true value and the values of a condition."""
        self._truths.append(truth)
        for name, each in found.items():
            # The images of each condition are others.
            if name == WITHOUT:
                before = self._conditions.get(condition, 0)
                self._conditions[condition] = before + np.nan_to_num(each)
                continue
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
        found = {name: share(each, self._known[name]) for name, each in self._sums.items()}
        if self._conditions:
            influences = np.concatenate([*self._conditions.values()], axis=1)
            found[WITHOUT] = share(influences, self._known[WITHIN][:, :1])
        return found
