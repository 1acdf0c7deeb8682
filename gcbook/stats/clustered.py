r"""Sums and means over images, with intervals that cluster by silhouette.

Images of one silhouette have more in common than others, so silhouettes are resampled, within
their category and each with all of its images, for all observers and conditions alike: one that is
drawn more often counts more. An image without a silhouette is one of its own.

Of n silhouettes of a category n − 1 are drawn, and counted n/(n − 1) times each. With n draws the
variance of a mean would be too small by 1 part in n, which is a fifth where there are five (Rao &
Wu, 1988).
"""

import zlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.stats.resample import interval
from gcbook.stats.resampling import Resampling

__all__ = [
    "clustered_columns",
    "clustered_means",
    "clustered_sums",
    "draw_counts",
    "resample_silhouettes",
]


def resample_silhouettes(answers: pd.DataFrame, draws: int, seed: int) -> pd.DataFrame:
    """How often each silhouette is drawn.

    Args:
        answers: with ``category, silhouette``.
        draws: resamples.
        seed: any integer.

    Returns:
        A row a silhouette, by name, and 1 + draws columns, of which the first is all ones; within
        a category they add up to its silhouettes.
    """
    tables = []
    shown = answers[["category", "silhouette"]].drop_duplicates()
    for category, group in shown.groupby("category", sort=True):
        names = sorted(group["silhouette"])
        counts = draw_counts(len(names), draws, [seed, zlib.crc32(str(category).encode())])
        ones = np.ones((len(names), 1))
        tables.append(pd.DataFrame(np.hstack([ones, counts.T]), index=names))
    return pd.concat(tables)


def draw_counts(n: int, draws: int, key: Sequence[int]) -> np.ndarray:
    """How often each of n is counted in each resample: n in all, from n − 1 draws.

    Args:
        n: how many there are; one alone is always counted once.
        draws: resamples.
        key: of the randomness.

    Returns:
        (draws, n).
    """
    if n < 2:
        return np.ones((draws, n))
    counts = np.random.default_rng(key).multinomial(n - 1, np.full(n, 1 / n), size=draws)
    return counts * (n / (n - 1))


def clustered_sums(
    rows: pd.DataFrame,
    by: Sequence[str],
    columns: Sequence[str],
    *,
    resampling: Resampling = Resampling(),
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Sums of columns within groups, as they are and in each resample of the silhouettes.

    Args:
        rows: with ``category, silhouette`` and the columns named.
        by: columns to group by.
        columns: numbers to add up.
        resampling: how the intervals are made.

    Returns:
        The groups, a row each, and for every column, and for "n", the number of rows, an array
        (groups, 1 + draws) whose first column holds the sums themselves.
    """
    weights = resample_silhouettes(rows, resampling.draws, resampling.seed)
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
    share: bool = False,
    resampling: Resampling = Resampling(),
) -> pd.DataFrame:
    """Means of a column within groups, with intervals.

    Args:
        rows: see `clustered_sums`, as are the others.
        by: columns to group by.
        column: whose mean.
        share: its values are 0 and 1, so that an interval must not end where all are alike; as many
            answers are counted as there are silhouettes (see `gcbook.stats.resample.interval`).
        resampling: how the intervals are made.

    Returns:
        Columns ``by, n, mean, low, high``.
    """
    keys, sums = clustered_sums(rows, by, [column], resampling=resampling)
    with np.errstate(invalid="ignore"):  # a resample can leave a group without images
        mean = sums[column] / sums["n"]
    shown = rows.groupby(list(by), sort=True, observed=True)["silhouette"].nunique().to_numpy()
    low, high = interval(mean, resampling.confidence, n=shown if share else None)
    return keys.assign(n=sums["n"][:, 0].astype(int), mean=mean[:, 0], low=low, high=high)


def clustered_columns(
    table: pd.DataFrame,
    by: Sequence[str],
    columns: Sequence[str],
    *,
    shares: Sequence[str] = (),
    resampling: Resampling = Resampling(),
) -> pd.DataFrame:
    """Means of columns within groups, each with ``…_low, …_high``, and ``n``, the groups' rows.

    Missing values are left out; a column without values is NaN.

    Args:
        table: with ``category, silhouette``, see `clustered_sums`.
        by: columns to group by.
        columns: to take means of.
        shares: those of them whose values are 0 and 1, see `clustered_means`.
        resampling: how the intervals are made.
    """
    groups = table.groupby(list(by), sort=True, observed=True).size()
    found = groups.rename("n").reset_index()
    for column in columns:
        known = table[table[column].notna()]
        names = [column, f"{column}_low", f"{column}_high"]
        if known.empty:
            found[names] = np.nan
            continue
        part = clustered_means(
            known,
            by,
            column,
            share=column in shares,
            resampling=resampling,
        ).rename(columns=dict(zip(("mean", "low", "high"), names, strict=True)))
        found = found.merge(part[[*by, *names]], on=list(by), how="left")
    return found
