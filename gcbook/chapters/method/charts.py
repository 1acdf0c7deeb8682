"""Figures of the method chapter: what was shown, and what was answered."""

import pandas as pd

from gcbook.charts.gallery import Gallery, Picture, Strip
from gcbook.stimuli.pictures import picture_bytes

_TITLES = {"cue-conflict": "cue conflict", "silhouette": "silhouette", "edge": "edges"}


def fig_conflicts(conflicts: pd.DataFrame) -> Gallery:
    """Cue conflicts with their two categories and who named which.

    Args:
        conflicts: from `gcbook.stimuli.pictures.pictures_of`.
    """
    pictures = [
        Picture(
            picture_bytes(row["file"]),
            f"Shape: {row['shape']}. Texture: {row['texture']}.",
            (
                f"{row['shape']} / {row['texture']}",
                f"people {row['by_shape']} / {row['by_texture']}",
                f"ResNet-50: {row['resnet50']}",
            ),
        )
        for row in conflicts.to_dict("records")
    ]
    return Gallery((Strip(tuple(pictures)),))


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
