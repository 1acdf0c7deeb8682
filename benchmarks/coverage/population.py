"""Observers whose true values are known: what they answer is decided by a sum of random effects."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from intervals import Floats, Places
from scipy.stats import norm

from gcbook.stats.agreement import kappa

Images = slice | npt.NDArray[np.bool_]

NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(40)
NODE_WEIGHTS /= NODE_WEIGHTS.sum()


class Observer(NamedTuple):
    """An observer leans to the shape, or to what is right, by a sum of effects.

    Attributes:
        shape, texture: how often it names the shape (or is right), and the texture.
        variances: of the effects of each part; they sum to 1.
        group: observers of one group have more in common.
    """

    shape: float
    texture: float
    variances: tuple[float, ...]
    group: str


class Part(NamedTuple):
    """What has an effect: a category, an exemplar, an image.

    Attributes:
        of: (images,), the unit of each image.
        fixed: its effects are the same in all experiments, as those of the categories are.
        within, across: correlation of the effects on two observers of one group, and of two.
    """

    of: Places
    fixed: bool
    within: float
    across: float


class Population:
    """Some observers of some images; effects of fixed parts are drawn once.

    Attributes:
        high, low: (observers, images), above the one an image's own effects make the answer the
            shape, below the other the texture.
        least: above this the answer is right; easier than ``high`` by (images,) or (observers,
            images), where so chosen.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        observers: list[Observer],
        parts: list[Part],
        easier: Floats | float = 0,
    ) -> None:
        self.rng, self.observers, self.parts = rng, observers, parts
        variances = np.array([each.variances for each in observers])
        self.variances = variances * ~np.array([part.fixed for part in parts])
        self.spread = np.sqrt(self.variances.sum(axis=1, keepdims=True))
        ends = norm.ppf([[1 - each.shape, each.texture] for each in observers]).T
        self.high, self.low = ends[..., None] - self._effects(variances - self.variances, 1)[..., 0]
        self.least = self.high - easier

    def _effects(self, variances: Floats, replications: int) -> Floats:
        """(observers, images, replications)."""
        size = len(self.observers), len(self.parts[0].of), replications
        found = np.zeros(size, dtype=np.float32)
        for part, of_part in zip(self.parts, variances.T, strict=True):
            if of_part.any():
                drawn = {
                    name: self._normal(part, replications)
                    for name in ("all", *{each.group for each in self.observers})
                }
                for total, each, variance in zip(found, self.observers, of_part, strict=True):
                    effect = np.sqrt(1 - part.within) * self._normal(part, replications)
                    effect += np.sqrt(part.within - part.across) * drawn[each.group]
                    effect += np.sqrt(part.across) * drawn["all"]
                    total += (np.sqrt(variance) * effect)[part.of]
        return found

    def _normal(self, part: Part, replications: int) -> Floats:
        return self.rng.standard_normal((part.of.max() + 1, replications), dtype=np.float32)

    def leanings(self, replications: int) -> Floats:
        """What differs between experiments, (observers, images, replications)."""
        return self._effects(self.variances, replications)

    def right(self, leanings: Floats) -> Floats:
        """1 where an answer is right."""
        return np.asarray(leanings > self.least[..., None]).astype(np.float32)

    def accuracy(self, observer: int, images: Images = slice(None)) -> float:
        """Its true value, on some images."""
        return float(norm.sf(self.least[observer, images] / self.spread[observer]).mean())

    def bias(self, observers: list[int], images: Places) -> float:
        """The true shape bias of some observers together, on some images."""
        shape = norm.sf(self.high / self.spread)[observers][:, images].sum()
        texture = norm.cdf(self.low / self.spread)[observers][:, images].sum()
        return float(shape / (shape + texture))

    def cells(self, a: int, b: int, images: Images = slice(None)) -> Floats:
        """The true shares of both right, only a, only b, both wrong, on some images."""
        one_group = self.observers[a].group == self.observers[b].group
        alike = [part.within if one_group else part.across for part in self.parts]
        covariance = np.sqrt(self.variances[a] * self.variances[b]) @ alike
        shared = covariance / float(np.prod(self.spread[[a, b]]))
        least = (self.least / self.spread)[:, images]
        bounds = (least[i][:, None] - np.sqrt(shared) * NODES for i in (a, b))
        chances = [norm.sf(each / np.sqrt(1 - shared)) for each in bounds]
        each = chances[0] * chances[1], *chances
        both, right_a, right_b = (float((chance @ NODE_WEIGHTS).mean()) for chance in each)
        return np.array([both, right_a - both, right_b - both, 1 - right_a - right_b + both])

    def kappa(self, a: int, b: int, images: Images = slice(None)) -> float:
        """The true kappa of two observers, on some images."""
        return float(kappa(*self.cells(a, b, images)))
