"""Observers whose answers to an image are right or wrong: accuracy, consistency, kappa."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from intervals import (
    ACROSS,
    CATEGORIES,
    Draws,
    Floats,
    Intervals,
    Means,
    gaps,
    jackknife,
    kappas,
    shares,
    squares,
)
from population import Observer, Part, Population
from scipy.stats import norm

from gcbook.stats.agreement import kappa


class Found(NamedTuple):
    """Of one design: its statistic, whether it is hard, the truth, and what the experiments gave.

    ``value`` and the ends of each interval are (replications,).
    """

    statistic: str
    design: dict[str, Any]
    hard: bool
    truth: float
    value: Floats
    intervals: Intervals


OF_CATEGORIES = {"human": 0.15, "network": 0.35}
"""Latent variance between categories, as in the real trials: of right and wrong in one condition
.09 of a human's variance lies between them, and .23 of a network's."""
ALIKE = 0.8, 0.6
"""In the real trials effects of categories on two humans, or on two networks, correlate by .8,
those on a human and a network by .6."""


def people(
    rng: np.random.Generator, n: int, accuracies: list[float], kinds: list[str], shared: float
) -> Population:
    """Observers of n images, alike many in each fixed category.

    Args:
        accuracies: of each, in the mean over worlds of categories.
        kinds: of each, human or network.
        shared: latent variance of the image, which all of them share.
    """
    observers = [
        Observer(
            accuracy, 0.0, (OF_CATEGORIES[kind], shared, 1 - OF_CATEGORIES[kind] - shared), kind
        )
        for accuracy, kind in zip(accuracies, kinds, strict=True)
    ]
    each = np.arange(n)
    parts = [Part(each // (n // CATEGORIES), True, *ALIKE), Part(each, False, 1, 1)]
    return Population(rng, observers, [*parts, Part(each, False, 0, 0)])


def images(n: int, draws: int, rng: np.random.Generator) -> Draws:
    """Draws of n images, alike many in each category."""
    return Draws([(n // CATEGORIES, np.arange(n))], draws, rng)


SHARES = {
    "choose": ((80, 320), (0.6, 0.8, 0.93, 0.97)),
    "report": ((80, 160, 1280), (0.5, 0.7, 0.9, 0.95, 0.99)),
}
"""Images of a condition, and accuracies."""


def accuracies(
    rng: np.random.Generator, split: str, replications: int, draws: int
) -> Iterator[Found]:
    """Accuracy of one observer in one condition."""
    sizes, levels = SHARES[split]
    for n in sizes:
        drawn = images(n, draws, rng)
        for level in levels:
            for kind in OF_CATEGORIES:
                world = people(rng, n, [level], [kind], 0.4)
                values = drawn.shares(world.right(world.leanings(replications))[0])
                design = {"images": n, "accuracies": level, "observers": kind}
                hard, found = n * (1 - world.accuracy(0)) < 2, shares(values, n, n - CATEGORIES)
                value = values[ACROSS][:, 0]
                yield Found("accuracy", design, hard, world.accuracy(0), value, found)


PAIRS = {
    "choose": ((80, 160, 640), ((0.6, 0.6), (0.8, 0.5), (0.85, 0.85), (0.92, 0.88), (0.96, 0.7))),
    "report": (
        (80, 160, 1280),
        ((0.5, 0.5), (0.7, 0.7), (0.9, 0.6), (0.9, 0.9), (0.925, 0.894), (0.95, 0.95), (0.99, 0.8)),
    ),
}
"""Images of a condition, and accuracies of two humans or, where they differ much, of a network."""


def pairs(rng: np.random.Generator, split: str, replications: int, draws: int) -> Iterator[Found]:
    """Kappa of two observers in one condition."""
    sizes, levels = PAIRS[split]
    for n in sizes:
        drawn = images(n, draws, rng)
        for a, b in levels:
            kinds = ["human", "human" if a - b < 0.1 else "network"]
            for shared in (0.1, 0.4, 0.6):
                world = people(rng, n, [a, b], kinds, shared)
                values = drawn.pairs(*world.right(world.leanings(replications)))["kappa"]
                design = {"images": n, "accuracies": f"{a}, {b}", "shared": shared}
                hard = n * (1 - max(world.accuracy(0), world.accuracy(1))) < 2
                value, found = values[ACROSS][:, 0], kappas(values)
                yield Found("kappa of a pair", design, hard, world.kappa(0, 1), value, found)


CONDITIONS = {
    "choose": {
        "easy": (0.96, 0.93, 0.91),
        "mixed": (0.92, 0.6, 0.4),
        "sixty": (*np.linspace(0.92, 0.96, 30), *np.linspace(0.85, 0.25, 30)),
    },
    "report": {
        "easy": (0.99, 0.97, 0.95),
        "mixed": (0.97, 0.75, 0.3),
        "middle": (0.95, 0.8, 0.65),
        "hard": (0.7, 0.55, 0.4),
        "sixty": (*np.linspace(0.9, 0.98, 30), *np.linspace(0.9, 0.3, 30)),
    },
}
"""Accuracies of the humans in each condition; the book's seventeen datasets have some sixty."""
SIZES = {"choose": ((3, 80), (4, 160), (7, 320)), "report": ((4, 160), (10, 1280))}
"""Humans, and images of a condition; of sixty conditions each has 160."""
APART = 0.3
"""Humans lie up to this far from their mean, in standard deviations of what decides an answer."""
BELOW = 0.4, 0.9
"""How far below it the two networks lie."""


