r"""How small a difference of two networks does an experiment find?

With the components of `gcbook.stats.components` the variance of a difference is the sum over what
varies of (component / number). It is found where it is larger than its standard error s times a
quantile of Student's t, so that the smallest one found with probability P = .8 is

.. math:: \delta = (t_{1 - \alpha/2m} + t_{P})\, s

for one comparison among m at :math:`\alpha` = .05 (Bonferroni's bound: step-down tests, as in
`gcbook.stats.maxt`, find a little more). The degrees of freedom are Satterthwaite's (1946).

The components differ between networks. So all is computed of each pair of networks that there are
trials of, and the median of these is what two further networks can expect.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t

from gcbook.stats.components import Components, Part

Floats = npt.NDArray[np.floating]

COMPARED = {"networks": "two networks"}
"""What is compared."""

_ALPHA, _FOUND = 0.05, 0.8
_CATEGORIES = 16
_MOST_TEXTURES = 10_000


@dataclass(frozen=True)
class Plan:
    """An experiment with the published people.

    Attributes:
        measure: shape-bias, accuracy or kappa.
        datasets: which; accuracy and kappa are means over them.
        images: of all datasets together, shared out as published, in the conditions that count; of
            cue conflicts those that conflict, for the shape bias. None for as many as published.
        shapes, textures: exemplars a category, where cue-conflict is the only dataset; None for as
            many as published (10 and 3).
        comparisons: among which a difference is tested.
    """

    measure: str
    datasets: tuple[str, ...] = ("cue-conflict",)
    images: int | None = None
    shapes: int | None = None
    textures: int | None = None
    comparisons: int = 1


@dataclass(frozen=True)
class Power:
    """What an experiment finds.

    Attributes:
        plan: with all numbers filled in.
        table: a row of `COMPARED`: ``compared``; ``n``, the pairs behind it; ``standard_error``,
            the median over these, with ``low, high``, the 10th and 90th percentile; as medians too,
            ``alone`` and ``in_family``, the smallest difference found in a single comparison and in
            all of the plan's; with a difference given also ``textures_needed``, the fewest textures
            a category with which it is found alone, NaN where no number is enough.
        shares: compared → unit → its share of the median variance.
    """

    plan: Plan
    table: pd.DataFrame
    shares: Mapping[str, Mapping[str, float]]


def power(
    plan: Plan, components: Components | None = None, *, difference: float | None = None
) -> Power:
    """Say what an experiment finds.

    Args:
        plan: the experiment.
        components: of variance; by default those of the published trials.
        difference: on the measure's scale, that is looked for.
    """
    _, parts = (components or Components.read()).parts(plan.measure, plan.datasets)
    plan = _filled(plan, parts)
    found = _spread(plan, parts)
    low, middle, high = np.quantile(found.error, [0.1, 0.5, 0.9])
    row = {"compared": COMPARED["networks"], "n": len(found.error)}
    row |= {"standard_error": middle, "low": low, "high": high}
    row |= {"alone": found.smallest(1), "in_family": found.smallest(plan.comparisons)}
    if difference is not None:
        row["textures_needed"] = _textures_needed(plan, parts, difference)
    return Power(plan, pd.DataFrame([row]), {COMPARED["networks"]: found.shares})


@dataclass(frozen=True)
class _Spread:
    """Standard errors of the differences of several pairs.

    Attributes:
        variance: unit → (pairs,).
        freedom: unit → its degrees of freedom.
    """

    variance: Mapping[str, Floats]
    freedom: Mapping[str, float]

    @property
    def error(self) -> Floats:
        """(pairs,)."""
        return np.asarray(np.sqrt(sum(self.variance.values())))

    @property
    def shares(self) -> dict[str, float]:
        """Unit → its share of the median variance."""
        medians = {unit: float(np.median(each)) for unit, each in self.variance.items()}
        return {unit: each / sum(medians.values()) for unit, each in medians.items()}

    def smallest(self, comparisons: int) -> float:
        """The smallest difference found: the median."""
        lost = sum(each**2 / self.freedom[unit] for unit, each in self.variance.items())
        freedom = self.error**4 / lost
        wanted = t.isf(_ALPHA / 2 / comparisons, freedom) + t.ppf(_FOUND, freedom)
        return float(np.median(wanted * self.error))


def _units(parts: Mapping[tuple[str, str], Part], unit: str) -> int:
    return sum(part.n for (_, each), part in parts.items() if each == unit)


def _filled(plan: Plan, parts: Mapping[tuple[str, str], Part]) -> Plan:
    """The plan with the numbers of the published trials where it names none."""
    plan = replace(plan, images=plan.images or _units(parts, "image"))
    if len(plan.datasets) > 1 or not (n_shapes := _units(parts, "shape")):
        return plan
    n_textures = _units(parts, "texture") // _CATEGORIES
    return replace(plan, shapes=n_shapes // _CATEGORIES, textures=plan.textures or n_textures)


def _spread(plan: Plan, parts: Mapping[tuple[str, str], Part]) -> _Spread:
    """The standard error of each pair's difference, of a plan that is filled in."""
    times = (plan.images or 0) / _units(parts, "image")
    variance: dict[str, Floats] = {}
    freedom: dict[str, float] = {}
    for (_, unit), part in parts.items():
        chosen = {"shape": plan.shapes, "texture": plan.textures}.get(unit)
        n = _CATEGORIES * chosen if chosen else part.n * times
        added = _of_pairs(part.covariance) / n / len(plan.datasets) ** 2
        variance[unit] = variance.get(unit, np.zeros_like(added)) + added
        # Categories stay as many as they are; few images may tell nothing of the spread within.
        own = max(n - (part.n - part.freedom), 1e-3)
        freedom[unit] = freedom.get(unit, 0) + (
            own if chosen or unit == "image" else part.freedom * times
        )
    return _Spread({unit: np.maximum(each, 0) for unit, each in variance.items()}, freedom)


def _of_pairs(covariance: Floats) -> Floats:
    """The variance of each pair's difference."""
    own = np.diagonal(covariance)
    a, b = np.triu_indices(len(own), k=1)
    return np.asarray(own[a] + own[b] - 2 * covariance[a, b])


def _textures_needed(plan: Plan, parts: Mapping[tuple[str, str], Part], difference: float) -> float:
    """The fewest textures a category with which a difference is found alone."""
    low, high = 2, _MOST_TEXTURES

    def enough(textures: int) -> bool:
        return _spread(replace(plan, textures=textures), parts).smallest(1) <= difference

    if not plan.textures or not enough(high):
        return math.nan
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low
