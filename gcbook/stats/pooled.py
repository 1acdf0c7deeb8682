"""Accuracy and the three measures of cues, of each network or of all seeds together."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.stats.clustered import clustered_sums
from gcbook.stats.resample import interval
from gcbook.stats.resampling import Resampling
from gcbook.stats.seeds import over_seeds
from gcbook.stats.shares import blind_bias, by_accident

__all__ = ["CONFLICT", "PLAIN", "change_of", "pooled_measures"]

CONFLICT, PLAIN = "cue-conflict", "in-distribution"


def pooled_measures(
    answers: pd.DataFrame, by: Sequence[str], *, resampling: Resampling, together: bool
) -> tuple[pd.DataFrame, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Measure groups of answers, as they are and in each resample.

    Args:
        answers: as `gcbook.miniworld.results.answers.mark` returns them, of the cue-conflict and
            the in-distribution set, which every network answered to.
        by: columns to group by.
        resampling: how the intervals are made.
        together: pool the networks of a group; else each is a group of its own.

    Returns:
        The groups, with ``observer`` or with ``seeds`` (how many networks); the values of
        ``accuracy`` (in-distribution), ``shape_accuracy, texture_accuracy`` and ``shape_bias``
        (on conflicts), of ``texture_excess``, the texture accuracy less what an observer blind to
        texture would reach by accident, and of ``blind``, that observer's shape bias, each
        (groups, 1 + draws), the first column as they are; and how many answers are behind each.
    """
    named = answers.assign(
        right=answers["right"].astype(float),
        shape=(answers["cue"] == "shape").astype(float),
        texture=(answers["cue"] == "texture").astype(float),
    )
    conflicts = named[named["cue"].isin(["shape", "texture", "other"])]
    conflicts = conflicts[conflicts["dataset"] == CONFLICT]
    full = [*by, "observer"]
    keys, cues = clustered_sums(conflicts, full, ["shape", "texture"], resampling=resampling)
    plain = named[named["dataset"] == PLAIN]
    same, right = clustered_sums(plain, full, ["right"], resampling=resampling)
    if together:
        _, right = over_seeds(same, right, seed=resampling.seed)
        keys, cues = over_seeds(keys, cues, seed=resampling.seed)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = {
            "accuracy": right["right"] / right["n"],
            "shape_accuracy": cues["shape"] / cues["n"],
            "texture_accuracy": cues["texture"] / cues["n"],
            "shape_bias": cues["shape"] / (cues["shape"] + cues["texture"]),
        }
    shape = values["shape_accuracy"]
    values["texture_excess"] = values["texture_accuracy"] - by_accident(shape)
    values["blind"] = blind_bias(shape)
    n = {name: (right if name == "accuracy" else cues)["n"][:, 0].astype(int) for name in values}
    return keys, values, n


def change_of(before: np.ndarray, after: np.ndarray, confidence: float) -> dict[str, float]:
    """Compare two groups of `pooled_measures` in one measure.

    Args:
        before: its values, (1 + draws,); the resamples are the same on both sides.
        after: likewise.
        confidence: of the interval.

    Returns:
        ``before, after, change`` and the ends of its interval, ``low, high``.
    """
    low, high = interval(after - before, confidence)
    return {
        "before": float(before[0]),
        "after": float(after[0]),
        "change": float(after[0] - before[0]),
        "low": float(low),
        "high": float(high),
    }
