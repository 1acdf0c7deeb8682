r"""How a value would have moved with other images: the jackknife.

The influence of an image is what leaving it out takes from the value. Influences are added up by
what was sampled, an image or an exemplar with all of its images. The sixteen categories were not,
so what an exemplar's influence differs by from the mean of its category is a deviation, and the
squares of the deviations add up to the variance. That of a difference of two observers is made of
the differences of their deviations, so that what both have in common cancels.

All 1,280 cue-conflict images are made of 160 shapes and 48 textures. The variance is that of
multiway clustering (Cameron, Gelbach & Miller, 2011),

.. math:: V = V_{shapes} + V_{textures} - V_{images},

for shapes and textures both hold that of the images, which were not sampled within their cells. An
image counts in a bootstrap draw as often as its shape times its texture was drawn (the pigeonhole
bootstrap: Owen, 2007), and no way of resampling crossed units has the right variance for every
statistic (McCullagh, 2000): there the variance of single images is counted three times. So the
draws' deviations are scaled to V.

Few units tell a variance only roughly. So Student's t stands for the normal distribution, as in
surveys (Korn & Graubard, 1998): each factor has as many degrees of freedom as it has units less
strata, and their sum has Satterthwaite's (1946).

Where people are resampled too, the variance that they add is the jackknife's of leaving each out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gcbook.stats.metrics import share
from gcbook.stats.resampling import Factor, variance

Floats = npt.NDArray[np.floating]
Places = npt.NDArray[np.integer]


class Part(NamedTuple):
    """What one factor's units add to some values.

    Attributes:
        deviations: (rows, units), whose squares add up to a variance.
        freedom: (rows,), degrees of freedom that it is known with.
        times: how often the variance counts: once, or -1 for images of crossed factors.
    """

    deviations: Floats
    freedom: Floats
    times: int = 1


class Moments(NamedTuple):
    """Variance, skewness and degrees of freedom of values, each (rows,)."""

    variance: Floats
    skewness: Floats
    freedom: Floats


@dataclass(frozen=True)
class Spread:
    """What several values vary by, factor by factor."""

    parts: Mapping[str, Part]

    def rows(self, places: npt.ArrayLike) -> "Spread":
        """Some of the rows."""
        at = np.asarray(places, dtype=np.intp)
        return Spread({k: Part(u[at], f[at], n) for k, (u, f, n) in self.parts.items()})

    def times(self, factor: npt.ArrayLike) -> "Spread":
        """Of the values times a factor, (rows,)."""
        by = np.asarray(factor)[..., None]
        return Spread({k: each._replace(deviations=each.deviations * by) for k, each in self._all})

    def __add__(self, other: "Spread") -> "Spread":
        """Of the sums of two rows of values, which may share factors."""
        found = dict(self.parts)
        for name, (deviations, freedom, times) in other.parts.items():
            if name in found:
                deviations = deviations + found[name].deviations
                freedom = np.maximum(freedom, found[name].freedom)
            found[name] = Part(deviations, freedom, times)
        return Spread(found)

    def between(self, first: Places, second: Places) -> "Spread":
        """Of differences of two rows each."""
        return Spread(
            {
                k: Part(u[first] - u[second], np.minimum(f[first], f[second]), n)
                for k, (u, f, n) in self.parts.items()
            }
        )

    @property
    def _all(self) -> Sequence[tuple[str, Part]]:
        return list(self.parts.items())

    def moments(self, of_units: bool = True) -> Moments:
        """What the deviations come to.

        Args:
            of_units: lower the degrees of freedom where few units make most of a variance: that of
                the squares is then estimated from the fourth powers, and no less than as of normal
                deviations.
        """
        squares, cubes, spent = [], [], []
        for u, freedom, times in self.parts.values():
            squared = u * u
            square = squared.sum(axis=-1)
            squares.append(times * square)
            cubes.append(times * np.einsum("ru,ru->r", squared, u))
            if times > 0:
                least = square**2 / np.maximum(freedom, 1)
                if of_units:
                    fourth = np.einsum("ru,ru->r", squared, squared) - square**2 / u.shape[-1]
                    least = np.maximum(least, fourth / 2)
                spent.append(least)
        # By chance little may be left of crossed factors; one alone makes more.
        wanted = np.maximum(np.sum(squares, axis=0), np.max(squares, axis=0) / 2)
        varies = wanted > 1e-20
        safe = np.where(varies, wanted, 1)
        freedom = safe**2 / np.where(varies, np.sum(spent, axis=0), 1)
        return Moments(wanted, np.sum(cubes, axis=0) / safe**1.5, np.maximum(freedom, 1))

    def of_crossed(self) -> tuple[Floats, Floats]:
        """Shares of the variance of two crossed factors that the second and single images add.

        The images' holds what pairs of categories differ by: it is too high if anything, and that
        of the factor too low.

        Returns:
            (rows,) each; NaN where nothing varies, or no factors are crossed.
        """
        whole, *_ = self.moments()
        if not any(part.times < 0 for part in self.parts.values()):
            return np.full_like(whole, np.nan), np.full_like(whole, np.nan)
        _, second, images, *_ = ((u**2).sum(axis=1) for u, *_ in self.parts.values())
        return share(np.maximum(second - images, 0), whole), share(images, whole)

    def covariance(self) -> Floats:
        """(rows, rows)."""
        return np.asarray(sum(n * (u @ u.T) for u, _, n in self.parts.values()))


def stacked(several: Sequence[Spread]) -> Spread:
    """Rows of several, one after the other; a factor that one does not have moves none of its."""
    known = {name: part for each in several for name, part in each.parts.items()}
    if not known:
        return Spread({})
    sizes = [len(next(iter(each.parts.values())).deviations) for each in several]
    found = {}
    for name, like in known.items():
        nothing = [np.zeros((n, like.deviations.shape[1])) for n in sizes]
        parts = [
            each.parts.get(name, Part(none, np.full(len(none), np.inf)))
            for each, none in zip(several, nothing, strict=True)
        ]
        u, freedom = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
        found[name] = Part(u, freedom, like.times)
    return Spread(found)


class Sampled(NamedTuple):
    """The images of a condition, and what was sampled that they are made of."""

    images: slice
    factors: Sequence[Factor]


def spread_of(influences: Floats, sampled: Sequence[Sampled]) -> Spread:
    """What values vary by, from the influence of each image on them.

    Args:
        influences: (rows, images), what leaving an image out takes from each value.
        sampled: of each condition; the factors of several conditions have different names.
    """
    parts = {}
    for images, factors in sampled:
        each = influences[:, images]
        for factor in factors:
            parts[factor.name] = Part(_within(each, factor), _freedom(each, factor))
        if len(factors) > 1:
            crossed = " and ".join(factor.name for factor in factors)
            parts[crossed] = Part(each, np.full(len(each), np.inf), -1)
    return Spread(parts)


def of_people(influences: Floats, name: str) -> Spread:
    """The same from the influence of each of some people, (rows, people)."""
    n = influences.shape[1]
    apart = influences - influences.mean(axis=1, keepdims=True)
    return Spread({name: Part(apart * np.sqrt((n - 1) / n), np.full(len(apart), n - 1.0))})


def narrowed(draws: Floats, spread: Spread, confidence: float) -> Floats:
    """Draws of crossed factors with the variance of `Spread`, and as wide as Student's t.

    Args:
        draws: (rows, 1 + draws), the value itself first.
        spread: of the values.
        confidence: of the intervals that are read off the draws.
    """
    from scipy.special import stdtrit

    value, of_draws = draws[:, :1], variance(draws[:, 1:])
    wanted, _, freedom = spread.moments(of_units=False)
    tail = (1 - confidence) / 2
    t = stdtrit(freedom, tail) / NormalDist().inv_cdf(tail)
    varies = (of_draws > 1e-20) & (wanted > 0)
    scale = np.where(varies, t * np.sqrt(wanted / np.where(varies, of_draws, 1)), 0)
    return np.asarray(value + scale[:, None] * (draws - value))


def _within(influences: Floats, factor: Factor) -> Floats:
    """What each unit deviates from its stratum's mean, times sqrt(n / (n - 1)): (rows, units)."""
    sums = factor.of_units(influences)
    of, n = factor.stratum, np.asarray(factor.sizes)
    means = _by_stratum(sums, factor) / n
    return np.asarray((sums - means[:, of]) * np.sqrt(n / np.maximum(n - 1, 1))[of])


def _freedom(influences: Floats, factor: Factor) -> Floats:
    """Units that an image with an influence belongs to, less their strata: (rows,)."""
    there = factor.of_units(np.abs(influences)) > 0
    return np.maximum(_by_stratum(there, factor) - 1, 0).sum(axis=1).astype(np.float64)


def _by_stratum(of_units: Floats | npt.NDArray[np.bool_], factor: Factor) -> Floats:
    """Sums over the units of each stratum: (rows, strata)."""
    members = factor.stratum[:, None] == np.arange(len(factor.sizes))
    return np.asarray(of_units.astype(np.float64) @ members.astype(np.float64))
