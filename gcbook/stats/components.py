r"""Variance components: how much of a value's uncertainty comes from images and exemplars.

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

A component is a covariance of two networks, so that the variance of their difference follows.
People are those of the trials.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.files.gate import MIB, read_file, refused
from gcbook.files.manifest import DATA
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import show_once
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.metrics import bias_of, share
from gcbook.stats.responses import Responses, exemplars_of, make_responses

Floats = npt.NDArray[np.floating]
Places = npt.NDArray[np.intp]

COLUMNS = ("measure", "dataset", "unit", "n", "freedom", "a", "b", "covariance")

FILE = "components.parquet"
_LARGEST = MIB
_CONFLICT = "cue-conflict"


@dataclass(frozen=True)
class Part:
    """One component of some networks.

    Attributes:
        n: units in the trials that it was estimated from.
        freedom: its degrees of freedom there.
        covariance: (networks, networks). With n units it adds ``covariance / n`` to that of two
            networks.
    """

    n: int
    freedom: int
    covariance: Floats


@dataclass(frozen=True)
class Components:
    """Components of shape bias, accuracy and kappa.

    Attributes:
        table: `COLUMNS`: ``measure``; ``dataset``; ``unit`` (image, on cue conflicts also shape and
            texture); ``n, freedom, covariance`` as of `Part`, on the measure's own scale, squared;
            ``a, b``, two networks (``source/observer``), or one twice.
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
        numbers = {"covariance": "float32", "n": "int32", "freedom": "int32"}
        self.table.astype(texts | numbers).to_parquet(path, compression="zstd", index=False)
        return path.stat().st_size

    def parts(
        self, measure: str, datasets: Sequence[str]
    ) -> tuple[tuple[str, ...], dict[tuple[str, str], Part]]:
        """The components of a measure on some datasets.

        Returns:
            The networks that saw all of them, and (dataset, unit) → component of these networks.
        """
        rows = self.table[self.table["measure"] == measure]
        groups = {
            (str(dataset), str(unit)): group
            for (dataset, unit), group in rows.groupby(["dataset", "unit"], observed=True)
            if dataset in datasets
        }
        names = sorted(set.intersection(*(set(group["a"]) for group in groups.values())))
        place = pd.Index(names)
        return tuple(names), {key: _part(group, place) for key, group in groups.items()}


def _part(rows: pd.DataFrame, networks: pd.Index) -> Part:
    a, b = (networks.get_indexer(pd.Index(rows[name])) for name in ("a", "b"))
    known = (a >= 0) & (b >= 0)
    matrix = np.zeros((len(networks), len(networks)))
    values = rows["covariance"].to_numpy()[known]
    matrix[a[known], b[known]] = matrix[b[known], a[known]] = values
    return Part(int(rows["n"].iloc[0]), int(rows["freedom"].iloc[0]), matrix)


def estimate_components(trials: pd.DataFrame) -> Components:
    """Estimate the components from trials, in the conditions that the benchmark counts.

    Only observers who saw all images of a dataset take part. That edges, silhouettes and cue
    conflicts share their exemplars is ignored; it adds 1 to 2% to the standard error of a
    difference over all datasets.

    Args:
        trials: a trials table; datasets without a network or with less than two people are left
            out.

    Raises:
        InputError: no dataset has both.
    """
    tables = [
        panel.table(*found)
        for responses in make_responses(trials).values()
        if (panel := _Panel.of(responses)) is not None
        for found in panel.influences()
    ]
    if not tables:
        raise InputError(
            "components: expected trials of a network and of two people who saw all images of a "
            "dataset, found none."
        )
    return Components(pd.concat(tables, ignore_index=True)[list(COLUMNS)])


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

    def influences(self) -> Iterator[tuple[str, Floats, Places]]:
        """Each measure with the influences of images, (networks, images), and which images."""
        columns = np.concatenate([np.arange(s.start, s.stop) for s in self.conditions])
        if self.responses.dataset == _CONFLICT:
            conflict = ~(self.responses.cue == "agree").any(axis=0)
            cues = self.responses.cue[self.networks][:, conflict]
            _, each = bias_influence(*((cues == cue) * 1.0 for cue in ("shape", "texture")))
            yield "shape-bias", each, np.flatnonzero(conflict)
        right = self.responses.right[self.networks][:, columns].astype(np.float64)
        yield "accuracy", (right - right.mean(axis=1, keepdims=True)) / len(columns), columns
        yield "kappa", self._kappa(), columns

    def _kappa(self) -> Floats:
        found = [
            kappa_influence(self.responses.right[:, s], self.networks, self.people)
            for s in self.conditions
        ]
        # A condition in which kappa is undefined is left out of its mean.
        defined = np.sum([np.isfinite(kappa) for kappa, _ in found], axis=0)
        each = np.concatenate([np.nan_to_num(of_images) for _, of_images in found], axis=2)
        return share(each, defined[..., None]).mean(axis=1)

    def table(self, measure: str, each: Floats, columns: Places) -> pd.DataFrame:
        """Rows of `Components.table`."""
        images = self.responses.images.iloc[columns]
        strata = [(images["condition"] + " " + images["category"]).to_numpy(dtype=object)]
        exemplars = {}
        if self.responses.dataset == _CONFLICT:
            exemplars = {
                unit: np.asarray(of, dtype=object)[columns]
                for unit, of in zip(("shape", "texture"), exemplars_of(self.responses), strict=True)
            }
            strata.append(_category(exemplars["texture"]))
        observers = self.responses.observers.iloc[self.networks]
        names = (observers["source"] + "/" + observers["observer"]).to_numpy(dtype=object)
        first, second = np.triu_indices(len(names))
        moments = Moments.of(strata, exemplars)
        about = {"measure": measure, "dataset": self.responses.dataset}
        tables = [
            pd.DataFrame({"a": names[first], "b": names[second]}).assign(
                **about,
                unit=unit,
                n=moments.n[unit],
                freedom=moments.freedom[unit],
                covariance=covariance[first, second],
            )
            for unit, covariance in moments.components(each).items()
        ]
        return pd.concat(tables, ignore_index=True)


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
        """The moments of a design.

        Args:
            strata: (images,), within which influences vary.
            exemplars: unit → (images,), names of its exemplars; none where an image is one.
        """
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
        """Unit → (networks, networks), of influences (networks, images); see `Part`."""
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
