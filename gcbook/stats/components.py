r"""Variance components: how much of a value's uncertainty comes from images, exemplars and people.

To first order a value deviates from its expectation by the sum of what each image adds to it (its
influence). With :math:`s_i, t_i` for whether an answer names shape or texture, b for shape bias,
:math:`r_i` for right, and :math:`\kappa = 1 - u/v` as in `gcbook.stats.agreement`,

.. math:: e_i^{bias} = \frac{s_i - b\,(s_i + t_i)}{\sum_j (s_j + t_j)}, \qquad
    e_i^{accuracy} = \frac{r_i - p}{n}, \qquad
    e_i^{\kappa} = \frac{1}{n}\Big(-\frac{u_i - u}{v} + \frac{u}{v^2}\,v_i\Big),

the last of each condition and human, then averaged as the metric is. Categories are fixed: the mean
of an image's category (and condition, and on cue conflicts of its texture's category) is taken out.
What remains is an effect of the image, on cue conflicts of its shape exemplar plus its texture
exemplar plus the image itself. Sums of squares by shape, by texture and by image have expectations
that are linear in the three variances, which are solved for (the method of moments of a crossed
design: Searle, Casella & McCulloch, 1992, ch. 5).

A component is a covariance of two observers, so that the variance of their difference follows.
Where people come in, it has a part that all of them share and one of each person alone, which
averages out over people.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.files.gate import MIB, read_file, refused
from gcbook.files.manifest import DATA
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import HUMANS, show_once
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.metrics import bias_of, share
from gcbook.stats.responses import Responses, exemplars_of, make_responses

Floats = npt.NDArray[np.floating]
Places = npt.NDArray[np.intp]

MEASURES = ("shape-bias", "accuracy", "kappa")
"""What components there are of; accuracy and kappa are means over datasets."""

UNITS = ("image", "shape", "texture", "person", "seed")
"""What varies. An exemplar of edges or silhouettes is an image."""

COLUMNS = ("measure", "dataset", "unit", "n", "freedom", "a", "b", "shared", "own")

FILE = "components.parquet"
_LARGEST = MIB
_CONFLICT = "cue-conflict"


@dataclass(frozen=True)
class Part:
    """One component of some observers, the last of whom are the people.

    Attributes:
        n: units in the trials that it was estimated from.
        freedom: its degrees of freedom there.
        shared, own: (observers, observers). With n units and h people it adds
            (shared + own / h) / n to the covariance of two observers.
    """

    n: int
    freedom: int
    shared: Floats
    own: Floats


@dataclass(frozen=True)
class Components:
    """Components of all measures.

    Attributes:
        table: `COLUMNS`: ``measure``; ``dataset, unit``; ``n, freedom, shared, own`` as of `Part`,
            on the measure's own scale, squared; ``a, b``, two observers (``source/observer``,
            of the people `HUMANS`), or one twice. Of the unit "seed" ``a`` is a miniature's recipe
            with its world, and ``shared`` the variance between its trainings.
    """

    table: pd.DataFrame

    @classmethod
    def read(cls) -> "Components":
        """The components that come with the package, of the published trials."""
        path = DATA.path(FILE)
        with refused(path, "components of variance", "Install the package anew."):
            return cls(pd.read_parquet(io.BytesIO(read_file(path, _LARGEST))))

    def save(self, path: Path) -> int:
        """Write the table, and return its bytes."""
        texts = dict.fromkeys(["measure", "dataset", "unit", "a", "b"], "category")
        numbers = {"shared": "float32", "own": "float32", "n": "int32", "freedom": "int32"}
        self.table.astype(texts | numbers).to_parquet(path, compression="zstd", index=False)
        return path.stat().st_size

    @cached_property
    def datasets(self) -> Mapping[str, tuple[str, ...]]:
        """Measure → the datasets that it has components of, in the benchmark's order."""
        there = set(zip(self.table["measure"], self.table["dataset"], strict=True))
        return {
            measure: tuple(name for name in EXPERIMENTS if (measure, name) in there)
            for measure in MEASURES
        }

    @property
    def seeds(self) -> pd.DataFrame:
        """The rows of `table` that say how trainings differ."""
        return self.table[self.table["unit"] == "seed"]

    def parts(
        self, measure: str, datasets: Sequence[str]
    ) -> tuple[tuple[str, ...], dict[tuple[str, str], Part]]:
        """The components of a measure on some datasets.

        Returns:
            The networks that saw all of them, and (dataset, unit) → component, of these networks
            and the people, in that order.

        Raises:
            InputError: there are no components of a dataset.
        """
        there = self.datasets[measure]
        if lacking := [name for name in datasets if name not in there]:
            raise InputError(
                f"--datasets: expected some of {', '.join(there) or 'none'}, which networks and "
                f"people saw whole; found {', '.join(lacking)}."
            )
        rows = self.table[self.table["measure"] == measure]
        groups = {
            (str(dataset), str(unit)): group
            for (dataset, unit), group in rows.groupby(["dataset", "unit"], observed=True)
            if dataset in datasets
        }
        seen = [set(group["a"]) for group in groups.values()]
        names = sorted(set.intersection(*seen) - {HUMANS})
        place = pd.Index([*names, HUMANS])
        return tuple(names), {key: _part(group, place) for key, group in groups.items()}


