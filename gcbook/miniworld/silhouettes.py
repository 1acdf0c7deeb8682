"""Silhouettes of the miniature world: the 16 categories and three more, as they ship with gcbook.

They are made from icons of permissively licensed collections; how, and by
whom, stands in ``gcbook/data/miniworld/ATTRIBUTION.md``. Splits go by family of designs, so that
shapes to test on come from other designers than shapes to train on.
"""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from gcbook.files.manifest import DATA
from gcbook.paper.categories import CATEGORIES

EXTRA_CATEGORIES = ("duck", "rabbit", "face")
"""Categories beyond the 16, for pictures that can be seen in two ways."""

Split = Literal["train", "validation", "test"]

_FOLDER = "miniworld"


@dataclass(frozen=True)
class Silhouettes:
    """Silhouettes, one an entry of every field.

    Attributes:
        images: uint8 (N, 64, 64), 255 inside the object, 0 outside, grey at its edge; the object
            is centred and its longer side covers 60 pixels. Read-only.
        categories: what each shows.
        names: the icon each is made from, ``collection:icon``; no two are equal.
    """

    images: np.ndarray
    categories: tuple[str, ...]
    names: tuple[str, ...]


def load_silhouettes(
    split: Split | None = None, categories: Sequence[str] = CATEGORIES + EXTRA_CATEGORIES
) -> Silhouettes:
    """Return silhouettes of a split, or all, in the order of the list, category after category.

    Some ducks are birds of the list too. Where both categories are asked for, such a drawing is a
    duck only; without ducks it is a bird.

    >>> load_silhouettes("test", ("cat", "dog")).images.shape
    (23, 64, 64)
    """
    rows, pictures = _read()
    # The extra categories come last, so a drawing that is listed twice ends in the narrower one.
    last = {_name(row): index for index, row in enumerate(rows) if row["category"] in categories}
    chosen = sorted(index for index in last.values() if split in (None, rows[index]["split"]))
    images = pictures[chosen]
    images.setflags(write=False)
    shown = [rows[index] for index in chosen]
    return Silhouettes(images, tuple(row["category"] for row in shown), tuple(map(_name, shown)))


@cache
def silhouettes_hash() -> str:
    """Return a SHA-256 of the list and its drawings: other ones make other images."""
    folder = DATA.path(_FOLDER)
    digest = hashlib.sha256()
    for name in ("silhouettes.csv", "silhouettes.npz"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


@cache
def _read() -> tuple[list[dict[str, str]], np.ndarray]:
    """Everything that ships, with drawings that are listed twice."""
    folder = DATA.path(_FOLDER)
    lines = (folder / "silhouettes.csv").read_text(encoding="utf-8").splitlines()
    with (
        (folder / "silhouettes.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as archive,
    ):
        return list(csv.DictReader(lines)), archive["images"]


def _name(row: Mapping[str, str]) -> str:
    return f"{row['collection']}:{row['icon']}"
