"""Cue conflicts: answers depend on categories, shapes, textures and images."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from accuracy import Found
from intervals import (
    BEFORE,
    CATEGORIES,
    HALF,
    KLEIN,
    MIXED,
    PACKAGE,
    PLAIN,
    SVYCIPROP,
    Draws,
    Floats,
    Intervals,
    Places,
    Z,
    about,
    korn_graubard,
    variance_of,
    wilson,
)
from population import Observer, Part, Population
from scipy.stats import t

from gcbook.paper.categories import CATEGORIES as NAMES
from gcbook.stats.agreement import kappa
from gcbook.stats.crossed import Crossed, Crossing
from gcbook.stats.crossed import Draws as Several
from gcbook.stats.metrics import bias_of, share

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
image: those with which simulated design effects over shapes and textures, across categories and
within them, are those of one observer of the kind in the real trials. The last three are of none."""
PEOPLE = [
    OBSERVERS["human"]._replace(shape=shape, texture=texture)
    for shape, texture in zip(
        np.linspace(0.6, 0.86, 10), np.linspace(0.055, 0.015, 10), strict=True
    )
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
FREEDOM = N_TEXTURES - CATEGORIES
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
        values: under each bootstrap.
        influences: of the images on it, (replications, images).
        of: bootstrap to the package's draws and variances.
    """

    values: dict[str, Floats]
    influences: Floats
    of: dict[str, Crossed]

    @property
    def variances(self) -> tuple[Floats, Floats, Floats]:
        """What shapes, textures and images make of the variance within categories."""
        shapes, textures, images = ((each**2).sum(axis=1) for each in self.of["within"].spreads)
        return shapes, textures, images

    def before(self, name: str = "plain", halfway: bool = False) -> Floats:
        """Draws across categories, as they were shrunk before."""
        values = self.values[name]
        drawn, own = variance_of(values), (self.influences**2).sum(axis=1)
        kept = np.minimum(np.maximum(drawn - 2 * own, own), drawn)
        scale = np.sqrt(kept / np.where(drawn > 0, drawn, 1))[:, None] * t.ppf(0.975, 47) / Z
        centre = (values[:, :1] + np.nanmean(values[:, 1:], axis=1, keepdims=True)) / 2
        moved = values - (centre - values[:, :1]) * halfway
        moved[:, 0] = values[:, 0]
        return np.asarray(values[:, :1] + scale * (moved - values[:, :1]))


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
    return combined(drawn, values, without.T - metric(*totals)[:, None])


def combined(drawn: Draws, values: dict[str, Floats], influences: Floats) -> Measured:
    """Values and influences with what the package makes of them."""
    crossing = Crossing.of(drawn.factors, drawn.resampling)
    wanted = (name for name in values if not name.startswith("plain"))
    of = {
        name: crossing.crossed(np.append(values[name], values[name][:, :1] + influences, axis=1))
        for name in wanted
    }
    return Measured(values, influences, of)


def shares(one: Measured, units: int, freedom: int) -> Intervals:
    """Candidates for a share where shapes and textures are crossed."""
    value, narrowed = one.values["plain"][:, 0], one.of["within"].narrowed(0.95)
    shapes, textures, own = one.variances
    whole = (one.influences**2).sum(axis=1)
    return {
        PLAIN: PACKAGE.interval(one.values["plain"]),
        BEFORE: wilson(value, variance_of(one.before()), units),
        "within": PACKAGE.interval(narrowed),
        "within, Wilson": PACKAGE.interval(narrowed, n=units),
        "within, Wilson, z": wilson(value, np.maximum(shapes + textures - own, own), units),
        "within, Wilson, images not centred": wilson(
            value, np.maximum(shapes + textures - whole, own), units, freedom
        ),
        SVYCIPROP: korn_graubard(value, shapes, units, units - units / 10),
        MIXED: about(value, _mixed(one.influences), freedom),
    }


def gaps(one: Measured, other: Measured) -> Intervals:
    """Candidates for a difference of two observers."""
    plain = one.values["plain"] - other.values["plain"]
    sides = [each.of["within"] for each in (one, other)]
    both = Crossed(
        *(np.concatenate(each) for each in [[side.draws for side in sides]]),
        tuple(np.concatenate(each) for each in zip(*(side.spreads for side in sides), strict=True)),
        np.concatenate([side.freedom for side in sides]),
    )
    rows = np.arange(len(plain))
    differences = Several(np.zeros_like(both.draws), both).differences(rows, rows + len(rows))
    influences = one.influences - other.influences
    return {
        PLAIN: PACKAGE.interval(plain),
        BEFORE: PACKAGE.interval(one.before() - other.before()),
        "within": PACKAGE.interval(differences),
        MIXED: about(plain[:, 0], _mixed(influences), FREEDOM),
    }


def kappas(one: Measured) -> Intervals:
    """Candidates for kappa where shapes and textures are crossed."""
    narrowed = {name: each.narrowed(0.95) for name, each in one.of.items()}
    value = one.values["plain"][:, 0]
    return {
        KLEIN: PACKAGE.interval(one.values["plain"]),
        BEFORE: PACKAGE.interval(one.before("plain, half", halfway=True)),
        "within": PACKAGE.interval(narrowed["within"]),
        HALF: PACKAGE.interval(narrowed["within, half"]),
        f"{HALF}, Bayesian": PACKAGE.interval(narrowed["Bayesian, half"]),
        MIXED: about(value, _mixed(one.influences), FREEDOM),
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
            if names[0] not in NONE or statistic.startswith("shape bias") and who == "{0}":
                hard = names[0] in NONE[1:]
                yield Found(statistic, design, hard, truth, value, found)


def _found(
    drawn: Draws, population: Population, leaning: Floats, category: int
) -> Iterator[tuple[str, str, float, Floats, Intervals]]:
    people = list(range(2, len(population.observers)))
    shape = ((leaning > population.high[..., None]) & CONFLICT[:, None]).astype(np.float32)
    texture = ((leaning < population.low[..., None]) & CONFLICT[:, None]).astype(np.float32)

    one, other = (measured(drawn, bias_of, [shape[i], texture[i]]) for i in range(2))
    true, value = (population.bias([i], CONFLICT) for i in range(2)), one.values["plain"][:, 0]
    first, second = true
    yield "shape bias", "{0}", first, value, shares(one, N_SHAPES, FREEDOM)
    gap = value - other.values["plain"][:, 0]
    yield "gap in shape bias", "{0} - {1}", first - second, gap, gaps(one, other)

    images = CONFLICT & (SHAPE // 10 == category)
    masks = [side[0] * images[:, None] for side in (shape, texture)]
    found, truth = measured(drawn, bias_of, masks), population.bias([0], images)
    value, intervals = found.values["plain"][:, 0], shares(found, 10, 9)
    yield "shape bias of a category", "{0}", truth, value, intervals

    found = measured(drawn, bias_of, [side[people].sum(axis=0) for side in (shape, texture)])
    truth, intervals = population.bias(people, CONFLICT), shares(found, N_SHAPES, FREEDOM)
    yield "shape bias of people", "ten people", truth, found.values["plain"][:, 0], intervals

    right = population.right(leaning)
    found = measured(drawn, share, [right[0], np.ones_like(right[0])])
    truth, intervals = population.accuracy(0), shares(found, N_SHAPES, FREEDOM)
    yield "accuracy on conflicts", "{0}", truth, found.values["plain"][:, 0], intervals

    pairs, truths = [], [population.kappa(0, human) for human in people]
    for human in people:
        both = right[0] * right[human]
        cells = [both, right[0] - both, right[human] - both, 1 - right[0] - right[human] + both]
        pairs.append(measured(drawn, kappa, cells))
    value, intervals = pairs[0].values["plain"][:, 0], kappas(pairs[0])
    yield "kappa on conflicts", "{0}, a human", truths[0], value, intervals
    values = {name: np.mean([each.values[name] for each in pairs], axis=0) for name in pairs[0][0]}
    mean = combined(drawn, values, np.mean([each.influences for each in pairs], axis=0))
    truth, value = float(np.mean(truths)), values["plain"][:, 0]
    yield "mean kappa on conflicts", "{0}, ten people", truth, value, kappas(mean)