def _part(rows: pd.DataFrame, observers: pd.Index) -> Part:
    a, b = (observers.get_indexer(pd.Index(rows[name])) for name in ("a", "b"))
    known = (a >= 0) & (b >= 0)
    shared, own = (np.zeros((len(observers), len(observers))) for _ in range(2))
    for matrix, name in ((shared, "shared"), (own, "own")):
        values = rows[name].to_numpy()[known]
        matrix[a[known], b[known]] = matrix[b[known], a[known]] = values
    return Part(int(rows["n"].iloc[0]), int(rows["freedom"].iloc[0]), shared, own)


def estimate_components(trials: pd.DataFrame, seeds: pd.DataFrame) -> Components:
    """Estimate the components from trials, in the conditions that the benchmark counts.

    Only observers who saw all images of a dataset take part. That edges, silhouettes and cue
    conflicts share their exemplars is ignored; it adds 1 to 2% to the standard error of a
    difference over all datasets.

    Args:
        trials: a trials table; datasets without a network or with less than two people are left
            out.
        seeds: rows of the unit "seed", see `Components.table`.

    Raises:
        InputError: no dataset has both.
    """
    tables = [
        _table(measure, name, effects)
        for name, responses in make_responses(trials).items()
        if (panel := _Panel.of(responses)) is not None
        for measure, effects in panel.influences()
    ]
    if not tables:
        raise InputError(
            "components: expected trials of a network and of two people who saw all images of a "
            "dataset, found none."
        )
    return Components(pd.concat([*tables, seeds], ignore_index=True)[list(COLUMNS)])


@dataclass(frozen=True)
class _Effects:
    """What images add to the values of some observers, the last of whom are the people.

    Attributes:
        observers: their names.
        each: (observers, people, images), the influence of an image as each person sees it.
        values: (observers, people), the value with each person.
        strata: (images,), within which they vary.
        exemplars: unit → (images,), names of its exemplars; none where an image is one.
    """

    observers: tuple[str, ...]
    each: Floats
    values: Floats
    strata: tuple[npt.NDArray[np.object_], ...]
    exemplars: Mapping[str, npt.NDArray[np.object_]]


