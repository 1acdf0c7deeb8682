r"""What 160 shapes and 48 textures tell, of which all 1,280 cue-conflict images are made.

An image counts as often as its shape times its texture was drawn (the pigeonhole bootstrap: Owen,
2007). No way of resampling crossed units has the right variance for every statistic (McCullagh,
2000): here the variance of single images is counted three times. So the draws' deviations are
scaled to the variance of multiway clustering (Cameron, Gelbach & Miller, 2011),

.. math:: V = V_{shapes} + V_{textures} - V_{images},

each from the influences of the images, added up by shape, by texture or not at all. The influence
of an image is what leaving it out does to the value (the jackknife). The sixteen categories are
fixed, and exemplars were drawn within them, so that shapes and textures are compared within their
category. The images are not: what a pair of categories adds to both other variances is taken out
once.

A difference of two observers has influences of its own, so that what both have in common cancels.
Few units tell a variance only roughly. So Student's t stands for the normal distribution, as in
surveys (Korn & Graubard, 1998): each factor has as many degrees of freedom as it has units less
strata, and their sum has Satterthwaite's (1946).

Where people are resampled too, the variance that they add is the jackknife's of leaving each out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from gcbook.stats.metrics import share
from gcbook.stats.resampling import Factor, Resampling, recentred, variance

Floats = npt.NDArray[np.floating]
Places = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Crossing:
    """The design.

    Attributes:
        factors: the crossed ones, whose items are the images.
        resampling: how the draws are made.
        people: how many are resampled; 0 where they are fixed.
    """

    factors: Sequence[Factor]
    resampling: Resampling
    people: int = 0

    @property
    def n_draws(self) -> int:
        """The value and its draws; the other replicates are the jackknife's."""
        return 1 + self.resampling.draws

    def crossed(self, values: npt.ArrayLike) -> "Crossed":
        """Values with what their variance is made of.

        Args:
            values: (rows, 1 + draws + images + people): the value, its draws, and the value with
                each image and each of the people left out.
        """
        values = np.atleast_2d(np.asarray(values, dtype=np.float64))
        n = self.n_draws
        left_out = np.nan_to_num(values[:, n:] - values[:, :1])
        influences, of_people = np.split(left_out, [left_out.shape[1] - self.people], axis=1)
        freedom = [_freedom(influences, each) for each in self.factors]
        spreads = [_within(influences, each) for each in self.factors]
        if self.people:
            apart = of_people - of_people.mean(axis=1, keepdims=True)
            spreads.append(apart * np.sqrt((self.people - 1) / self.people))
            freedom.append(np.full(len(values), self.people - 1))
        return Crossed(values[:, :n], tuple(spreads), influences, np.stack(freedom, axis=-1))


@dataclass(frozen=True)
class Crossed:
    """Values whose draws vary more than the values do, and what they vary by.

    Attributes:
        draws: (rows, 1 + draws), the value itself first.
        spreads: of each factor, and of people if they are resampled, (rows, units): what each unit
            deviates from its stratum; the squares add up to a variance.
        influences: (rows, images), the same of single images.
        freedom: (rows, factors), degrees of freedom.
    """

    draws: Floats
    spreads: tuple[Floats, ...]
    influences: Floats
    freedom: Floats

    def narrowed(self, confidence: float) -> Floats:
        """(rows, 1 + draws), the draws with the spread that their intervals are to be read off."""
        value = self.draws[:, :1]
        return np.asarray(value + self.scale(confidence)[:, None] * (self.draws - value))

    def scale(self, confidence: float) -> Floats:
        """(rows,), by how much the draws' deviations are to be multiplied; 0 where none vary."""
        of_draws = variance(self.draws[:, 1:])
        return _scale(self.spreads, self.influences, self.freedom, of_draws, confidence)

    def scale_of_differences(
        self, first: Places, second: Places, of_draws: Floats, confidence: float
    ) -> Floats:
        """The same of differences of two rows.

        Args:
            first, second: (pairs,), the rows.
            of_draws: (pairs,), the variance of the difference of their draws.
            confidence: of the intervals.
        """
        spreads = tuple(each[first] - each[second] for each in self.spreads)
        influences = self.influences[first] - self.influences[second]
        freedom = np.minimum(self.freedom[first], self.freedom[second])
        return _scale(spreads, influences, freedom, of_draws, confidence)

    def rows(self, places: Places) -> "Crossed":
        """Some of the rows."""
        spreads = tuple(each[places] for each in self.spreads)
        return Crossed(self.draws[places], spreads, self.influences[places], self.freedom[places])

    def __truediv__(self, n: npt.NDArray[np.number]) -> "Crossed":
        """The same divided by (1 + draws,), the value's divisor first."""
        spreads = tuple(share(each, n[0]) for each in self.spreads)
        return Crossed(share(self.draws, n), spreads, share(self.influences, n[0]), self.freedom)


