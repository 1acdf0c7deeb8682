"""Photographs in memory, to train on."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from gcbook.files.errors import InputError
from gcbook.files.untrusted import LARGEST_PICTURE, read_file
from gcbook.miniworld.photographs import photographs
from gcbook.miniworld.training.pool import Pool
from gcbook.paper.categories import ImageNetClass
from gcbook.stimuli.images import opened_image


def names_of(classes: Sequence[ImageNetClass]) -> list[tuple[str, str]]:
    """Return what a prompt calls each class: its own name, or its category's."""
    return [(each.name, each.category) for each in classes]


def open_photographs(folder: Path, part: str, classes: Sequence[ImageNetClass]) -> Pool:
    """Read all photographs of some classes.

    Args:
        part: "train" or "val".

    Returns:
        RGB; their labels are places in ``classes``.

    Raises:
        InputError: a photograph cannot be read, or is of another size than the first.
        DataNotFoundError: a class has none.
    """
    images: list[np.ndarray] = []
    labels: list[int] = []
    for label, each in enumerate(classes):
        for path in photographs(folder, part, each):
            with opened_image(read_file(path, LARGEST_PICTURE), str(path)) as opened:
                pixels = np.asarray(opened.convert("RGB"))
            if images and pixels.shape != images[0].shape:
                raise InputError(
                    f"{path}: expected a photograph of the size of the others, "
                    f"{images[0].shape[:2]}; found {pixels.shape[:2]}."
                )
            images.append(pixels)
            labels.append(label)
    return Pool(torch.from_numpy(np.stack(images)).movedim(3, 1).contiguous(), torch.tensor(labels))
