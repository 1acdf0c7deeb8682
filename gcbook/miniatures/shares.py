r"""Accuracies and shape bias of the miniatures, with intervals that cluster by silhouette.

Images of one silhouette have more in common than others, so silhouettes are resampled, within
their category and each with all of its images, for all observers and conditions alike: one that is
drawn twice counts twice. An image without a silhouette is one of its own.
"""

import zlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.resample import interval

__all__ = ["accuracies", "cue_shares", "resample_silhouettes"]

MEASURES = ("shape_accuracy", "texture_accuracy", "shape_bias")


def accuracies(
    answers: pd.DataFrame,
    by: Sequence[str] = ("observer",),
    *,
    draws: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Share of images answered with their category.

    Args:
        answers: as `gcbook.miniatures.answers.mark` returns them; "na" is a wrong answer.
        by: columns to group by.
        draws: resamples.
        confidence: of the intervals.
        seed: of the resampling.

    Returns:
        Columns ``by, n, accuracy, low, high``.
    """
    keys, n, (right,) = _sums(answers, by, [answers["right"]], draws, seed)
    with np.errstate(invalid="ignore"):  # a resample can leave a group without images
        share = right / n
    low, high = interval(share, confidence, n=n[:, 0])
    return keys.assign(n=n[:, 0].astype(int), accuracy=share[:, 0], low=low, high=high)


def cue_shares(
    answers: pd.DataFrame,
    by: Sequence[str] = ("observer",),
    *,
    draws: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Shape accuracy, texture accuracy and shape bias on cue-conflict images.

    Args:
        answers: see `accuracies`; only conflicts count.
        by: columns to group by.
        draws: resamples.
        confidence: of the intervals.
        seed: of the resampling.

    Returns:
        Columns ``by, n`` and, of each of ``shape_accuracy, texture_accuracy, shape_bias``, the
        value, ``_low`` and ``_high``. Shape bias is NaN where no answer names either cue.
    """
    conflicts = answers[answers["cue"].isin(["shape", "texture", "other"])]
    named = [conflicts["cue"] == cue for cue in ("shape", "texture")]
    keys, n, (shape, texture) = _sums(conflicts, by, named, draws, seed)
    either = shape + texture
    with np.errstate(invalid="ignore"):
        values = (shape / n, texture / n, np.where(either > 0, shape / either, np.nan))
    table = keys.assign(n=n[:, 0].astype(int))
    counts = (n[:, 0], n[:, 0], either[:, 0])
    for name, value, count in zip(MEASURES, values, counts, strict=True):
        low, high = interval(value, confidence, n=count)
        table = table.assign(**{name: value[:, 0], f"{name}_low": low, f"{name}_high": high})
    return table


def resample_silhouettes(answers: pd.DataFrame, draws: int, seed: int) -> pd.DataFrame:
    """How often each silhouette is drawn.

    Args:
        answers: with ``category, silhouette``.
        draws: resamples.
        seed: any integer.

    Returns:
        A row a silhouette, by name, and 1 + draws columns, of which the first is all ones.
    """
    tables = []
    shown = answers[["category", "silhouette"]].drop_duplicates()
    for category, group in shown.groupby("category", sort=True):
        names = sorted(group["silhouette"])
        rng = np.random.default_rng([seed, zlib.crc32(str(category).encode())])
        counts = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
        ones = np.ones((len(names), 1))
        tables.append(pd.DataFrame(np.hstack([ones, counts.T]), index=names))
    return pd.concat(tables)


def _sums(
    answers: pd.DataFrame,
    by: Sequence[str],
    counted: Sequence[pd.Series],
    draws: int,
    seed: int,
) -> tuple[pd.DataFrame, np.ndarray, list[np.ndarray]]:
    """Groups, and in each resample their numbers of answers and of answers counted."""
    weights = resample_silhouettes(answers, draws, seed)
    names = [f"counted{index}" for index in range(len(counted))]
    keyed = answers[[*by, "silhouette"]].assign(
        one=1.0, **{name: each.astype(float) for name, each in zip(names, counted, strict=True)}
    )
    sums = keyed.groupby([*by, "silhouette"], sort=True, observed=True).sum().reset_index()
    groups = sums.groupby(list(by), sort=True, observed=True)
    number, keys = groups.ngroup().to_numpy(), groups.size().reset_index()[list(by)]
    of_rows = weights.loc[sums["silhouette"]].to_numpy()
    totals = []
    for name in ("one", *names):
        weighted = sums[name].to_numpy()[:, None] * of_rows
        total = np.zeros((len(keys), draws + 1))
        np.add.at(total, number, weighted)
        totals.append(total)
    return keys, totals[0], totals[1:]
