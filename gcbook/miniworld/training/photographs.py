"""Photographs to learn from: Tiny ImageNet's classes that belong to a category.

Tiny ImageNet (CS231N, Stanford) has 500 training and 50 validation photographs of 64 × 64 pixels of
each of 200 of ImageNet's classes. 26 of these belong to 11 of the 16 categories by the toolbox's
assignment (`gcbook.paper.categories.imagenet_classes`).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from gcbook.files.errors import DataNotFoundError, InputError
from gcbook.files.gate import LARGEST_PICTURE, read_file
from gcbook.miniworld.training.pool import Pool
from gcbook.paper.categories import ImageNetClass, imagenet_classes
from gcbook.stimuli.images import IMAGE_SUFFIXES, opened_image


def classes_in(folder: Path) -> list[ImageNetClass]:
    """Return the classes with photographs in ``FOLDER/train/WNID``, by their ids.

    Raises:
        DataNotFoundError: there is none that belongs to a category.
    """
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


def names_of(classes: Sequence[ImageNetClass]) -> list[tuple[str, str]]:
    """Return what a prompt calls each class: its own name and its category's."""
    return [(each.name, each.category) for each in classes]


def open_photographs(folder: Path, part: str, classes: Sequence[ImageNetClass]) -> Pool:
    """Read all photographs of some classes, in the order of their names.

    Args:
        part: "train" or "val".

    Returns:
        RGB, their labels being places in ``classes``.

    Raises:
        InputError: a photograph cannot be read, or is of another size than the first.
        DataNotFoundError: a class has none.
    """
    images, labels = [], []
    for label, each in enumerate(classes):
        paths = sorted(
            path
            for path in (folder / part / each.wnid).glob("*")
            if path.suffix.lower() in IMAGE_SUFFIXES
        )
        if not paths:
            raise DataNotFoundError(
                f"{folder / part / each.wnid}: expected photographs of {each.name}, found none."
            )
        images += [_read(path) for path in paths]
        labels += [label] * len(paths)
        for path, image in zip(paths, images[-len(paths) :], strict=True):
            if image.shape != images[0].shape:
                raise InputError(
                    f"{path}: expected a photograph of the size of the others, "
                    f"{images[0].shape[:2]}; found {image.shape[:2]}."
                )
    return Pool(torch.from_numpy(np.stack(images)).movedim(3, 1).contiguous(), torch.tensor(labels))


def _read(path: Path) -> np.ndarray:
    with opened_image(read_file(path, LARGEST_PICTURE), path) as opened:
        image: Image.Image = opened.convert("RGB")
        return np.asarray(image)
