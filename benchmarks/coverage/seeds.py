"""Means over several trainings of one recipe, tested on the same silhouettes."""

from collections.abc import Iterator

import numpy as np
from accuracy import Found
from intervals import PACKAGE, PLAIN
from scipy.stats import norm

DESIGNS = {
    "choose": ((2, 4), (0.05, 0.2)),
    "report": ((1, 2, 3, 5), (0.0, 0.1, 0.3)),
}
"""How many networks, and the share of the latent variance that is theirs."""
N_SILHOUETTES, EACH = 40, 8
OF_SILHOUETTES = 0.2
T_DRAWS = "percentile, t draws of seeds"


def seeds(rng: np.random.Generator, split: str, replications: int, draws: int) -> Iterator[Found]:
    """Silhouettes and networks are both drawn anew: n - 1 of n, rescaled."""
    numbers, variances = DESIGNS[split]
    for n_seeds in numbers:
        for of_seeds in variances:
            if n_seeds == 1 and of_seeds:
                continue  # one network tells of itself alone
            effects = np.sqrt(of_seeds) * rng.standard_normal((replications, n_seeds, 1))
            of_silhouettes = rng.standard_normal((replications, 1, N_SILHOUETTES))
            effects = effects + np.sqrt(OF_SILHOUETTES) * of_silhouettes
            chance = norm.cdf((0.5 + effects) / np.sqrt(1 - OF_SILHOUETTES - of_seeds))
            right = rng.binomial(EACH, chance) / EACH  # (replications, seeds, silhouettes)
            weights = []
            for units in (N_SILHOUETTES, n_seeds):
                counts = np.ones((draws, units))
                if units > 1:
                    law = np.full(units, 1 / units)
                    counts = rng.multinomial(units - 1, law, size=draws) * units / (units - 1)
                weights.append(np.concatenate([np.ones((1, units)), counts]))
            scale = np.ones((1 + draws, 1))
            if n_seeds > 1:
                chi_squared = rng.chisquare(n_seeds - 1, size=(draws, 1))
                scale[1:] = np.sqrt((n_seeds - 1) / chi_squared)
            found = {}
            for name, of_draw in ((PLAIN, weights[1]), (T_DRAWS, 1 + scale * (weights[1] - 1))):
                values = np.einsum("rks,ds,dk->rd", right, weights[0], of_draw, optimize=True)
                values /= weights[0].sum(axis=1) * n_seeds
                found[name] = PACKAGE.interval(np.clip(values, 0, 1))
            design = {"images": N_SILHOUETTES * EACH, "seeds": n_seeds, "shared": of_seeds}
            true = float(norm.cdf(0.5))
            yield Found("mean over seeds", design, False, true, values[:, 0], found)
