"""Photographs, and what networks that learnt from them are asked.

The photographs are Tiny ImageNet's (CS231N, Stanford): 500 to train and 50 to validate of each of
200 of ImageNet's classes, 64 × 64 pixels. 26 of the classes belong to 11 of the 16 categories by
the toolbox's assignment (`gcbook.paper.categories.imagenet_classes`). `gcbook fetch photographs`
gets them; they are never shipped.

Of the published stimuli those are asked whose shape, and texture if they have one, is of one of the
11 categories: 550 cue conflicts, 110 edges, 110 silhouettes. Validation photographs are asked as
they are; distorted, in grey as the published ones are (Geirhos et al., 2018); and cut into squares
that are put back in random order (`SHUFFLED`): texture without shape. Silhouettes are shape without
texture. ``tools/score_photographs.py`` makes these sets and asks.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from gcbook.files.errors import DataNotFoundError
from gcbook.files.manifest import DATA
from gcbook.paper.categories import ImageNetClass, imagenet_classes
from gcbook.stimuli.images import IMAGE_SUFFIXES

PHOTOGRAPHED: tuple[str, ...] = (
    "bear",
    "bird",
    "boat",
    "bottle",
    "car",
    "cat",
    "chair",
    "dog",
    "elephant",
    "keyboard",
    "truck",
)
"""The categories of which Tiny ImageNet has photographs."""

PLAIN, SHUFFLED = "photographs", "shuffled"
PER_CATEGORY = 50
"""Validation photographs of a category that are asked: as many as bear, say, has."""
FEW_PER_CATEGORY = 5
"""Of these, so many are shown in each condition of a distortion, and `SHUFFLED` ones twice that."""
PATCH = 8
"""Pixels a side of the squares of `SHUFFLED`."""

GREYED = "colour"
"""The dataset that shows photographs in colour and in grey."""


def classes_in(folder: Path) -> list[ImageNetClass]:
    """Return the classes with photographs in ``FOLDER/train/WNID``, by their ids."""
    found = sorted(
        (each for each in imagenet_classes() if (folder / "train" / each.wnid).is_dir()),
        key=lambda each: each.wnid,
    )
    if not found:
        raise DataNotFoundError(
            f"{folder}: expected photographs in train/WNID and val/WNID, WNID being the id of an "
            "ImageNet class that belongs to one of the 16 categories; found none. "
            "gcbook fetch photographs gets Tiny ImageNet's."
        )
    return found


def photographs(folder: Path, part: str, one: ImageNetClass) -> list[Path]:
    """Return the photographs of a class, in the order of their names.

    Args:
        part: "train" or "val".
    """
    place = folder / part / one.wnid
    found = sorted(path for path in place.glob("*") if path.suffix.lower() in IMAGE_SUFFIXES)
    if not found:
        raise DataNotFoundError(f"{place}: expected photographs of {one.name}, found none.")
    return found


def band_errors(network: str, test_set: str) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Read what ships of a network's answers to a set of images.

    Returns:
        The images, a row each, with ``image_id, category, condition`` and, of cue conflicts,
        ``texture``; the middle t of each band of noise; and the mean errors, (images, halves of the
        draws, bands, classes of `PHOTOGRAPHED`), less their mean over classes. A network without
        noise has one half and one band, t = 0, of negative log-likelihoods.
    """
    labels = list(PHOTOGRAPHED)
    rows = pd.read_parquet(DATA.path(f"photographs/{network}/{test_set}.parquet"))
    rows = rows if "t" in rows else rows.assign(half=0, t=0.0, mean=0.0)
    rows = rows.sort_values(["image_id", "half", "t"])
    images = rows.drop_duplicates("image_id").drop(columns=[*labels, "half", "t", "mean"])
    t = rows["t"].unique().astype(float)
    errors = rows[labels].to_numpy(float).reshape(len(images), -1, len(t), len(labels))
    return images.reset_index(drop=True), t, errors