def means(rng: np.random.Generator, split: str, replications: int, draws: int) -> Iterator[Found]:
    """Means over conditions and humans, of two networks and of a human, and the networks' gap."""
    for n_humans, n in SIZES[split]:
        for name, levels in CONDITIONS[split].items():
            if name == "sixty" and n != 160:
                continue
            for shared in (0.2, 0.45):
                design = {"images": n, "accuracies": name, "observers": n_humans, "shared": shared}
                hard = n * (1 - max(levels)) < 2
                found = _means(rng, replications, draws, n_humans, n, levels, shared)
                yield from (Found(statistic, design, hard, *row) for statistic, *row in found)


def _means(
    rng: np.random.Generator,
    replications: int,
    draws: int,
    n_humans: int,
    n: int,
    levels: tuple[float, ...],
    shared: float,
) -> Iterator[tuple[str, float, Floats, Intervals]]:
    kinds = ["human"] * n_humans + ["network"] * 2
    human, network, worse = 0, n_humans, n_humans + 1
    below = np.append(np.linspace(-APART, APART, n_humans), -np.array(BELOW))
    found: dict[tuple[str, int], Means] = {}
    for i, level in enumerate(levels):
        world = people(rng, n, list(norm.cdf(norm.ppf(level) + below)), kinds, shared)
        drawn = images(n, draws, rng)
        right = world.right(world.leanings(replications))
        for who in (human, network, worse):
            if who != human:
                each = found.setdefault(("accuracy", who), Means())
                each.add(world.accuracy(who), drawn.shares(right[who]), str(i))
            for other in set(range(n_humans)) - {who}:
                both, a, b, wrong = cells = world.cells(who, other)
                true = {
                    "kappa": kappa(*cells),
                    "consistency": both + wrong,
                    "squared": (a - b) ** 2,
                }
                for metric, values in drawn.pairs(right[who], right[other]).items():
                    found.setdefault((metric, who), Means()).add(true[metric], values, str(i))

    sizes, over = (n * len(levels), (n - CATEGORIES) * len(levels)), len(levels) == 60
    for (metric, who), each in found.items():
        ending = " over datasets" if over and metric == "kappa" else ""
        true, values = each.truth, each.values()
        if who == worse:
            continue
        name = f"mean {metric}{' of a human' if who == human else ''}{ending}"
        of_kappa = kappas(values, over) if metric == "kappa" else {}
        intervals = of_kappa or (squares(values) if metric == "squared" else shares(values, *sizes))
        yield name, true, values[ACROSS][:, 0], intervals
        if who == network and metric in ("accuracy", "kappa"):
            other = found[metric, worse].values()
            gap = {key: value - other[key] for key, value in values.items()}
            intervals = kappas(gap, over) if metric == "kappa" else gaps(gap)
            intervals |= jackknife(gap, n // CATEGORIES)
            apart = true - found[metric, worse].truth
            yield f"gap in {metric}{ending}", apart, gap[ACROSS][:, 0], intervals
