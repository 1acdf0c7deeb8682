"""Means over several trainings of one recipe, tested on the same silhouettes."""

from collections.abc import Iterator

import numpy as np
from accuracy import Found
from intervals import PACKAGE, PLAIN
from scipy.stats import norm

from gcbook.stats.resampling import Factor, Resampling

DESIGNS = {"choose": ((2, 4), (0.05, 0.2)), "report": ((1, 2, 3, 5), (0.0, 0.1, 0.3))}
"""How many networks, and the share of the latent variance that is theirs."""
N_SILHOUETTES, EACH, OF_SILHOUETTES = 40, 8, 0.2
T_DRAWS = "percentile, t draws of seeds"


def seeds(rng: np.random.Generator, split: str, replications: int, draws: int) -> Iterator[Found]:
    """The mean accuracy of several networks; silhouettes and networks are both drawn anew."""
    resampling = Resampling(draws)
    numbers, variances = DESIGNS[split]
    for n, own in ((n, own) for n in numbers for own in variances if n > 1 or not own):
        effects = np.sqrt(own) * rng.standard_normal((replications, n, 1))
        common = rng.standard_normal((replications, 1, N_SILHOUETTES))
        leaning = 0.5 + effects + np.sqrt(OF_SILHOUETTES) * common
        chances = norm.cdf(leaning / np.sqrt(1 - OF_SILHOUETTES - own))
        right = rng.binomial(EACH, chances) / EACH  # (replications, networks, silhouettes)
        silhouettes, networks = (
            resampling.weights(Factor(name, [units]))
            for name, units in (("silhouettes", N_SILHOUETTES), ("networks", n))
        )
        scales = resampling.t_scales("networks", n)[:, None]
        found = {}
        for name, of in ((PLAIN, networks), (T_DRAWS, 1 + scales * (networks - 1))):
            values = np.einsum("rks,ds,dk->rd", right, silhouettes, of, optimize=True)
            found[name] = PACKAGE.interval(np.clip(values / (n * N_SILHOUETTES), 0, 1))
        design = {"images": N_SILHOUETTES * EACH, "seeds": n, "shared": own}
        value = right.mean(axis=(1, 2))
        yield Found("mean over seeds", design, False, float(norm.cdf(0.5)), value, found)