@dataclass(frozen=True)
class _Panel:
    """The observers of a dataset who saw all images that count."""

    responses: Responses
    networks: Places
    people: Places
    conditions: tuple[slice, ...]

    @classmethod
    def of(cls, responses: Responses) -> "_Panel | None":
        counted = SummarySettings().counted(EXPERIMENTS[responses.dataset])
        slices = tuple(s for name, s in responses.conditions.items() if name in counted)
        if not slices:
            return None
        once = show_once(responses.observers.reset_index())["index"]
        complete = np.isin(np.arange(len(responses.observers)), once)
        for columns in slices:
            complete &= responses.seen[:, columns].all(axis=1)
        networks = np.flatnonzero(complete & ~responses.is_human)
        people = np.flatnonzero(complete & responses.is_human)
        enough = len(networks) > 0 and len(people) > 1
        return cls(responses, networks, people, slices) if enough else None

    def influences(self) -> Iterator[tuple[str, _Effects]]:
        if self.responses.dataset == _CONFLICT:
            conflict = ~(self.responses.cue == "agree").any(axis=0)
            yield "shape-bias", self._effects(*self._shape_bias(conflict), np.flatnonzero(conflict))
        columns = np.concatenate([np.arange(s.start, s.stop) for s in self.conditions])
        yield "accuracy", self._effects(*self._accuracy(columns), columns)
        yield "kappa", self._effects(*self._kappa(), columns)

    def _effects(self, each: Floats, values: Floats, columns: Places) -> _Effects:
        observers = self.responses.observers
        names = (observers["source"] + "/" + observers["observer"]).iloc[self.networks]
        images = self.responses.images.iloc[columns]
        strata = (images["condition"] + " " + images["category"]).to_numpy(dtype=object)
        exemplars = {}
        if self.responses.dataset == _CONFLICT:
            found = exemplars_of(self.responses)
            exemplars = {
                unit: np.asarray(of, dtype=object)[columns]
                for unit, of in zip(("shape", "texture"), found, strict=True)
            }
        more = (_category(exemplars["texture"]),) if exemplars else ()
        return _Effects((*names, HUMANS), each, values, (strata, *more), exemplars)

    def _accuracy(self, columns: Places) -> tuple[Floats, Floats]:
        right = self.responses.right[:, columns].astype(np.float64)
        pooled = right[self.people].mean()
        network = right[self.networks]
        mean = network.mean(axis=1)
        of_networks = _repeated(network - mean[:, None], len(self.people))
        each = np.concatenate([of_networks, right[self.people][None] - pooled])
        return each / len(columns), _values(mean, right[self.people].mean(axis=1))

    def _shape_bias(self, conflict: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
        shape, texture = (
            (self.responses.cue[:, conflict] == cue).astype(np.float64)
            for cue in ("shape", "texture")
        )

        values, of_networks = bias_influence(shape[self.networks], texture[self.networks])
        people = shape[self.people], texture[self.people]
        # Of all answers of people, one's own are a part.
        bias, of_answers = bias_influence(*(cue.ravel() for cue in people))
        of_people = len(self.people) * of_answers.reshape(people[0].shape)
        each = np.concatenate([_repeated(of_networks, len(self.people)), of_people[None]])
        return each, _values(values, bias + of_people.sum(axis=1))

    def _kappa(self) -> tuple[Floats, Floats]:
        rows = np.append(self.networks, self.people)
        found = [
            kappa_influence(self.responses.right[:, s], rows, self.people) for s in self.conditions
        ]
        # A condition in which kappa is undefined is left out of its mean.
        defined = np.sum([np.isfinite(kappa) for kappa, _ in found], axis=0)
        value = share(np.nansum([kappa for kappa, _ in found], axis=0), defined)
        each = np.concatenate([np.nan_to_num(of_images) for _, of_images in found], axis=2)
        each = share(each, defined[..., None])
        n = len(self.networks)
        # Each pair of people holds two of them, so that what is one's own weighs twice.
        others = ~np.eye(len(self.people), dtype=bool)
        among = np.stack([each[n + i, others[i]].mean(axis=0) for i in range(len(others))])
        values = np.array([value[n + i, others[i]].mean() for i in range(len(others))])
        among, values = (2 * own - own.mean(axis=0) for own in (among, values))
        return np.concatenate([each[:n], among[None]]), np.vstack([value[:n], values])


def _repeated(networks: Floats, n_people: int) -> Floats:
    """(networks, people, images): people change nothing."""
    return np.repeat(networks[:, None], n_people, axis=1)


def _values(networks: Floats, people: Floats) -> Floats:
    return np.vstack([np.tile(networks[:, None], len(people)), people])


def bias_influence(shape: Floats, texture: Floats) -> tuple[Floats, Floats]:
    """Shape biases, and how much each image adds to them.

    Args:
        shape, texture: (…, images), 1 where an answer names the cue of a conflict, 0 elsewhere.

    Returns:
        (…) and (…, images); the influences on a bias sum to 0.
    """
    named = shape + texture
    bias = bias_of(shape.sum(axis=-1), texture.sum(axis=-1))
    return bias, share(shape - bias[..., None] * named, named.sum(axis=-1)[..., None])


def kappa_influence(
    right: npt.NDArray[np.bool_], rows: Places, others: Places
) -> tuple[Floats, Floats]:
    """Error consistencies of some observers with others, and how much each image adds to them.

    Args:
        right: (observers, images), of one condition.
        rows, others: of observers.

    Returns:
        (rows, others) and (rows, others, images); NaN where error consistency is undefined.
    """
    numbers = right.astype(np.float64)
    a, b = numbers[rows][:, None], numbers[others][None]
    mean_a, mean_b = (each.mean(axis=-1, keepdims=True) for each in (a, b))
    differ = a + b - 2 * a * b
    u, v = differ.mean(axis=-1, keepdims=True), mean_a + mean_b - 2 * mean_a * mean_b
    v = np.where(v > 1e-9, v, np.nan)
    of_v = (a - mean_a) * (1 - 2 * mean_b) + (b - mean_b) * (1 - 2 * mean_a)
    influence = (-(differ - u) / v + u / v**2 * of_v) / right.shape[1]
    return (1 - u / v)[..., 0], influence


def _table(measure: str, dataset: str, effects: _Effects) -> pd.DataFrame:
    """Rows of `Components.table`."""
    n_people = effects.each.shape[1]
    moments = Moments.of(effects.strata, effects.exemplars)
    of_mean = moments.components(effects.each.mean(axis=1))
    by_person = [moments.components(effects.each[:, i]) for i in range(n_people)]
    first, second = np.triu_indices(len(effects.observers))
    names = np.array(effects.observers, dtype=object)
    tables, noise = [], np.zeros_like(of_mean["image"])
    for unit, covariance in of_mean.items():
        single = np.mean([each[unit] for each in by_person], axis=0)
        own = (single - covariance) * n_people / (n_people - 1)
        noise = noise + own / moments.n[unit]
        shared = covariance - own / n_people
        tables.append((unit, moments.n[unit], moments.freedom[unit], shared, own))
    # What people differ by holds the noise of their own answers, which counts with the images.
    between = np.cov(effects.values).reshape(noise.shape) - noise
    tables.append(("person", n_people, n_people - 1, between, np.zeros_like(between)))
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "measure": measure,
                    "dataset": dataset,
                    "unit": unit,
                    "n": n,
                    "freedom": freedom,
                    "a": names[first],
                    "b": names[second],
                    "shared": shared[first, second],
                    "own": own[first, second],
                }
            )
            for unit, n, freedom, shared, own in tables
        ],
        ignore_index=True,
    )