def _scale(
    spreads: Sequence[Floats],
    influences: Floats,
    freedom: Floats,
    of_draws: Floats,
    confidence: float,
) -> Floats:
    from scipy.special import stdtrit

    of_factors = np.stack([(each**2).sum(axis=-1) for each in spreads], axis=-1)
    # By chance little may be left; one factor alone makes more.
    least = of_factors.max(axis=-1) / 2
    wanted = np.maximum(of_factors.sum(axis=-1) - (influences**2).sum(axis=-1), least)
    varies = (of_draws > 1e-20) & (wanted > 0)
    spent = (of_factors**2 / np.maximum(freedom, 1)).sum(axis=-1)
    together = wanted**2 / np.where(varies, spent, 1)
    tail = (1 - confidence) / 2
    t = stdtrit(np.maximum(together, 1), tail) / NormalDist().inv_cdf(tail)
    return np.where(varies, t * np.sqrt(wanted / np.where(varies, of_draws, 1)), 0)


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
    """Sums over the units of each stratum: (rows, strata), also of no rows."""
    n = len(factor.sizes)
    sums = [np.bincount(factor.stratum, row, n) for row in of_units]
    return np.asarray(sums, dtype=np.float64).reshape(len(of_units), n)


@dataclass(frozen=True)
class Draws:
    """Values of several observers with their draws, a part of which may be of crossed factors.

    Attributes:
        plain: (rows, 1 + draws), the value first, less the part of crossed factors.
        crossed: that part; None where there is none.
        confidence: of the intervals.
    """

    plain: Floats
    crossed: Crossed | None = None
    confidence: float = 0.95

    @cached_property
    def values(self) -> Floats:
        """(rows, 1 + draws), each row's draws as its own interval is read off."""
        if self.crossed is None:
            return self.plain
        return self.plain + self.crossed.narrowed(self.confidence)

    def rows(self, places: Sequence[int]) -> "Draws":
        """Some of the rows."""
        chosen = np.asarray(places, dtype=np.intp)
        crossed = self.crossed.rows(chosen) if self.crossed else None
        return Draws(self.plain[chosen], crossed, self.confidence)

    def recentred(self, bias: npt.ArrayLike) -> "Draws":
        """Draws moved as by `gcbook.stats.resampling.recentred`, (rows,) or one bias."""
        moved = recentred(self.values, bias) - self.values
        return Draws(self.plain + moved, self.crossed, self.confidence)

    def differences(self, first: Places, second: Places) -> Floats:
        """(pairs, 1 + draws), of two rows each, as the intervals of differences are read off."""
        plain = self.plain[first] - self.plain[second]
        if self.crossed is None:
            return plain
        crossed = self.crossed.draws[first] - self.crossed.draws[second]
        scale = self.crossed.scale_of_differences(
            first, second, variance(crossed[:, 1:]), self.confidence
        )
        return np.asarray(plain + crossed[:, :1] + scale[:, None] * (crossed - crossed[:, :1]))


def together(several: Sequence[Draws]) -> Draws:
    """Rows of several, one after the other; where some have no part of crossed factors, it is 0."""
    crossed = [each.crossed for each in several]
    known = next((each for each in crossed if each is not None), None)
    plain = np.concatenate([each.plain for each in several])
    confidence = several[0].confidence
    if known is None:
        return Draws(plain, None, confidence)
    every = [
        each or _nothing(len(some.plain), known)
        for each, some in zip(crossed, several, strict=True)
    ]
    spreads = zip(*(each.spreads for each in every), strict=True)
    draws, influences, freedom = (
        np.concatenate([getattr(each, name) for each in every])
        for name in ("draws", "influences", "freedom")
    )
    spread = tuple(np.concatenate(each) for each in spreads)
    return Draws(plain, Crossed(draws, spread, influences, freedom), confidence)


def _nothing(rows: int, like: Crossed) -> Crossed:
    spreads = tuple(np.zeros((rows, each.shape[1])) for each in like.spreads)
    freedom = np.full((rows, len(spreads)), np.inf)
    return Crossed(
        np.zeros((rows, like.draws.shape[1])),
        spreads,
        np.zeros((rows, like.influences.shape[1])),
        freedom,
    )
