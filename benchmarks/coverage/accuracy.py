"""Observers whose answers to an image are right or wrong: accuracy, consistency, kappa."""

from collections.abc import Iterator

import numpy as np
from intervals import (
    CATEGORIES,
    Draws,
    Floats,
    Intervals,
    Kappas,
    cells_of,
    kappas,
)
from scipy.stats import norm

from gcbook.stats.agreement import kappa

Found = tuple[str, dict[str, object], bool, float, Floats, Intervals]

OF_CATEGORIES = {"human": 0.15, "network": 0.35}
"""Latent variance between the 16 categories, of the real trials: of right and wrong .09 of a
human's variance in a condition and .23 of a network's lie between them."""
COMMON = {"human": 0.9, "network": 0.65}
"""Loadings on what makes a category hard for all: effects of two humans correlate by .8, of a human
and a network by .6, as they do in the real trials."""
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(40)


class World:
    """The categories of one condition, fixed, and observers of given mean accuracy.

    Right where a category's effect, the image's and the observer's own sum to less than a
    threshold; their variances sum to 1.
    """

    def __init__(
        self, rng: np.random.Generator, accuracies: list[float], kinds: list[str], shared: float
    ) -> None:
        common = rng.standard_normal(CATEGORIES)
        own = rng.standard_normal((len(kinds), CATEGORIES))
        loading = np.array([COMMON[kind] for kind in kinds])[:, None]
        between = np.array([OF_CATEGORIES[kind] for kind in kinds])[:, None]
        effects = np.sqrt(between) * (loading * common + np.sqrt(1 - loading**2) * own)
        self.bounds = norm.ppf(accuracies)[:, None] - effects
        self.shared, self.rest = shared, np.sqrt(1 - between - shared)
        at = self.bounds[..., None] - np.sqrt(shared) * NODES
        self.chance = norm.cdf(at / self.rest[..., None])
        self.weights = NODE_WEIGHTS / NODE_WEIGHTS.sum() / CATEGORIES
        self.accuracy = (self.chance * self.weights).sum(axis=(1, 2))

    def cells(self, a: int, b: int) -> Floats:
        """The true shares of both right, only a, only b, both wrong."""
        both = float((self.chance[a] * self.chance[b] * self.weights).sum())
        right_a, right_b = self.accuracy[a], self.accuracy[b]
        return np.array([both, right_a - both, right_b - both, 1 - right_a - right_b + both])

    def answers(self, rng: np.random.Generator, n: int, replications: int) -> Floats:
        """(observers, n, replications), 1 where right; images by category."""
        size = n, replications
        of_image = np.sqrt(self.shared) * rng.standard_normal(size, dtype=np.float32)
        bounds = np.repeat(self.bounds, n // CATEGORIES, axis=1)[..., None]
        right = np.empty((len(bounds), *size), dtype=np.float32)
        for each, bound, rest in zip(right, bounds, self.rest, strict=True):
            each[:] = of_image + rest * rng.standard_normal(size, dtype=np.float32) < bound
        return right


PAIRS = {
    "choose": ((80, 160, 640), ((0.6, 0.6), (0.8, 0.5), (0.85, 0.85), (0.92, 0.88), (0.96, 0.7))),
    "report": (
        (80, 160, 1280),
        ((0.5, 0.5), (0.7, 0.7), (0.9, 0.6), (0.9, 0.9), (0.925, 0.894), (0.95, 0.95), (0.99, 0.8)),
    ),
}


def pairs(rng: np.random.Generator, split: str, replications: int, draws: int) -> Iterator[Found]:
    """Kappa of two observers in one condition."""
    sizes, accuracies = PAIRS[split]
    for n in sizes:
        of_images = Draws.of(n, draws, rng)
        for a, b in accuracies:
            for shared in (0.1, 0.4, 0.6):
                world = World(rng, [a, b], ["human", "human" if a == b else "network"], shared)
                right = world.answers(rng, n, replications)
                found = Kappas()
                found.add(of_images, right[0] * right[1], *right)
                means = found.means()
                design = {"images": n, "accuracies": f"{a}, {b}", "shared": shared}
                few = n * (1 - world.accuracy.max()) < 2
                true = float(kappa(*world.cells(0, 1)))
                yield "kappa of a pair", design, few, true, means["plain"][:, 0], kappas(means)
