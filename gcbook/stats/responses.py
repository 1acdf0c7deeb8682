"""Trials as matrices, one set of them a dataset: observers down, images across.

With observers and images as axes, all pairs of observers are compared by matrix products, and a
resampled set of images is a vector of weights.

What is resampled (see `gcbook.stats.resampling`): images within their condition and category; or,
where images share them, exemplars within their category. Edges and silhouettes are made of the same
160 exemplars that give the cue-conflict images their shapes, so one draw of exemplars serves all
three. Observers are taken as
they are unless asked otherwise: 4 to 10 humans a dataset are too few to speak of people in general.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import CLASS
from gcbook.stats.metrics import cues
from gcbook.stats.resampling import Factor, strata

Places = npt.NDArray[np.intp]
Coded = tuple[npt.NDArray[np.integer], npt.NDArray[np.object_]]
"""A column: the number of each row's value, and the values."""

_OBSERVER = ["observer_kind", "source", "observer"]
_IMAGE = ["condition", "image_id", "category"]
SHAPES, TEXTURES = "shape exemplars", "texture exemplars"
"""Names of the factors whose units are exemplars."""

_EXEMPLAR_DATASETS = ("edge", "silhouette", "cue-conflict")


@dataclass(frozen=True)
class Responses:
    """Who answered what in one dataset.

    Attributes:
        dataset: its name.
        observers: columns ``source, observer, observer_kind``, one row an observer; humans first,
            the people of a reader's own classes last.
        images: columns ``image_id, condition, category``, one row an image, by condition.
        seen: (observers, images), whether there is a trial.
        right: (observers, images), whether the answer was the category.
        cue: (observers, images), what the answer named on cue-conflict images, "" elsewhere.
    """

    dataset: str
    observers: pd.DataFrame
    images: pd.DataFrame
    seen: npt.NDArray[np.bool_]
    right: npt.NDArray[np.bool_]
    cue: npt.NDArray[np.str_]

    @cached_property
    def is_human(self) -> npt.NDArray[np.bool_]:
        """(observers,), whether the observer is human."""
        return (self.observers["observer_kind"] == "human").to_numpy()

    @cached_property
    def is_model(self) -> npt.NDArray[np.bool_]:
        """(observers,), whether the observer is a model."""
        return (self.observers["observer_kind"] == "model").to_numpy()

    @cached_property
    def classes(self) -> dict[str, Places]:
        """A reader's own classes of people by source, each with the rows of its people."""
        people = self.observers["observer_kind"] == CLASS
        sources = self.observers["source"].where(people)
        return {str(name): np.flatnonzero(sources == name) for name in sorted(set(sources[people]))}

    @cached_property
    def conditions(self) -> dict[str, slice]:
        """The conditions present, in order, each with the columns of its images."""
        names = self.images["condition"].to_numpy()
        found = {}
        for condition in EXPERIMENTS[self.dataset].conditions:
            columns = np.flatnonzero(names == condition)
            if len(columns):
                found[condition] = slice(int(columns[0]), int(columns[-1]) + 1)
        return found


def make_responses(trials: pd.DataFrame) -> dict[str, Responses]:
    """Arrange trials as matrices, dataset by dataset, in the order of `EXPERIMENTS`.

    An image is told by its id, condition and category, so observers are never compared on an
    image that was shown to them differently.
    """
    coded: dict[str, Coded] = {}
    for key in ("dataset", *_OBSERVER, *_IMAGE):
        codes, values = pd.factorize(trials[key], sort=True)
        small = np.min_scalar_type(-len(values) - 1)  # the sign is of what is missing
        coded[key] = codes.astype(small), values.to_numpy(dtype=object)
    right = (trials["response"] == trials["category"]).to_numpy()
    number, names = coded["dataset"]
    rows_of = {name: np.flatnonzero(number == i) for i, name in enumerate(names)}
    return {
        name: _make_responses(name, trials, rows_of[name], right, coded)
        for name in EXPERIMENTS
        if name in rows_of
    }


