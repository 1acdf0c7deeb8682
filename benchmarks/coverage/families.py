"""Do families of comparisons keep their promise where all are equal and sets are small?

Some networks and people of one law answer to 160 edges and 160 silhouettes of the same exemplars:

    python benchmarks/coverage/families.py --replications 500

Prints, of accuracy and of kappa with people, between networks and against people among themselves:
how often anything false is said (family-wise, at .05), how often intervals of differences contain
0, and their width as a multiple of the ideal one. Kappa's draws have no half images, those that all
pairs share (as the package does), or joint ones: images on which any two observers have each of the
four answers equally often, so that a difference varies by them too.
"""

import argparse

import numpy as np
from scipy.linalg import hadamard
from scipy.stats import norm

from gcbook.stats.agreement import pair_metrics, sums_of
from gcbook.stats.resampling import Factor, Resampling

VARIANCES = {"category": 0.3, "shape": 0.25, "image": 0.15, "own": 0.3}
"""Of what decides an answer. Effects of categories are fixed, and the same for all."""
PEOPLE, MOST = 4, 64
EDGES, SILHOUETTES = 1.3, 0.7
HALVES = ("none", "shared", "joint")


def simulate(networks: int, replications: int, draws: int, seed: int = 0) -> dict:
    """Means over both sets: metric → (networks and, last, people; 1 + draws; replications)."""
    rng = np.random.default_rng(seed)
    resampling = Resampling(draws, seed=seed)
    weights = resampling.weights(Factor("shapes", [10] * 16))
    n, everyone = weights.shape[1], PEOPLE + networks
    spread = {name: np.sqrt(each) for name, each in VARIANCES.items()}
    shape = spread["shape"] * rng.standard_normal((n, replications))
    signs = hadamard(MOST)[1 : everyone + 1] > 0
    found: dict[str, list] = {}
    for name, mean in (("edge", EDGES), ("silhouette", SILHOUETTES)):
        category = spread["category"] * np.repeat(rng.standard_normal(16), n // 16)[:, None]
        common = mean + category + shape
        common = common + spread["image"] * rng.standard_normal((n, replications))
        own = spread["own"] * rng.standard_normal((everyone, n, replications))
        right = (common + own > 0).astype(np.float32)
        sums = np.stack([weights @ each for each in right])
        added = np.array(sums_of(*resampling.half_images(name)))
        gamma = rng.standard_gamma(2 / MOST, (MOST, draws))
        gamma = np.concatenate([np.zeros((MOST, 1)), gamma], axis=1)
        means = {"accuracy": [[each / n] for each in sums]}
        for half in HALVES:
            of: list[list] = [[] for _ in range(everyone)]
            among = []
            for a in range(PEOPLE):
                for b in range(a + 1, everyone):
                    more = added
                    if half == "joint":
                        each = signs[a] & signs[b], signs[a], signs[b], np.ones(MOST)
                        more = np.array(each, dtype=float) @ gamma
                    cells = [weights @ (right[a] * right[b]), sums[a], sums[b], float(n)]
                    if half != "none":
                        cells = [x + y[:, None] for x, y in zip(cells, more, strict=True)]
                    value = pair_metrics(*map(np.asarray, cells), metrics=["error_consistency"])
                    (among if b < PEOPLE else of[b]).append(value["error_consistency"])
            means[f"kappa, {half}"] = [among if i < PEOPLE else of[i] for i in range(everyone)]
        for metric, each in means.items():
            people = each[0] if metric != "accuracy" else [x for (x,) in each[:PEOPLE]]
            rows = [np.nanmean(x, axis=0) for x in [*each[PEOPLE:], people]]
            found.setdefault(metric, []).append(np.array(rows, dtype=np.float32))
    return {metric: np.mean(each, axis=0) for metric, each in found.items()}


def family(differences: np.ndarray) -> tuple[float, float, float]:
    """Family-wise error, coverage and relative width of differences that are truly 0.

    Args:
        differences: (tests, 1 + draws, replications), the values first.
    """
    value, drawn = differences[:, 0], differences[:, 1:]
    mean, sd = np.nanmean(drawn, axis=1), np.nanstd(drawn, axis=1)
    by_chance = np.nanmax(np.abs(drawn - mean[:, None]) / sd[:, None], axis=0)
    least = np.nanmax(np.abs(mean) / sd, axis=0)
    wrong = (1 + (by_chance >= least).sum(axis=0)) / (1 + len(by_chance)) < 0.05
    low, high = np.nanquantile(drawn, norm.cdf([-1.96, 1.96]), axis=1)
    inside = (np.minimum(low, value) <= 0) & (np.maximum(high, value) >= 0)
    width = np.mean(high - low) / (3.92 * np.nanstd(value))
    return float(wrong.mean()), float(inside.mean()), float(width)


def main() -> None:
    """Print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replications", type=int, default=500)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--networks", type=int, default=4)
    chosen = parser.parse_args()
    print("metric, family: family-wise error, coverage, relative width")
    found = simulate(chosen.networks, chosen.replications, chosen.draws)
    first, second = np.triu_indices(chosen.networks, k=1)
    for metric, values in found.items():
        for name, each in (
            ("networks", values[first] - values[second]),
            ("people", values[:-1] - values[-1:]),
        ):
            print(f"{metric}, {name}:", *(f"{number:.3f}" for number in family(each)))


if __name__ == "__main__":
    main()
