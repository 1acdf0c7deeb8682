r"""Planning an experiment: how small a difference can it find?

A planned experiment has numbers of images, exemplars, people and trainings. With the components of
`gcbook.stats.components` the variance of a value, or of a difference of two, is the sum over what
varies of (component / planned number). A difference is found where it is larger than its standard
error s times a quantile of Student's t, so that the smallest one found with probability P is

.. math:: \delta = (t_{1 - \alpha/2m} + t_{P})\, s

for one comparison among m (Bonferroni's bound: step-down tests, as in `gcbook.stats.maxt`, find a
little more). The degrees of freedom are Satterthwaite's (1946).

The components differ between networks. So all is computed of each network and each pair of networks
that there are trials of, and the median of these is what a further network can expect.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t

from gcbook.files.errors import InputError
from gcbook.stats.components import MEASURES, Components, Part
from gcbook.stats.words import percent, plural

Floats = npt.NDArray[np.floating]

CONFLICT = ("cue-conflict",)
"""The datasets of a plan whose exemplars can be chosen."""

COMPARED = {
    "network": "one network",
    "networks": "two networks",
    "people": "a network and people",
}
"""What has a standard error: a value, and two differences."""

_CATEGORIES = 16
_LARGEST = {"images": 10**8, "others": 10_000}
"""The largest numbers that are allowed, and searched."""


@dataclass(frozen=True)
class Plan:
    """A planned experiment.

    Attributes:
        measure: one of `MEASURES`.
        datasets: which; accuracy and kappa are means over them.
        images: of all datasets together, shared out as published, in the conditions that count; of
            cue conflicts those that conflict, for the shape bias. None for as many as published,
            or, where shapes are chosen, for as many a shape.
        shapes, textures: exemplars a category, where cue-conflict is the only dataset; None for as
            many as published (10 and 3).
        people: in each dataset; None for as many as published.
        seeds: trainings of each network; with one nothing is asked of its recipe.
        resample_observers: whether the people are a sample, too.
        comparisons: among which a difference is tested.
        confidence: of all tests together, in (0, 1).
        power: how often the smallest difference is to be found, in (0, 1).

    Raises:
        InputError: a number is not one of these.
    """

    measure: str
    datasets: tuple[str, ...] = CONFLICT
    images: int | None = None
    shapes: int | None = None
    textures: int | None = None
    people: int | None = None
    seeds: int = 1
    resample_observers: bool = False
    comparisons: int = 1
    confidence: float = 0.95
    power: float = 0.8

    @property
    def exemplars(self) -> bool:
        """Whether exemplars can be chosen."""
        return self.datasets == CONFLICT

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            raise InputError(f"expected one of {', '.join(MEASURES)}; found {self.measure!r}.")
        if self.measure == "shape-bias" and self.datasets != CONFLICT:
            raise InputError(
                f"--datasets: expected cue-conflict, which alone has a shape bias; found "
                f"{', '.join(self.datasets)}."
            )
        least = {"images": 1, "shapes": 2, "textures": 2, "seeds": 1, "comparisons": 1}
        for name, fewest in (least | {"people": 1 + self.resample_observers}).items():
            value, most = getattr(self, name), _LARGEST.get(name, _LARGEST["others"])
            if value is not None and not fewest <= value <= most:
                raise InputError(f"--{name}: expected {fewest:,} to {most:,}, found {value:,}.")
            if value is not None and name in ("shapes", "textures") and not self.exemplars:
                raise InputError(
                    f"--{name} are chosen of cue conflicts alone: add --datasets cue-conflict."
                )
        for name in ("confidence", "power"):
            if not 0 < getattr(self, name) < 1:
                raise InputError(
                    f"--{name}: expected more than 0, less than 1; found {getattr(self, name)}."
                )


@dataclass(frozen=True)
class Power:
    """What a plan can find.

    Attributes:
        plan: with all numbers filled in; ``people`` is None where datasets differ in it.
        difference: that is looked for, or None.
        networks: that the components are of.
        table: a row each of `COMPARED`: ``compared``; ``n``, the networks or pairs behind it;
            ``standard_error``, the median over these, with ``low, high``, the 10th and 90th
            percentile; of the differences, as medians too, ``alone`` and ``in_family``, the
            smallest one found in a single comparison and in all of the plan's. With a difference
            given also ``power``, how often it is found among these, and for each number that can
            be changed by itself ``<number>_needed``, the least with which it is found as often as
            the plan wants; NaN where none is enough.
        shares: compared → unit → its share of the median variance.
        between_seeds: variance between trainings, whether or not the plan has several.
    """

    plan: Plan
    difference: float | None
    networks: tuple[str, ...]
    table: pd.DataFrame
    shares: Mapping[str, Mapping[str, float]]
    between_seeds: float


def power(
    plan: Plan, components: Components | None = None, *, difference: float | None = None
) -> Power:
    """Say what a plan can find.

    Args:
        plan: the experiment.
        components: of variance; by default those of the published trials.
        difference: on the measure's scale, in (0, 1), that is looked for.

    Raises:
        InputError: the components lack a dataset, or the plan has too few or too many images.
    """
    if difference is not None and not 0 < difference < 1:
        raise InputError(f"--difference: expected more than 0, less than 1; found {difference}.")
    design = _Design.of(plan, components or Components.read())
    design.check()
    rows: list[dict[str, Any]] = []
    shares: dict[str, dict[str, float]] = {}
    for compared, name in COMPARED.items():
        found = design.spread(compared)
        if not len(found.error):
            continue
        low, middle, high = np.quantile(found.error, [0.1, 0.5, 0.9])
        row: dict[str, Any] = {"compared": name, "n": len(found.error)}
        row |= {"standard_error": middle, "low": low, "high": high}
        if compared != "network":
            row["alone"] = found.smallest(replace(plan, comparisons=1))
            row["in_family"] = found.smallest(plan)
            if difference is not None:
                row["power"] = found.power(plan, difference)
                for number in design.free:
                    row[f"{number}_needed"] = _needed(design, number, compared, plan, difference)
        rows.append(row)
        shares[name] = found.shares
    table = pd.DataFrame(rows)
    return Power(
        design.fill(plan), difference, design.networks, table, shares, design.between_seeds
    )


@dataclass(frozen=True)
class _Spread:
    """Standard errors of several values or differences.

    Attributes:
        variance: unit → (values,).
        freedom: unit → its degrees of freedom.
    """

    variance: Mapping[str, Floats]
    freedom: Mapping[str, float]

    @property
    def error(self) -> Floats:
        """(values,)."""
        return np.asarray(np.sqrt(sum(self.variance.values())))

    @property
    def shares(self) -> dict[str, float]:
        """Unit → its share of the median variance."""
        medians = {unit: float(np.median(each)) for unit, each in self.variance.items()}
        return {unit: each / sum(medians.values()) for unit, each in medians.items()}

    @property
    def _freedom(self) -> Floats:
        lost = sum(each**2 / self.freedom[unit] for unit, each in self.variance.items())
        return np.asarray(self.error**4 / lost)

    def _critical(self, plan: Plan) -> Floats:
        return np.asarray(t.isf((1 - plan.confidence) / 2 / plan.comparisons, self._freedom))

    def smallest(self, plan: Plan) -> float:
        """The smallest difference found: the median."""
        wanted = self._critical(plan) + t.ppf(plan.power, self._freedom)
        return float(np.median(wanted * self.error))

    def power(self, plan: Plan, difference: float) -> float:
        """How often a difference is found: the median."""
        return float(
            np.median(t.cdf(difference / self.error - self._critical(plan), self._freedom))
        )


@dataclass(frozen=True)
class _Design:
    """The numbers of a plan, and the components that they are held against.

    Attributes:
        measure, resample_observers: of the plan.
        images, seeds: likewise.
        shapes, textures: likewise; 0 where they cannot be chosen.
        people: likewise; 0 for as many as published.
        n_datasets: of the plan.
        networks, parts: of its datasets, see `Components.parts`.
        between_seeds: variance between trainings of a network.
    """

    measure: str
    resample_observers: bool
    images: int
    shapes: int
    textures: int
    people: int
    seeds: int
    n_datasets: int
    networks: tuple[str, ...]
    parts: Mapping[tuple[str, str], Part]
    between_seeds: float

    @classmethod
    def of(cls, plan: Plan, components: Components) -> "_Design":
        """Take what a plan does not name from the published trials."""
        networks, parts = components.parts(plan.measure, plan.datasets)
        images, shapes, textures = (_units(parts, unit) for unit in ("image", "shape", "texture"))
        if plan.exemplars:
            published = shapes // _CATEGORIES
            textures = plan.textures or textures // _CATEGORIES
            if min(published, textures) < 2:
                raise InputError(
                    "--trials: expected cue conflicts of two shapes and two textures a category, "
                    "found fewer."
                )
            shapes = plan.shapes or published
            images = round(images * shapes / published)
        people = {part.n for (_, unit), part in parts.items() if unit == "person"}
        seeds = components.seeds
        return cls(
            plan.measure,
            plan.resample_observers,
            plan.images or images,
            shapes if plan.exemplars else 0,
            textures if plan.exemplars else 0,
            plan.people or (people.pop() if len(people) == 1 else 0),
            plan.seeds,
            len(plan.datasets),
            networks,
            parts,
            float(seeds.loc[seeds["measure"] == plan.measure, "shared"].mean()),
        )

    def fill(self, plan: Plan) -> Plan:
        """The plan with its numbers."""
        return replace(
            plan,
            images=self.images,
            shapes=self.shapes or None,
            textures=self.textures or None,
            people=self.people or None,
        )

    @property
    def free(self) -> tuple[str, ...]:
        """The numbers that can be changed by themselves."""
        asked = {
            "images": True,
            "shapes": self.shapes > 0,
            "textures": self.textures > 0,
            "people": self.resample_observers,
            "seeds": self.seeds > 1,
        }
        return tuple(name for name, can in asked.items() if can)

    def changed(self, number: str, value: int) -> "_Design":
        """The same with another number; images go with shapes."""
        if number == "shapes":
            images = round(self.images * value / self.shapes)
            return replace(self, shapes=value, images=images)
        numbers = {name: getattr(self, name) for name in ("images", "textures", "people", "seeds")}
        return replace(self, **(numbers | {number: value}))

    def check(self) -> None:
        """Refuse a number of images from which no spread can be told, or that cannot be made."""
        fewest, most = self.range_of("images")
        if not fewest <= self.images <= most:
            made = (
                f"{self.shapes} shapes and {self.textures} textures a category make"
                if self.shapes
                else "is more than one of each category and condition"
            )
            expected = f"{fewest:,} to {most:,}" if self.shapes else f"{fewest:,} or more"
            raise InputError(f"--images: expected {expected}, which {made}; found {self.images:,}.")

    def range_of(self, number: str) -> tuple[int, int]:
        """The least and the largest that a number may be."""
        if number != "images":
            return 2, _LARGEST["others"]
        lost = sum(part.n - part.freedom for (_, u), part in self.parts.items() if u == "image")
        if not self.shapes:
            return lost + 1, _LARGEST["images"]
        # A shape of one category with a texture of another, or of any if agreeing ones count.
        others = _CATEGORIES - (self.measure == "shape-bias")
        most = _CATEGORIES * self.shapes * others * self.textures
        return max(lost + 1, _CATEGORIES * max(self.shapes, self.textures)), most

    def spread(self, compared: str) -> _Spread:
        """The standard errors of each network, or pair, that there is.

        Args:
            compared: one of `COMPARED`.
        """
        matrices: dict[str, Floats] = {}
        freedom: dict[str, float] = {}
        for (dataset, unit), part in self.parts.items():
            if unit == "person" and not self.resample_observers:
                continue
            n, people = self._planned(unit, part), self.people or self.parts[dataset, "person"].n
            added = (part.shared + part.own / people) / n / self.n_datasets**2
            matrices[unit] = matrices.get(unit, np.zeros_like(added)) + added
            freedom[unit] = freedom.get(unit, 0) + self._freedom(unit, n, part)
        variance = {unit: np.maximum(_OF[compared](each), 0) for unit, each in matrices.items()}
        if self.seeds > 1:
            networks = 2 if compared == "networks" else 1
            between = networks * self.between_seeds / self.seeds
            variance["seed"] = np.full_like(variance["image"], between)
            freedom["seed"] = networks * (self.seeds - 1)
        return _Spread(variance, freedom)

    def _planned(self, unit: str, part: Part) -> float:
        if unit == "person":
            return self.people or part.n
        if self.shapes and unit != "image":
            return _CATEGORIES * (self.shapes if unit == "shape" else self.textures)
        return part.n * self.images / _units(self.parts, "image")

    def _freedom(self, unit: str, n: float, part: Part) -> float:
        if unit in ("shape", "texture") and not self.shapes:
            return part.freedom * n / part.n
        # Categories stay as many as they are; few images may tell nothing of the spread within.
        return max(n - (part.n - part.freedom), 1e-3)


def _units(parts: Mapping[tuple[str, str], Part], unit: str) -> int:
    return sum(part.n for (_, each), part in parts.items() if each == unit)


def _needed(design: _Design, number: str, compared: str, plan: Plan, difference: float) -> float:
    """The least number with which a difference is found as often as wanted; NaN if none is."""
    low, high = design.range_of(number)

    def enough(value: int) -> bool:
        return design.changed(number, value).spread(compared).smallest(plan) <= difference

    if not enough(high):
        return math.nan
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def _of_networks(covariance: Floats) -> Floats:
    return np.diagonal(covariance)[:-1]


def _of_pairs(covariance: Floats) -> Floats:
    own = np.diagonal(covariance)
    a, b = np.triu_indices(len(own) - 1, k=1)
    return np.asarray(own[a] + own[b] - 2 * covariance[a, b])


def _with_people(covariance: Floats) -> Floats:
    own = np.diagonal(covariance)
    return np.asarray(own[:-1] + own[-1] - 2 * covariance[-1, :-1])


_OF: Mapping[str, Callable[[Floats], Floats]] = {
    "network": _of_networks,
    "networks": _of_pairs,
    "people": _with_people,
}
"""Of each of `COMPARED`, its variances from (networks and people, networks and people)."""


def power_notes(found: Power) -> tuple[str, ...]:
    """What a reader of the numbers must know, each a line."""
    plan, title = found.plan, COMPARED["networks"]
    times = f"{percent(plan.power)} of the time"
    notes = [
        f"standard_error: median over {plural(len(found.networks), 'network')} or their pairs "
        "[10th to 90th percentile]"
    ]
    if "alone" in found.table:
        many = (
            f", among {plan.comparisons}: as one of so many (Bonferroni)"
            if plan.comparisons > 1
            else ""
        )
        notes.append(
            f"alone: the smallest difference found {times} in a single test at "
            f"{percent(plan.confidence)} confidence{many}"
        )
    if found.difference is not None and "power" in found.table:
        among = f" among {plan.comparisons} tests" if plan.comparisons > 1 else ""
        changed = _numbers(found.table)
        follow = " (but more images with more shapes)" if plan.exemplars else ""
        notes.append(f"finds: how often a difference of {found.difference:g} is found{among}")
        notes.append(
            f"{', '.join(changed)}: how many it takes to find it {times}, the others unchanged"
            f"{follow}; – where no number is enough"
        )
    if plan.measure == "kappa":
        notes.append(
            "a network and people: its mean kappa with people less theirs among themselves"
        )
    if title in found.shares:
        parts = sorted(found.shares[title].items(), key=lambda each: -each[1])
        listing = ", ".join(f"{unit} {share:.0%}" for unit, share in parts if share >= 0.005)
        notes.append(f"where the variance of a difference of {title} comes from: {listing}")
    notes.append(
        "people: counted as a sample, others could have been asked"
        if plan.resample_observers
        else "people: taken as they are; --resample-observers counts them as a sample"
    )
    notes.append(
        f"seeds: trainings differ by a standard deviation of {math.sqrt(found.between_seeds):.3f}, "
        "that of this book's miniatures; published networks may differ more or less"
        if plan.seeds > 1
        else "seeds: one training, so nothing is said of the recipe; --seeds counts several"
    )
    return tuple(notes)


def format_power(found: Power, kind: str) -> str:
    """Print what a plan can find.

    Args:
        found: from `power`.
        kind: ``"table"`` for people (three digits, notes below), ``"csv"`` or ``"json"`` for
            programs (all digits; what no number is enough for is an empty field or null).
    """
    table, plan = found.table, found.plan
    if kind == "csv":
        return table.to_csv(index=False, lineterminator="\n")
    if kind == "json":
        return json.dumps(
            {
                "plan": asdict(plan) | {"difference": found.difference},
                "rows": json.loads(table.to_json(orient="records", double_precision=15)),
                "shares": found.shares,
                "notes": power_notes(found),
            },
            indent=2,
        )
    text = pd.DataFrame({"compared": table["compared"]})
    text["standard_error"] = [
        f"{row.standard_error:.3f} [{row.low:.3f}, {row.high:.3f}]" for row in table.itertuples()
    ]
    named = {"alone": "alone", "power": "finds"}
    if plan.comparisons > 1:
        named = {"alone": "alone", "in_family": f"among {plan.comparisons}", "power": "finds"}
    for name, heading in named.items():
        if name in table:
            form = "{:.0%}" if name == "power" else "{:.3f}"
            text[heading] = [_cell(value, form) for value in table[name]]
    for name in _numbers(table):
        text[name] = [_cell(value, "{:,.0f}") for value in table[f"{name}_needed"]]
    notes = [f"- {note}" for note in power_notes(found)]
    return "\n".join([_title(found), text.to_string(index=False), *notes])


def _title(found: Power) -> str:
    plan = found.plan
    where = plan.datasets[0] if len(plan.datasets) == 1 else plural(len(plan.datasets), "dataset")
    parts = [plural(plan.images or 0, "image")]
    if plan.exemplars:
        parts += [f"{plan.shapes} shapes and {plan.textures} textures a category"]
    if plan.people:
        parts += [f"{plan.people} people" + (" a dataset" if len(plan.datasets) > 1 else "")]
    parts += [f"{plural(plan.seeds, 'training')} of a network"]
    return f"{plan.measure} on {where}: {', '.join(parts)}"


def _numbers(table: pd.DataFrame) -> list[str]:
    """The numbers of which the table says how many are needed."""
    return [str(name).removesuffix("_needed") for name in table if str(name).endswith("_needed")]


def _cell(value: float, form: str) -> str:
    return "–" if math.isnan(value) else form.format(value)
