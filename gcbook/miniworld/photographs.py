"""Photographs, and what networks that learnt from them are asked.

The photographs are Tiny ImageNet's (CS231N, Stanford): 500 to train and 50 to validate of each of
200 of ImageNet's classes, 64 × 64 pixels. 26 of the classes belong to 11 of the 16 categories by
the toolbox's assignment (`gcbook.paper.categories.imagenet_classes`). `gcbook fetch photographs`
gets them; they are never shipped.

Of the published stimuli those are asked whose shape, and texture if they have one, is of one of the
11 categories: 550 cue conflicts, 110 edges, 110 silhouettes. Validation photographs are asked as
they are; distorted, in grey as the published ones are (Geirhos et al., 2018); and cut into squares
that are put back in random order (`SHUFFLED`): texture without shape. Silhouettes are shape without
texture.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from gcbook.files.errors import DataNotFoundError
from gcbook.files.manifest import DATA
from gcbook.files.untrusted import LARGEST_PICTURE, read_file
from gcbook.miniworld.testsets import texture_of
from gcbook.paper.categories import ImageNetClass, imagenet_classes
from gcbook.paper.experiments import EXPERIMENTS, SINGLE_CONDITION
from gcbook.stimuli.distortions import DISTORTIONS, distort
from gcbook.stimuli.folders import PUBLISHED_SETS, open_stimuli
from gcbook.stimuli.images import IMAGE_SUFFIXES
from gcbook.stimuli.stimulus import Stimulus, StimulusSet, in_order
from gcbook.stimuli.written import Png

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

LUMA = (0.2125, 0.7154, 0.0721)
"""Weights of red, green and blue in a grey image (ITU-R BT.709), which Geirhos et al. took."""

GREYED = "colour"
"""The dataset that shows photographs in colour and in grey."""

ASKED = (*PUBLISHED_SETS, PLAIN, SHUFFLED, GREYED, *DISTORTIONS)
"""All sets."""


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


def photographs(folder: Path, part: str, one: ImageNetClass) -> list[Path]:
    """Return the photographs of a class, in the order of their names.

    Args:
        part: "train" or "val".

    Raises:
        DataNotFoundError: there are none.
    """
    place = folder / part / one.wnid
    found = sorted(path for path in place.glob("*") if path.suffix.lower() in IMAGE_SUFFIXES)
    if not found:
        raise DataNotFoundError(f"{place}: expected photographs of {one.name}, found none.")
    return found


def asked(name: str, folder: Path) -> StimulusSet:
    """Return one of the sets of `ASKED`.

    Args:
        folder: of the photographs.

    Raises:
        DataNotFoundError: the stimuli or the photographs are not on this machine.
        InputError: an image cannot be read.
    """
    if name in PUBLISHED_SETS:
        return _within(open_stimuli(name))
    plain = _validation(folder)
    if name == PLAIN:
        return plain
    if name == SHUFFLED:
        few = plain.first(2 * FEW_PER_CATEGORY * len(PHOTOGRAPHED))
        return _changed(few, SHUFFLED, (SINGLE_CONDITION,), _shuffle)
    few = plain.first(FEW_PER_CATEGORY * len(PHOTOGRAPHED))

    def change(images: np.ndarray, condition: str, rng: np.random.Generator) -> np.ndarray:
        grey = np.broadcast_to((images @ np.array(LUMA))[..., None], images.shape)
        if name == GREYED:
            return grey if condition == "bw" else images
        return distort(grey, name, condition, rng)

    return _changed(few, name, EXPERIMENTS[name].conditions, change)


def _within(images: StimulusSet) -> StimulusSet:
    """Those whose cues are all of the categories, and of two if there are two."""
    kept = []
    for each in images:
        texture = texture_of(each.image_id) if images.dataset == "cue-conflict" else ""
        cues = {each.category, texture} - {""}
        if cues <= set(PHOTOGRAPHED) and texture != each.category:
            kept.append(each)
    return replace(images, stimuli=tuple(kept))


def _validation(folder: Path) -> StimulusSet:
    found = [
        Stimulus(
            image_id=path.name,
            imagename=path.name,
            category=each.category,
            condition=SINGLE_CONDITION,
            dataset=PLAIN,
            place=str(path),
            content=lambda path=path: read_file(path, LARGEST_PICTURE),  # type: ignore[misc]
        )
        for each in classes_in(folder)
        for path in photographs(folder, "val", each)
    ]
    whole = StimulusSet(PLAIN, in_order(found))
    return whole.first(PER_CATEGORY * len({each.category for each in whole}))


def _changed(
    images: StimulusSet,
    dataset: str,
    conditions: Sequence[str],
    change: Callable[[np.ndarray, str, np.random.Generator], np.ndarray],
) -> StimulusSet:
    """All images in each condition, made in memory; what is random is keyed by the condition."""
    pixels = np.stack([each.read() for each in images])
    stimuli = []
    for number, condition in enumerate(conditions):
        # A set has a seed of its own, so that two sets do not share their noise.
        rng = np.random.default_rng([number, *dataset.encode()])
        shown = np.round(change(pixels, condition, rng) * 255).astype(np.uint8)
        for each, made in zip(images, shown, strict=True):
            name = f"{condition}_{each.category}_{Path(each.image_id).stem}.png"
            stimuli.append(
                replace(
                    each,
                    image_id=name,
                    imagename=name,
                    condition=condition,
                    dataset=dataset,
                    place=f"{each.place}, {dataset} {condition}",
                    content=Png(made),
                )
            )
    return StimulusSet(dataset, in_order(stimuli))


def _shuffle(images: np.ndarray, condition: str, rng: np.random.Generator) -> np.ndarray:
    """Cut images (N, H, W, C) into squares, and put these back in random order."""
    count, height, width, channels = images.shape
    rows, columns = height // PATCH, width // PATCH
    squares = images.reshape(count, rows, PATCH, columns, PATCH, channels).swapaxes(2, 3)
    squares = squares.reshape(count, rows * columns, PATCH, PATCH, channels)
    mixed = rng.permuted(np.tile(np.arange(rows * columns), (count, 1)), axis=1)
    squares = np.take_along_axis(squares, mixed[:, :, None, None, None], axis=1)
    squares = squares.reshape(count, rows, columns, PATCH, PATCH, channels).swapaxes(2, 3)
    return squares.reshape(images.shape)


def band_errors(network: str, test_set: str) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Read what ships of a network's answers to a set of `ASKED`.

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
