"""Figures of the method chapter: what was shown, and what was answered."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from gcbook.charts.gallery import Gallery, Picture, Strip
from gcbook.stimuli.pictures import picture_bytes

__all__ = ["fig_conflicts", "fig_distortions", "fig_five", "fig_outlines"]


def fig_conflicts(conflicts: pd.DataFrame) -> Gallery:
    """Cue conflicts with their two categories and who named which.

    Args:
        conflicts: from `gcbook.chapters.method.pictures.conflict_rows`.
    """
    return _one_strip(
        conflicts,
        lambda row: (
            f"{row['shape']} / {row['texture']}",
            f"people {row['by_shape']} / {row['by_texture']}",
            f"ResNet-50: {row['resnet50']}",
        ),
        lambda row: f"Shape: {row['shape']}. Texture: {row['texture']}.",
    )


def fig_five(five: pd.DataFrame) -> Gallery:
    """The five images with both answers.

    Args:
        five: from `gcbook.chapters.method.pictures.five_images`.
    """
    named = five.assign(file=five["image_id"].str.removesuffix(".png") + ".jpg")
    return _one_strip(
        named,
        lambda row: (
            row["image_id"].removesuffix(".png"),
            f"person: {row['person']}",
            f"network: {row['network']}",
        ),
        lambda row: row["image_id"],
    )


def fig_outlines(outlines: pd.DataFrame) -> Gallery:
    """Objects as cue conflict, silhouette and edges.

    Args:
        outlines: from `gcbook.chapters.method.pictures.outline_rows`.
    """
    titles = {"cue-conflict": "cue conflict", "silhouette": "silhouette", "edge": "edges"}
    shown = outlines.assign(title=outlines["set"].map(titles))
    strips = [
        _strip(
            rows.assign(data=rows["file"].map(picture_bytes)),
            lambda row: (row["title"],),
            lambda row: f"{row['shape']}, {row['title']}",
            title=str(shape),
            columns=3,
        )
        for shape, rows in shown.groupby("shape", sort=False)
    ]
    return Gallery(tuple(strips))


def fig_distortions(pictures: pd.DataFrame) -> Gallery:
    """One photograph under twelve distortions, from mild to hard.

    Args:
        pictures: from `gcbook.chapters.method.pictures.distorted_rows`.
    """
    strips = [
        _strip(
            rows.rename(columns={"picture": "data"}),
            lambda row: (row["label"] if row["counted"] else f"({row['label']})",),
            lambda row: f"A cat: {row['dataset']}, {row['label']}",
            title=str(dataset),
            columns=4,
        )
        for dataset, rows in pictures.groupby("dataset", sort=False)
    ]
    return Gallery(tuple(strips))


def _one_strip(
    rows: pd.DataFrame,
    words: Callable[["pd.Series[Any]"], tuple[str, ...]],
    alt_text: Callable[["pd.Series[Any]"], str],
) -> Gallery:
    return Gallery((_strip(rows.assign(data=rows["file"].map(picture_bytes)), words, alt_text),))


def _strip(
    rows: pd.DataFrame,
    words: Callable[["pd.Series[Any]"], tuple[str, ...]],
    alt_text: Callable[["pd.Series[Any]"], str],
    title: str = "",
    columns: int = 0,
) -> Strip:
    pictures = [Picture(row["data"], alt_text(row), words(row)) for _, row in rows.iterrows()]
    return Strip(tuple(pictures), title, columns)
