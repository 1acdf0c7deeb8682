"""Accuracies and shape bias of the miniatures, with intervals that cluster by silhouette."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import pandas as pd

from gcbook.paper.categories import CATEGORIES
from gcbook.stats.clustered import clustered_sums
from gcbook.stats.resample import interval
from gcbook.stats.resampling import Resampling

__all__ = ["accuracies", "blind_bias", "by_accident", "cue_shares"]

Share = TypeVar("Share", float, np.ndarray)
MEASURES = ("shape_accuracy", "texture_accuracy", "shape_bias")


def accuracies(
    answers: pd.DataFrame,
    by: Sequence[str] = ("observer",),
    *,
    resampling: Resampling = Resampling(),
) -> pd.DataFrame:
    """Share of images answered with their category.

    Args:
        answers: as `gcbook.miniworld.results.answers.mark` returns them; "na" is a wrong answer.
        by: columns to group by.
        resampling: how the intervals are made.

    Returns:
        Columns ``by, n, accuracy, low, high``.
    """
    rows = answers.assign(right=answers["right"].astype(float))
    keys, sums = clustered_sums(rows, by, ["right"], resampling=resampling)
    n = sums["n"]
    clusters = _silhouettes(rows, keys, by)
    with np.errstate(invalid="ignore"):  # a resample can leave a group without images
        share = sums["right"] / n
    low, high = interval(share, resampling.confidence, n=clusters)
    return keys.assign(n=n[:, 0].astype(int), accuracy=share[:, 0], low=low, high=high)


def cue_shares(
    answers: pd.DataFrame,
    by: Sequence[str] = ("observer",),
    *,
    resampling: Resampling = Resampling(),
) -> pd.DataFrame:
    """Shape accuracy, texture accuracy and shape bias on cue-conflict images.

    Args:
        answers: see `accuracies`; only conflicts count.
        by: columns to group by.
        resampling: how the intervals are made.

    Returns:
        Columns ``by, n`` and, of each of ``shape_accuracy, texture_accuracy, shape_bias``, the
        value, ``_low`` and ``_high``. Shape bias is NaN where no answer names either cue.
    """
    conflicts = answers[answers["cue"].isin(["shape", "texture", "other"])]
    named = {cue: (conflicts["cue"] == cue).astype(float) for cue in ("shape", "texture")}
    keys, sums = clustered_sums(conflicts.assign(**named), by, list(named), resampling=resampling)
    n, shape, texture = sums["n"], sums["shape"], sums["texture"]
    either = shape + texture
    with np.errstate(invalid="ignore"):
        values = (shape / n, texture / n, np.where(either > 0, shape / either, np.nan))
    table = keys.assign(n=n[:, 0].astype(int))
    shown = _silhouettes(conflicts, keys, by)
    naming = _silhouettes(conflicts[conflicts["cue"] != "other"], keys, by)
    for name, value, count in zip(MEASURES, values, (shown, shown, naming), strict=True):
        low, high = interval(value, resampling.confidence, n=count)
        table = table.assign(**{name: value[:, 0], f"{name}_low": low, f"{name}_high": high})
    return table


def _silhouettes(rows: pd.DataFrame, keys: pd.DataFrame, by: Sequence[str]) -> np.ndarray:
    """How many silhouettes each group has: what counts where all its answers are alike."""
    number = rows.groupby(list(by), observed=True)["silhouette"].nunique().rename("silhouettes")
    found = keys.merge(number.reset_index(), on=list(by), how="left")["silhouettes"]
    return found.fillna(0).to_numpy(dtype=float)


def by_accident(named: Share) -> Share:
    """How often an observer names a cue that it never uses, from how often it names the other.

    Each shape is shown with every other category's texture equally often, and each texture with
    every other category's shape. So whatever its mistakes are, they fall on the cue that is not
    used as often as on any other of the fifteen wrong categories.

    Args:
        named: share (or array of shares) of the answers that name the cue that is used.

    >>> round(by_accident(0.7), 3)
    0.02
    """
    return (1 - named) / (len(CATEGORIES) - 1)


def blind_bias(shape_accuracy: Share) -> Share:
    """Return the shape bias of an observer who never uses texture, see `by_accident`.

    >>> [round(blind_bias(accuracy), 2) for accuracy in (1 / 16, 0.3, 0.75, 1)]
    [0.5, 0.87, 0.98, 1.0]
    """
    return shape_accuracy / (shape_accuracy + by_accident(shape_accuracy))