def image_factors(
    by_dataset: Mapping[str, Responses], within_categories: bool = True
) -> dict[str, dict[str, tuple[Factor, ...]]]:
    """What is resampled of each dataset's images, condition by condition.

    Args:
        by_dataset: the datasets. A dataset's draws do not depend on which others there are, as long
            as the exemplars are the same.
        within_categories: draw images and exemplars within their category; else from all.

    Returns:
        Dataset → condition → the factors whose items are the images of that condition.
    """
    named = {
        name: exemplars_of(responses)
        for name, responses in by_dataset.items()
        if name in _EXEMPLAR_DATASETS
    }
    exemplars = [
        _Exemplars.of({each for pair in named.values() for each in pair[i]}, within_categories)
        for i in (0, 1)
    ]
    factors: dict[str, dict[str, tuple[Factor, ...]]] = {}
    for name, responses in by_dataset.items():
        category = responses.images["category"].to_numpy(dtype=object)
        factors[name] = {}
        for condition, columns in responses.conditions.items():
            if name in named:
                factors[name][condition] = tuple(
                    each.factor(key, of[columns])
                    for key, each, of in zip(
                        (SHAPES, TEXTURES), exemplars, named[name], strict=True
                    )
                    if len(of)
                )
            else:
                of = category[columns] if within_categories else np.zeros(len(category[columns]))
                factors[name][condition] = (Factor(f"{name}/{condition}", *strata(of)),)
    return factors


@dataclass(frozen=True)
class _Exemplars:
    """Shapes or textures by name, in strata.

    Attributes:
        names: of all of them.
        sizes: of the strata.
        place: (names,), each one's place among the units of all strata.
    """

    names: pd.Index
    sizes: tuple[int, ...]
    place: Places

    @classmethod
    def of(cls, names: Iterable[str], within_categories: bool) -> "_Exemplars":
        index = pd.Index(sorted(names), dtype="str")
        category = index.str.replace(r"\d+$", "", regex=True)
        sizes, place = strata(category if within_categories else np.zeros(len(index)))
        return cls(index, sizes, place)

    def factor(self, name: str, of_images: pd.Index) -> Factor:
        """The factor whose items are images of these exemplars."""
        return Factor(name, self.sizes, self.place[self.names.get_indexer(of_images)])


def human_factor(responses: Responses) -> Factor:
    """The humans of a dataset, in the order of its observers, as what is resampled."""
    return Factor(f"observers/{responses.dataset}", [int(responses.is_human.sum())])


def exemplars_of(responses: Responses) -> tuple[pd.Index, pd.Index]:
    """Names of the shape and texture exemplars: dog10 and bicycle1 in dog10-bicycle1.png."""
    stem = responses.images["image_id"].str.replace(r"\.\w+$", "", regex=True)
    if responses.dataset != "cue-conflict":
        return pd.Index(stem), pd.Index([], dtype="str")
    parts = stem.str.split("-", n=1)
    return pd.Index(parts.str[0]), pd.Index(parts.str[1])


def _make_responses(
    dataset: str,
    trials: pd.DataFrame,
    rows: Places,
    right: npt.NDArray[np.bool_],
    coded: Mapping[str, Coded],
) -> Responses:
    codes, names = coded["condition"]
    order = pd.Index(EXPERIMENTS[dataset].conditions).get_indexer(pd.Index(names))
    conditions = np.array(EXPERIMENTS[dataset].conditions, dtype=object)
    by_condition = {**coded, "condition": (order[codes], conditions)}
    observer, observers = _distinct(coded, _OBSERVER, rows)
    image, images = _distinct(by_condition, _IMAGE, rows)
    shape = (len(observers), len(images))
    seen, was_right = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    seen[observer, image] = True
    was_right[observer, image] = right[rows]
    cue = np.broadcast_to(np.array("", dtype="U7"), shape)
    if dataset == "cue-conflict":
        cue = cue.copy()
        named = trials[["dataset", "image_id", "category", "response"]].iloc[rows]
        cue[observer, image] = cues(named).to_numpy(dtype="U7")
    return Responses(
        dataset,
        observers[["source", "observer", "observer_kind"]],
        images[["image_id", "condition", "category"]],
        seen,
        was_right,
        cue,
    )


def _distinct(
    coded: Mapping[str, Coded], keys: Sequence[str], rows: Places
) -> tuple[Places, pd.DataFrame]:
    """The distinct keys among some rows, sorted, and which of them each row has."""
    number = np.zeros(len(rows), dtype=np.int64)
    for key in keys:
        number = number * len(coded[key][1]) + coded[key][0][rows]
    _, first, place = np.unique(number, return_index=True, return_inverse=True)
    found = {key: coded[key][1][coded[key][0][rows[first]]] for key in keys}
    return place, pd.DataFrame(found, dtype="str")
