"""Figures of the method chapter: what was shown, what was answered, and how a model classifies."""

import numpy as np
import pandas as pd

from gcbook.charts.gallery import Gallery, Picture, Strip
from gcbook.miniworld.results.steps import Steps
from gcbook.miniworld.results.steps_pictures import colour_png
from gcbook.stimuli.pictures import picture_bytes

_ENLARGED = 4
_TITLES = {"cue-conflict": "cue conflict", "silhouette": "silhouette", "edge": "edges"}


def fig_conflicts(conflicts: pd.DataFrame) -> Gallery:
    """Cue conflicts by number: what they show is for the reader to say first.

    Args:
        conflicts: from `gcbook.stimuli.pictures.pictures_of`.
    """
    pictures = [
        Picture(picture_bytes(file), f"Cue conflict {number}", (str(number),))
        for number, file in enumerate(conflicts["file"], 1)
    ]
    return Gallery((Strip(tuple(pictures)),))


def fig_method(steps: Steps, prompts: pd.DataFrame) -> Gallery:
    """The paper's Fig. 2: an image, noised, and restored under some prompts, with the errors.

    Args:
        steps: from `gcbook.chapters.method.pictures.denoised_conflict`.
        prompts: from `gcbook.chapters.method.pictures.prompt_rows`.
    """
    example, t = steps.examples[0], steps.times[0]
    given = (
        Picture(_enlarged(steps.clean[0][..., None]), example.title, ("image",)),
        Picture(_enlarged(steps.noised[0, 0]), f"The image with noise, t = {t}", (f"t = {t}",)),
    )
    restored = []
    for row in prompts.to_dict("records"):
        picture = steps.restored[0, 0, steps.labels.index(row["label"])]
        error = f"error {1000 * row['error']:.0f}" + (" ✓" if row["place"] == 1 else "")
        alt = f"Restored under the prompt {row['label']}, {error.replace(' ✓', ', the smallest')}"
        restored.append(Picture(_enlarged(picture[..., None]), alt, (f"“{row['label']}”", error)))
    return Gallery(
        (
            Strip(given, "1. Add noise", columns=4),
            Strip(tuple(restored), "2. Restore, compare errors", columns=4),
        )
    )


def _enlarged(values: np.ndarray) -> bytes:
    """A small picture (H, W, channels), each pixel a square, so that a page keeps it crisp."""
    return colour_png(values.repeat(_ENLARGED, axis=0).repeat(_ENLARGED, axis=1))


def fig_five(five: pd.DataFrame) -> Gallery:
    """The five images with both answers.

    Args:
        five: from `gcbook.chapters.method.pictures.five_images`.
    """
    pictures = []
    for row in five.to_dict("records"):
        name = row["image_id"].removesuffix(".png")
        words = name, f"person: {row['person']}", f"network: {row['network']}"
        pictures.append(Picture(picture_bytes(f"{name}.jpg"), row["image_id"], words))
    return Gallery((Strip(tuple(pictures)),))


def fig_outlines(outlines: pd.DataFrame) -> Gallery:
    """Objects as cue conflict, silhouette and edges.

    Args:
        outlines: from `gcbook.chapters.method.pictures.outline_rows`.
    """
    strips = []
    for shape, rows in outlines.groupby("shape", sort=False):
        pictures = [
            Picture(picture_bytes(file), f"{shape}, {title}", (title,))
            for file, title in zip(rows["file"], rows["set"].map(_TITLES), strict=True)
        ]
        strips.append(Strip(tuple(pictures), str(shape), columns=3))
    return Gallery(tuple(strips))


def fig_distortions(pictures: pd.DataFrame) -> Gallery:
    """One photograph under twelve distortions, from mild to hard.

    Args:
        pictures: from `gcbook.chapters.method.pictures.distorted_rows`.
    """
    strips = []
    for dataset, rows in pictures.groupby("dataset", sort=False):
        shown = [
            Picture(
                row["picture"],
                f"A cat: {dataset}, {row['label']}",
                (row["label"] if row["counted"] else f"({row['label']})",),
            )
            for row in rows.to_dict("records")
        ]
        strips.append(Strip(tuple(shown), str(dataset), columns=4))
    return Gallery(tuple(strips))