@dataclass(frozen=True)
class Moments:
    """How sums of squares of a design depend on its components.

    Attributes:
        sums: unit → (units, images): makes of influences the sums that are squared.
        expected: (units, units), what a component's variance of 1 adds to each sum of squares.
        n, freedom: unit → as of `Part`.
    """

    sums: Mapping[str, Floats]
    expected: Floats
    n: Mapping[str, int]
    freedom: Mapping[str, int]

    @classmethod
    def of(
        cls,
        strata: Sequence[npt.NDArray[np.object_]],
        exemplars: Mapping[str, npt.NDArray[np.object_]],
    ) -> "Moments":
        """The moments of a design; see `_Effects` for the arguments."""
        n_images = len(strata[0])
        fixed = np.hstack([_membership(each) for each in strata])
        basis, sizes, _ = np.linalg.svd(fixed, full_matrices=False)
        basis = basis[:, sizes > 1e-9 * sizes.max()]
        within = np.eye(n_images) - basis @ basis.T
        members = {unit: _membership(names) for unit, names in exemplars.items()}
        sums = {"image": within} | {unit: each.T @ within for unit, each in members.items()}
        effects = {"image": np.eye(n_images), **members}
        # Exemplars with more images than others count more, in a plan as in these trials.
        expected = [
            [
                ((rows @ each) ** 2).sum() / (each.sum(axis=0) ** 2).sum() / each.shape[1]
                for each in effects.values()
            ]
            for rows in sums.values()
        ]
        freedom = {"image": n_images - basis.shape[1]} | {
            unit: len(set(names)) - len(set(map(_without_number, names)))
            for unit, names in exemplars.items()
        }
        n = {unit: each.shape[1] for unit, each in effects.items()}
        return cls(sums, np.array(expected), n, freedom)

    def components(self, influences: Floats) -> dict[str, Floats]:
        """Unit → (observers, observers), of influences (observers, images); see `Part`."""
        sums = [influences @ rows.T for rows in self.sums.values()]
        squares = np.stack([each @ each.T for each in sums])
        found = np.linalg.solve(self.expected, squares.reshape(len(squares), -1))
        return dict(zip(self.sums, found.reshape(squares.shape), strict=True))


def _membership(names: npt.NDArray[np.object_]) -> Floats:
    """(images, groups), 1 where an image is of a group; groups in the order of their names."""
    return (names[:, None] == np.unique(names.astype(str))).astype(np.float64)


def _without_number(exemplar: str) -> str:
    return exemplar.rstrip("0123456789")


def _category(exemplars: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    return np.array([_without_number(each) for each in exemplars], dtype=object)
