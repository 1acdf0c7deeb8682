"""Accuracy and the metrics of cues of the miniatures, with intervals that cluster by silhouette.

One table for each (`accuracies`, `cue_shares`), or, for comparisons, all values under every
resample, of each network or of all seeds together (`pooled_measures`).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.stats.clustered import Sums, clustered_means, clustered_sums, over_seeds
from gcbook.stats.metrics import (
    CUE_METRICS,
    conflicts_in,
    cue_metrics,
    share,
)
from gcbook.stats.resampling import Resampling

CONFLICT, PLAIN = "cue-conflict", "in-distribution"


def accuracies(
    answers: pd.DataFrame, by: Sequence[str] = ("observer",), *, resampling: Resampling
) -> pd.DataFrame:
    """Share of images answered with their category.

    Args:
        answers: as `gcbook.miniworld.results.answers.mark` returns them; "na" is a wrong answer.

    Returns:
        Columns ``by, n, accuracy, low, high``.
    """
    rows = answers.assign(right=answers["right"].astype(float))
    means = clustered_means(rows, by, "right", share=True, resampling=resampling)
    return means.rename(columns={"mean": "accuracy"})


def cue_sums(
    answers: pd.DataFrame, by: Sequence[str], *, resampling: Resampling
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Answers to conflict images: all ("n"), and those that name "shape" and "texture".

    Args:
        answers: see `accuracies`; only conflicts count.

    Returns:
        As `gcbook.stats.clustered.clustered_sums`; `gcbook.stats.metrics.cue_metrics` takes them.
    """
    conflicts = conflicts_in(answers)
    named = {cue: (conflicts["cue"] == cue).astype(float) for cue in ("shape", "texture")}
    return clustered_sums(conflicts.assign(**named), by, list(named), resampling=resampling)


def cue_shares(
    answers: pd.DataFrame, by: Sequence[str] = ("observer",), *, resampling: Resampling
) -> pd.DataFrame:
    """Shape accuracy, texture accuracy and shape bias on cue-conflict images.

    Args:
        answers: see `accuracies`; only conflicts count.

    Returns:
        Columns ``by, n`` and, of each of `gcbook.stats.metrics.CUE_METRICS`, the value, ``_low``
        and ``_high``. Shape bias is NaN where no answer names either cue.
    """
    conflicts = conflicts_in(answers)
    table, sums = cue_sums(conflicts, by, resampling=resampling)
    # Where all answers are alike, as many are counted as there are silhouettes behind them.
    shown = _silhouettes(conflicts, table, by)
    naming = _silhouettes(conflicts[conflicts["cue"] != "other"], table, by)
    table = table.assign(n=sums["n"][:, 0].astype(int))
    for name, values in cue_metrics(**sums).items():
        low, high = resampling.interval(values, n=naming if name == "shape_bias" else shown)
        table = table.assign(**{name: values[:, 0], f"{name}_low": low, f"{name}_high": high})
    return table


def shape_biases(answers: pd.DataFrame, *, resampling: Resampling) -> np.ndarray:
    """Shape bias of all answers together, (1 + draws,): as they are, and in each resample.

    Silhouettes are resampled, the same for any answers to the same images, so that differences are
    paired; networks are pooled.

    Args:
        answers: see `accuracies`; only conflicts count.
    """
    _, sums = cue_sums(answers, ["dataset"], resampling=resampling)
    return cue_metrics(**sums)["shape_bias"][0]


def _silhouettes(rows: pd.DataFrame, keys: pd.DataFrame, by: Sequence[str]) -> np.ndarray:
    number = rows.groupby(list(by), observed=True)["silhouette"].nunique().rename("silhouettes")
    found = keys.merge(number.reset_index(), on=list(by), how="left")["silhouettes"]
    return found.fillna(0).to_numpy(dtype=float)


def pooled_measures(
    answers: pd.DataFrame, by: Sequence[str], *, resampling: Resampling, together: bool
) -> tuple[pd.DataFrame, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Measure groups of answers, as they are and in each resample.

    Args:
        answers: as `gcbook.miniworld.results.answers.mark` returns them, of the cue-conflict and
            the in-distribution set, which every network answered to.
        together: pool the networks of a group; else each is a group of its own.

    Returns:
        The groups, with ``observer`` or with ``seeds`` (how many networks); the values of
        ``accuracy`` (in-distribution), ``shape_accuracy, texture_accuracy`` and ``shape_bias``
        (on conflicts), each (groups, 1 + draws), the first column as they are; and how many
        answers are behind each.
    """
    full = [*by, "observer"]
    keys, cues = cue_sums(answers[answers["dataset"] == CONFLICT], full, resampling=resampling)
    plain = answers[answers["dataset"] == PLAIN]
    plain = plain.assign(right=plain["right"].astype(float))
    same, right = clustered_sums(plain, full, ["right"], resampling=resampling)
    if together:
        _, of_plain = over_seeds(same, right, _of_plain, resampling=resampling)
        keys, of_cues = over_seeds(keys, cues, _of_cues, resampling=resampling)
    else:
        of_plain, of_cues = _of_plain(right), _of_cues(cues)
    counts = {"accuracy": of_plain.pop("n")} | dict.fromkeys(CUE_METRICS, of_cues.pop("n"))
    # Scaled deviations of a few seeds may leave the range.
    values = {name: np.clip(each, 0, 1) for name, each in (of_plain | of_cues).items()}
    return keys, values, {name: each[:, 0].astype(int) for name, each in counts.items()}


def _of_plain(sums: Sums) -> dict[str, np.ndarray]:
    return {"n": sums["n"], "accuracy": share(sums["right"], sums["n"])}


def _of_cues(sums: Sums) -> dict[str, np.ndarray]:
    return {"n": sums["n"], **cue_metrics(**sums)}
