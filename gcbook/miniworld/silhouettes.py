"""Silhouettes of the miniature world: the 16 categories and three more, as they ship with gcbook.

They are made from icons of permissively licensed collections by ``tools/build_silhouettes.py``;
``gcbook/data/miniworld/ATTRIBUTION.md`` names the authors. Splits go by family of designs, so that
shapes to test on come from other designers than shapes to train on.
"""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, cast

import numpy as np

from gcbook.files.errors import InputError
from gcbook.paper.categories import CATEGORIES

__all__ = [
    "EXTRA_CATEGORIES",
    "SPLITS",
    "Silhouettes",
    "Split",
    "load_silhouettes",
    "silhouettes_hash",
]

EXTRA_CATEGORIES = ("duck", "rabbit", "face")
"""Categories beyond the 16, for pictures that can be seen in two ways."""

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")

_FOLDER = "data/miniworld"


@dataclass(frozen=True)
class Silhouettes:
    """Silhouettes, one an entry of every field.

    Attributes:
        images: uint8 (N, 64, 64), 255 inside the object, 0 outside, grey at its edge; the object
            is centred and its longer side covers 60 pixels. Read-only.
        categories: what each shows.
        names: the icon each is made from, ``collection:icon``; no two are equal.
        families: the family of designs each belongs to.
        splits: train, validation or test; all silhouettes of a family have the same.
    """

    images: np.ndarray
    categories: tuple[str, ...]
    names: tuple[str, ...]
    families: tuple[str, ...]
    splits: tuple[Split, ...]

    def __len__(self) -> int:
        return len(self.names)


def load_silhouettes(
    split: Split | None = None, categories: Sequence[str] = CATEGORIES + EXTRA_CATEGORIES
) -> Silhouettes:
    """Return silhouettes in the order of the list, category after category.

    Some ducks are birds of the list too. Where both categories are asked for, such a drawing is a
    duck only; without ducks it is a bird.

    Args:
        split: the split to return; all if None.
        categories: the categories to return; of the 16 and `EXTRA_CATEGORIES`.

    Raises:
        InputError: a split or category that there is not, or no category at all.

    >>> load_silhouettes("test", ("cat", "dog")).images.shape
    (23, 64, 64)
    """
    if split is not None and split not in SPLITS:
        raise InputError(f"split: expected one of {', '.join(SPLITS)} or None, found {split!r}.")
    known = CATEGORIES + EXTRA_CATEGORIES
    unknown = [category for category in categories if category not in known]
    if unknown or not categories or isinstance(categories, str):
        raise InputError(
            f"categories: expected a sequence of some of {', '.join(known)}; found {categories!r}."
        )
    everything = _read()
    # The extra categories come last, so a drawing that is listed twice ends in the narrower one.
    last = {
        name: index
        for index, name in enumerate(everything.names)
        if everything.categories[index] in categories
    }
    chosen = sorted(
        index for index in last.values() if split is None or everything.splits[index] == split
    )
    images = everything.images[chosen]
    images.setflags(write=False)
    return Silhouettes(
        images,
        tuple(everything.categories[index] for index in chosen),
        tuple(everything.names[index] for index in chosen),
        tuple(everything.families[index] for index in chosen),
        tuple(everything.splits[index] for index in chosen),
    )


@cache
def silhouettes_hash() -> str:
    """Return a SHA-256 of the list and its drawings: other ones make other images."""
    folder = resources.files("gcbook").joinpath(_FOLDER)
    digest = hashlib.sha256()
    for name in ("silhouettes.csv", "silhouettes.npz"):
        digest.update(folder.joinpath(name).read_bytes())
    return digest.hexdigest()


@cache
def _read() -> Silhouettes:
    """Everything that ships, with drawings that are listed twice."""
    folder = resources.files("gcbook").joinpath(_FOLDER)
    lines = folder.joinpath("silhouettes.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines))
    with (
        folder.joinpath("silhouettes.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as archive,
    ):
        images = archive["images"]
    if len(images) != len(rows):
        raise InputError(
            f"gcbook/{_FOLDER}: expected a picture for each of the {len(rows)} rows of "
            f"silhouettes.csv, found {len(images)} in silhouettes.npz; install gcbook anew, or run "
            "tools/build_silhouettes.py."
        )
    return Silhouettes(
        images,
        tuple(row["category"] for row in rows),
        tuple(f"{row['collection']}:{row['icon']}" for row in rows),
        tuple(row["family"] for row in rows),
        tuple(cast(Split, row["split"]) for row in rows),
    )
