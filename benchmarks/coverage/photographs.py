"""Conflicts that networks trained on photographs answer: 110 shapes crossed with 33 textures."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from accuracy import Found
from intervals import PACKAGE, Ends, Floats
from population import Observer, Part, Population

from gcbook.files.manifest import DATA
from gcbook.stats.crossed import SHRUNK, crossed_weights, over_trainings
from gcbook.stats.metrics import bias_of
from gcbook.stats.resampling import Factor, Resampling, strata

CATEGORIES = 11
EFFECTS = {
    "choose": {"weaker": (0.02, 0.12), "as fitted": (0.03, 0.17), "stronger": (0.05, 0.25)},
    "report": {"weaker": (0.015, 0.085), "as fitted": (0.03, 0.17), "stronger": (0.06, 0.30)},
}
"""Latent variance of exemplars of shape and of texture within categories.

As fitted: simulated design effects of textures (3.1) and of shapes (1.0), within categories, are
those of the answers that ship: 2 to 5 (median 3.2) and .6 to 1.3."""
OF_CATEGORIES = 0.1, 0.2
TRAININGS = 0.0, 0.003, 0.02
"""Latent variance of a training: .003 moves shape bias by a standard deviation of .04, .02 by .1.

Two trainings of a ResNet that ship differ by .006: nearer to the first than to the others."""
NETWORKS = {"ResNet": (0.20, 0.16), "diffusion": (0.13, 0.20)}
"""How often each names the shape, and the texture, as those that ship."""
BANDS = list(zip(np.linspace(0.09, 0.16, 8), np.linspace(0.25, 0.13, 8), strict=True))
"""The same of one network asked at eight levels of noise."""
SLOPE = 8 * (np.arange(8) - 3.5) / ((np.arange(8) - 3.5) ** 2).sum()
SHAPES, IMAGES = "shapes, within", "images alone"
PRODUCT, ACROSS, WHOLE = "product, within", "product, across", "exemplars, not shrunk"
CROSSED, FIXED = "exemplars", "exemplars, these trainings"


def _layout() -> tuple[list[str], list[Factor], list[Factor]]:
    """The images, and shapes and textures within and across categories."""
    table = pd.read_parquet(DATA.path("photographs/photo-cnn/cue-conflict.parquet"))
    ids = table["image_id"].str.removesuffix(".png")
    within, across = [], []
    for name, of in ids.str.split("-", expand=True).items():
        names = pd.Index(sorted(set(of)))
        sizes, place = strata(names.str.rstrip("0123456789"))
        unit = place[names.get_indexer(of)]
        within.append(Factor(f"photographs/{name}", sizes, unit))
        across.append(Factor(f"photographs/{name}", [sum(sizes)], unit))
    return list(table["image_id"]), within, across


def photographs(
    rng: np.random.Generator, split: str, replications: int, draws: int
) -> Iterator[Found]:
    """Shape bias, differences and slopes of single networks, and of means over three trainings."""
    ids, within, across = _layout()
    resampling = Resampling(draws, seed=int(rng.integers(2**31)))
    crossed = crossed_weights(ids, resampling)
    weights = {
        SHAPES: resampling.weights(within[0]),
        IMAGES: resampling.weights(Factor("photographs", [len(ids)])),
        PRODUCT: resampling.weights(*within),
        ACROSS: resampling.weights(*across),
        WHOLE: 1 + (crossed - 1) / SHRUNK,
        CROSSED: crossed,
    }
    for effects, exemplars in EFFECTS[split].items():
        for training in TRAININGS:
            population = _population(rng, within, exemplars, training)
            design = {"images": len(ids), "observers": effects}
            for statistic, seeds, truth, value, found in _found(
                population, weights, resampling, replications, training
            ):
                own = {"shared": training, "seeds": seeds}
                yield Found(statistic, design | own, False, truth, value, found)


def _population(
    rng: np.random.Generator, factors: list[Factor], exemplars: tuple[float, float], training: float
) -> Population:
    shapes, textures = (np.asarray(factor.unit) for factor in factors)
    variances = *OF_CATEGORIES, *exemplars
    variances = *variances, 1 - sum(variances) - training, training
    observers = [
        Observer(*shares, variances, kind) for kind, shares in NETWORKS.items() for _ in range(3)
    ]
    observers += [Observer(*band, variances, f"band {i}") for i, band in enumerate(BANDS)]
    each = np.arange(len(shapes))
    parts = [
        Part(factors[0].stratum[shapes], True, 0.9, 0.6),
        Part(factors[1].stratum[textures], True, 0.9, 0.2),
        Part(shapes, False, 0.9, 0.2),
        Part(textures, False, 0.9, 0.3),
        Part(each, False, 0.65, 0.15),
        Part(np.zeros_like(each), False, 0, 0),
    ]
    return Population(rng, observers, parts)


def _found(
    population: Population,
    weights: dict[str, Floats],
    resampling: Resampling,
    replications: int,
    training: float,
) -> Iterator[tuple[str, int, float, Floats, dict[str, Ends]]]:
    leaning = population.leanings(replications)
    sides = (leaning > population.high[..., None], leaning < population.low[..., None])
    of = {
        name: np.stack(
            [
                bias_of(*((each @ side.astype(np.float32)).T for side in sides_of))
                for sides_of in zip(*sides, strict=True)
            ]
        )
        for name, each in weights.items()
    }  # (observers, replications, 1 + draws)
    everywhere = np.arange(leaning.shape[1])
    truth = np.array([population.bias([i], everywhere) for i in range(len(leaning))])
    kinds = {kind: slice(3 * i, 3 * i + 3) for i, kind in enumerate(NETWORKS)}
    means = {
        name: {k: each[rows].mean(axis=0) for k, rows in kinds.items()} for name, each in of.items()
    }
    means[FIXED] = means[CROSSED]
    means[CROSSED] = {
        kind: np.stack(
            [over_trainings(one, kind, resampling) for one in of[CROSSED][rows].swapaxes(0, 1)]
        )
        for kind, rows in kinds.items()
    }
    resnet, diffusion = (float(truth[rows].mean()) for rows in kinds.values())
    if not training:
        single = {
            "bias on photographs": ([0], [1.0]),
            "gap on photographs": ([3, 0], [1.0, -1.0]),
            "slope on photographs": (range(6, 14), SLOPE),
        }
        for statistic, (rows, times) in single.items():
            values = {name: np.tensordot(times, each[list(rows)], 1) for name, each in of.items()}
            yield _told(statistic, 1, float(np.dot(times, truth[list(rows)])), values)
    level = {name: each["diffusion"] for name, each in means.items()}
    yield _told("bias over trainings", 3, diffusion, level)
    gap = {name: each["diffusion"] - each["ResNet"] for name, each in means.items()}
    yield _told("gap over trainings", 3, diffusion - resnet, gap)


def _told(
    statistic: str, seeds: int, truth: float, values: dict[str, Floats]
) -> tuple[str, int, float, Floats, dict[str, Ends]]:
    found = {name: PACKAGE.interval(each) for name, each in values.items()}
    return statistic, seeds, truth, values[CROSSED][:, 0], found
