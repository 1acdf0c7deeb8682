"""Cue conflicts: answers depend on categories, shapes, textures and images."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from accuracy import Found
from intervals import (
    ACROSS,
    BAYESIAN,
    BEFORE,
    CATEGORIES,
    HALF,
    JACKKNIFE,
    KLEIN,
    MIXED,
    PACKAGE,
    PERCENTILE,
    PLAIN,
    SVYCIPROP,
    WILSON,
    WITHIN,
    Draws,
    Floats,
    Intervals,
    Places,
    about,
    korn_graubard,
    too_high,
)
from population import Observer, Part, Population

from gcbook.paper.categories import CATEGORIES as NAMES
from gcbook.stats.agreement import kappa
from gcbook.stats.jackknife import Sampled, Spread, narrowed, spread_of
from gcbook.stats.maxt import paired
from gcbook.stats.metrics import bias_of, share
from gcbook.stats.resampling import recentred

OBSERVERS = {
    "ResNet": Observer(0.14, 0.52, (0.30, 0.14, 0.05, 0.08, 0.43), "network"),
    "BagNet": Observer(0.04, 0.77, (0.31, 0.05, 0.01, 0.21, 0.42), "network"),
    "ViT": Observer(0.35, 0.53, (0.25, 0.25, 0.05, 0.13, 0.32), "network"),
    "stylized": Observer(0.51, 0.12, (0.15, 0.06, 0.06, 0.08, 0.65), "network"),
    "AlexNet": Observer(0.15, 0.48, (0.21, 0.11, 0.02, 0.15, 0.51), "network"),
    "RegNet": Observer(0.24, 0.57, (0.20, 0.22, 0.02, 0.09, 0.47), "network"),
    "human": Observer(0.76, 0.035, (0.12, 0.15, 0.04, 0.05, 0.64), "human"),
    "unsure human": Observer(0.61, 0.05, (0.13, 0.10, 0.06, 0.02, 0.69), "human"),
    "images alone": Observer(0.3, 0.4, (0, 0, 0, 0, 1), "network"),
    "textures alone": Observer(0.3, 0.4, (0, 0, 0, 1, 0), "network"),
    "shapes alone": Observer(0.3, 0.4, (0, 0, 1, 0, 0), "network"),
}
"""Variances are of the category of the shape and of the texture, of both exemplars and of the
image: with them, simulated design effects over shapes and textures, across categories and within
them, are those of one observer of the kind in the real trials. The last three are of none."""
PEOPLE = [
    OBSERVERS["human"]._replace(shape=shape, texture=texture)
    for shape, texture in np.linspace((0.6, 0.055), (0.86, 0.015), 10)
]
"""Ten unequal humans, about as far apart as the real ones."""
DESIGNS = {
    "choose": (("AlexNet", "RegNet"), ("RegNet", "stylized"), ("unsure human", "AlexNet")),
    "report": (("ResNet", "ViT"), ("BagNet", "ResNet"), ("ViT", "stylized"), ("human", "ResNet")),
}
"""An observer, and another that it is compared with, each in two worlds of categories."""
NONE = ("images alone", "textures alone", "shapes alone")


def _layout() -> tuple[Places, Places]:
    """Shape and texture of each of the 1,280 published images: 10 of each category, and 3."""
    table = pd.read_csv(Path(__file__).with_name("layout.csv"))
    pairs = table.assign(pair=table["exemplars"].str.split()).explode("pair")
    which = pairs["pair"].str.split("-", expand=True).astype(int).to_numpy() - 1
    shape, texture = (pd.Index(NAMES).get_indexer(pairs[side]) for side in ("shape", "texture"))
    return 10 * shape + which[:, 0], 3 * texture + which[:, 1]


SHAPE, TEXTURE = _layout()
EACH = 10, 3
"""Shapes and textures of a category. Each two categories share five images."""
N_SHAPES, N_TEXTURES, N_IMAGES = 160, 48, len(SHAPE)
CONFLICT = SHAPE // 10 != TEXTURE // 3
PARTS = [
    Part(SHAPE // 10, True, 0.8, 0.55),
    Part(TEXTURE // 3, True, 0.6, 0),
    Part(SHAPE, False, 0.75, 0.15),
    Part(TEXTURE, False, 0.6, 0.1),
    Part(np.arange(N_IMAGES), False, 0.25, 0.05),
]
"""Correlations are those of two observers' answers in the real trials, on each level."""
EASIER = 1.5 * ~CONFLICT
"""Where shape and texture agree, one rarely errs."""
UNITS = np.eye(N_SHAPES)[:, SHAPE], np.eye(N_TEXTURES)[:, TEXTURE]
CELLS = np.eye(CATEGORIES**2)[:, SHAPE // 10 * CATEGORIES + TEXTURE // 3]


def _moments() -> tuple[Floats, Floats]:
    """What sums of squares expect of each variance, and how often it counts in the sum of all."""
    centre = np.eye(N_IMAGES) - CELLS.T @ CELLS / 5
    sides = *UNITS, np.eye(N_IMAGES)
    found = [[((a @ centre @ b.T) ** 2).sum() for b in sides] for a in sides]
    return np.array(found), np.array([(each.sum(axis=1) ** 2).sum() for each in sides])


MOMENTS, TOTALS = _moments()


def _mixed(influences: Floats) -> Floats:
    """The variance of a crossed mixed model, by the method of moments (Henderson's third).

    Shapes, textures and images are random, effects of each two categories fixed.
    """
    rest = influences.T - CELLS.T @ (CELLS @ influences.T) / 5
    squares = [((side @ rest) ** 2).sum(axis=0) for side in UNITS] + [(rest**2).sum(axis=0)]
    return np.asarray(TOTALS @ np.maximum(np.linalg.solve(MOMENTS, np.stack(squares)), 0))


class Measured(NamedTuple):
    """A statistic.

    Attributes:
        of: bootstrap to draws, (replications, 1 + draws).
        spreads: across or within categories, what the values vary by.
        influences: what leaving each image out takes from them, (replications, images).
    """

    of: dict[str, Floats]
    spreads: dict[str, Spread]
    influences: Floats

    @property
    def value(self) -> Floats:
        """(replications,)."""
        return self.of[ACROSS][:, 0]

    def narrowed(self, name: str) -> Floats:
        """(replications, 1 + draws), as intervals are read off."""
        spread = self.spreads[ACROSS if name.startswith(ACROSS) else WITHIN]
        return narrowed(self.of[name], spread, PACKAGE.confidence)


def measured(drawn: Draws, metric: Callable[..., Floats], masks: list[Floats]) -> Measured:
    """A metric of sums over images.

    Args:
        drawn: the images' draws.
        metric: of the sums.
        masks: what is summed, each (images, replications).
    """
    values: dict[str, Floats] = {}
    for name in drawn.of:
        sums = [drawn.sums(name, mask) for mask in masks]
        values |= drawn.kappas(name, sums) if metric is kappa else {name: metric(*sums).T}
    totals = [mask.sum(axis=0, dtype=float) for mask in masks]
    without = metric(*(total - mask for total, mask in zip(totals, masks, strict=True)))
    return combined(drawn, values, values[ACROSS][:, :1] - without.T)


def combined(drawn: Draws, values: dict[str, Floats], influences: Floats) -> Measured:
    """Values and influences with what the package makes of them."""
    influences = np.nan_to_num(influences)
    spreads = {
        bootstrap: spread_of(influences, [Sampled(slice(None), factors)])
        for bootstrap, factors in drawn.factors.items()
    }
    return Measured(values, spreads, influences)


def shares(one: Measured, units: int) -> Intervals:
    """Candidates for a share where shapes and textures are crossed."""
    within = one.spreads[WITHIN].parts
    endless = {name: part._replace(freedom=part.freedom + np.inf) for name, part in within.items()}
    normal = narrowed(one.of[WITHIN], Spread(endless), PACKAGE.confidence)
    of_shapes, *_ = within.values()
    shapes = (of_shapes.deviations**2).sum(axis=1)
    return {
        PLAIN: PACKAGE.interval(one.of[ACROSS]),
        BEFORE: PACKAGE.interval(one.narrowed(ACROSS), n=units),
        PERCENTILE: PACKAGE.interval(one.narrowed(WITHIN)),
        WILSON: PACKAGE.interval(one.narrowed(WITHIN), n=units),
        "within, Wilson, z": PACKAGE.interval(normal, n=units),
        SVYCIPROP: korn_graubard(one.value, shapes, units, 0.9 * units),
        MIXED: about(one.value, _mixed(one.influences), _least_freedom(one)),
    }


def _least_freedom(one: Measured) -> Floats:
    return np.min([part.freedom for part in one.spreads[WITHIN].parts.values()], axis=0)


def gaps(one: Measured, other: Measured) -> Intervals:
    """Candidates for a difference of two observers."""
    apart = one.value - other.value
    mixed = _mixed(one.influences - other.influences)
    together = one.spreads[WITHIN] + other.spreads[WITHIN].times(-1)
    draws = narrowed(one.of[WITHIN] - other.of[WITHIN], together, PACKAGE.confidence)
    low, high, _ = paired(apart, together, PACKAGE.confidence)
    return {
        PLAIN: PACKAGE.interval(one.of[ACROSS] - other.of[ACROSS]),
        BEFORE: PACKAGE.interval(one.narrowed(ACROSS) - other.narrowed(ACROSS)),
        PERCENTILE: PACKAGE.interval(draws),
        JACKKNIFE: (low, high),
        MIXED: about(apart, mixed, _least_freedom(one)),
    }


def kappas(one: Measured) -> Intervals:
    """Candidates for kappa where shapes and textures are crossed."""
    before = one.narrowed(f"{ACROSS}, half")
    return {
        KLEIN: PACKAGE.interval(one.of[ACROSS]),
        BEFORE: PACKAGE.interval(recentred(before, -too_high(before) / 2)),
        PERCENTILE: PACKAGE.interval(one.narrowed(WITHIN)),
        HALF: PACKAGE.interval(one.narrowed(f"{WITHIN}, half")),
        f"{HALF}, {BAYESIAN}": PACKAGE.interval(one.narrowed(f"{BAYESIAN}, half")),
        MIXED: about(one.value, _mixed(one.influences), _least_freedom(one)),
    }


def conflicts(
    rng: np.random.Generator, split: str, replications: int, draws: int
) -> Iterator[Found]:
    """Shape bias of one observer, of a category and of ten people; gaps; accuracy; kappa."""
    drawn = Draws([(10, SHAPE), (3, TEXTURE)], draws, rng)
    designs = [(names, category) for names in DESIGNS[split] for category in (3, 11)]
    if split == "report":
        designs += [((name, name), 7) for name in NONE]
    for names, category in designs:
        observers = [*(OBSERVERS[name] for name in names), *PEOPLE]
        population = Population(rng, observers, PARTS, EASIER)
        leaning = population.leanings(replications)
        for statistic, who, truth, value, found in _found(drawn, population, leaning, category):
            design = {"images": N_IMAGES, "observers": who.format(*names), "category": category}
            if names[0] not in NONE or (statistic.startswith("shape bias") and who == "{0}"):
                yield Found(statistic, design, names[0] in NONE, truth, value, found)


def _found(
    drawn: Draws, population: Population, leaning: Floats, category: int
) -> Iterator[tuple[str, str, float, Floats, Intervals]]:
    people = list(range(2, len(population.observers)))
    shape = ((leaning > population.high[..., None]) & CONFLICT[:, None]).astype(np.float32)
    texture = ((leaning < population.low[..., None]) & CONFLICT[:, None]).astype(np.float32)
    right = population.right(leaning)

    one, other = (measured(drawn, bias_of, [shape[i], texture[i]]) for i in range(2))
    first, second = (population.bias([i], CONFLICT) for i in range(2))
    yield "shape bias", "{0}", first, one.value, shares(one, N_SHAPES)
    gap = one.value - other.value
    yield "gap in shape bias", "{0} - {1}", first - second, gap, gaps(one, other)

    images = CONFLICT & np.isin(SHAPE // 10, category)
    one = measured(drawn, bias_of, [side[0] * images[:, None] for side in (shape, texture)])
    truth = population.bias([0], images)
    yield "shape bias of a category", "{0}", truth, one.value, shares(one, EACH[0])

    one = measured(drawn, bias_of, [side[people].sum(axis=0) for side in (shape, texture)])
    truth = population.bias(people, CONFLICT)
    yield "shape bias of people", "ten people", truth, one.value, shares(one, N_SHAPES)

    one = measured(drawn, share, [right[0], np.ones_like(right[0])])
    truth = population.accuracy(0)
    yield "accuracy on conflicts", "{0}", truth, one.value, shares(one, N_SHAPES)

    pairs, truths = [], [population.kappa(0, human) for human in people]
    for human in people:
        both = right[0] * right[human]
        cells = [both, right[0] - both, right[human] - both, 1 - right[0] - right[human] + both]
        pairs.append(measured(drawn, kappa, cells))
    yield "kappa on conflicts", "{0}, a human", truths[0], pairs[0].value, kappas(pairs[0])
    names, truth = pairs[0].of, float(np.mean(truths))
    values = {name: np.mean([each.of[name] for each in pairs], axis=0) for name in names}
    mean = combined(drawn, values, np.mean([each.influences for each in pairs], axis=0))
    yield "mean kappa on conflicts", "{0}, ten people", truth, mean.value, kappas(mean)
