"""Means of what images gave, with intervals that cluster by silhouette.

`gcbook.miniatures.shares` has this for shares of answers; here it is for any number an image gives,
a difference of two answers or a measure of evidence, and for what is computed from several sums.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.miniatures.shares import resample_silhouettes
from gcbook.resample import interval

__all__ = ["clustered_means", "clustered_sums"]


def clustered_sums(
    rows: pd.DataFrame,
    by: Sequence[str],
    columns: Sequence[str],
    *,
    draws: int = 2000,
    seed: int = 0,
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Sums of columns within groups, as they are and in each resample of the silhouettes.

    Args:
        rows: with ``category, silhouette`` and the columns named.
        by: columns to group by.
        columns: numbers to add up.
        draws: resamples.
        seed: of the resampling, the same for all groups.

    Returns:
        The groups, a row each, and for every column, and for "n", the number of rows, an array
        (groups, 1 + draws) whose first column holds the sums themselves.
    """
    weights = resample_silhouettes(rows, draws, seed)
    kept = rows[[*by, "silhouette", *columns]].assign(n=1.0)
    sums = kept.groupby([*by, "silhouette"], sort=True, observed=True).sum().reset_index()
    groups = sums.groupby(list(by), sort=True, observed=True)
    number, keys = groups.ngroup().to_numpy(), groups.size().reset_index()[list(by)]
    place = weights.index.get_indexer(pd.Index(sums["silhouette"]))
    found = {}
    for name in ("n", *columns):
        of_silhouettes = np.zeros((len(keys), len(weights)))
        of_silhouettes[number, place] = sums[name]
        found[name] = of_silhouettes @ weights.to_numpy()
    return keys, found


def clustered_means(
    rows: pd.DataFrame,
    by: Sequence[str],
    column: str,
    *,
    draws: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Means of a column within groups, with intervals.

    Args:
        rows: see `clustered_sums`, as are the others.
        by: columns to group by.
        column: whose mean.
        draws: resamples.
        confidence: of the intervals.
        seed: of the resampling.

    Returns:
        Columns ``by, n, mean, low, high``.
    """
    keys, sums = clustered_sums(rows, by, [column], draws=draws, seed=seed)
    with np.errstate(invalid="ignore"):  # a resample can leave a group without images
        mean = sums[column] / sums["n"]
    low, high = interval(mean, confidence)
    return keys.assign(n=sums["n"][:, 0].astype(int), mean=mean[:, 0], low=low, high=high)
