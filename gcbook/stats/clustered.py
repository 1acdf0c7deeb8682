r"""Sums and means over images, with intervals that cluster by silhouette, and over seeds.

Images of one silhouette have more in common than others, so silhouettes are resampled, within
their category and each with all of its images, for all observers and conditions alike: one that is
drawn more often counts more. An image without a silhouette is one of its own.

Another run of a training would give another network, as another designer would give other
silhouettes. Where a recipe has several networks, seeds are resampled too, crossed with silhouettes.
A handful of seeds shows the spread between seeds only roughly, so intervals over two or three seeds
are very wide; one seed shows nothing of it, and its interval is over silhouettes alone. How few
silhouettes or seeds are resampled is said in `gcbook.stats.resampling`.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from gcbook.stats.metrics import share as share_of
from gcbook.stats.resampling import Factor, Resampling, strata

Sums = Mapping[str, np.ndarray]
"""Of each column, (groups, 1 + draws)."""


def silhouettes(answers: pd.DataFrame) -> tuple[pd.Index, Factor]:
    """The silhouettes within their categories, as what is resampled.

    Args:
        answers: with ``category, silhouette``.

    Returns:
        Their names, and the factor whose units they are, in the same order.
    """
    # One that misleads is shown for other categories too; its own is the one it shows most often.
    often = answers.groupby(["silhouette", "category"], observed=True).size().reset_index(name="n")
    often = often.sort_values("n", ascending=False, kind="stable")  # whatever the order of rows
    shown = often.drop_duplicates("silhouette").sort_values("silhouette")
    sizes, place = strata(shown["category"])
    return pd.Index(shown["silhouette"].to_numpy()[np.argsort(place)]), Factor("silhouettes", sizes)


def clustered_sums(
    rows: pd.DataFrame, by: Sequence[str], columns: Sequence[str], *, resampling: Resampling
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Sums of columns within groups, as they are and in each resample of the silhouettes.

    Args:
        rows: with ``category, silhouette`` and the columns named.

    Returns:
        The groups, a row each, and for every column, and for "n", the number of rows, an array
        (groups, 1 + draws) whose first column holds the sums themselves.
    """
    names, factor = silhouettes(rows)
    weights = resampling.weights(factor)
    kept = rows[[*by, "silhouette", *columns]].assign(n=1.0)
    sums = kept.groupby([*by, "silhouette"], sort=True, observed=True).sum().reset_index()
    groups = sums.groupby(list(by), sort=True, observed=True)
    number, keys = groups.ngroup().to_numpy(), groups.size().reset_index()[list(by)]
    place = names.get_indexer(pd.Index(sums["silhouette"]))
    found = {}
    for name in ("n", *columns):
        of_silhouettes = np.zeros((len(keys), len(names)))
        of_silhouettes[number, place] = sums[name]
        found[name] = of_silhouettes @ weights.T
    return keys, found


def over_seeds(
    keys: pd.DataFrame,
    sums: Sums,
    measures: Callable[[Sums], Mapping[str, np.ndarray]],
    *,
    resampling: Resampling,
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Measure several networks together, which are resampled too.

    Their sums are added up. A few networks tell the spread between networks only roughly: what
    drawing them changes is scaled, in each draw, as Student's t scales a normal deviate.

    Args:
        keys: a row a group, with ``observer``, from `clustered_sums`.
        sums: of the groups, (groups, 1 + draws), the first column as they are.
        measures: makes measures of sums.
        resampling: that they were made with; groups of the same networks have the same draws.

    Returns:
        The groups without ``observer``, with ``seeds`` (how many networks), and their measures.
    """
    by = [str(name) for name in keys if name != "observer"]
    groups = keys.groupby(by, sort=True, observed=True)
    merged = groups.size().rename("seeds").reset_index()
    number = groups.ngroup().to_numpy()
    observers = keys["observer"].to_numpy().astype(str)
    weights = np.ones((len(keys), 1 + resampling.draws))
    scales = np.ones((len(merged), 1 + resampling.draws))
    for group in range(len(merged)):
        rows = np.flatnonzero(number == group)
        rows = rows[np.argsort(observers[rows])]
        networks = ", ".join(observers[rows])
        weights[rows] = resampling.weights(Factor(networks, [len(rows)])).T
        scales[group] = resampling.t_scales(networks, len(rows))
    fixed, drawn = (measures(_added(sums, number, each)) for each in (np.ones(1), weights))
    return merged, {name: fixed[name] + scales * (drawn[name] - fixed[name]) for name in fixed}


def _added(sums: Sums, number: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Sums of groups, each row of ``sums`` with its weights added to the group of its number."""
    added = {}
    for name, values in sums.items():
        added[name] = np.zeros((number.max(initial=-1) + 1, values.shape[1]))
        np.add.at(added[name], number, values * weights)
    return added


def clustered_means(
    rows: pd.DataFrame,
    by: Sequence[str],
    column: str,
    *,
    share: bool = False,
    resampling: Resampling,
) -> pd.DataFrame:
    """Means of a column within groups, with intervals.

    Args:
        rows: see `clustered_sums`.
        share: its values are 0 and 1, so that an interval must not end where all are alike; as many
            answers are counted as there are silhouettes (see `Resampling.interval`).

    Returns:
        Columns ``by, n, mean, low, high``.
    """
    keys, sums = clustered_sums(rows, by, [column], resampling=resampling)
    mean = share_of(sums[column], sums["n"])  # a resample can leave a group without images
    shown = rows.groupby(list(by), sort=True, observed=True)["silhouette"].nunique().to_numpy()
    low, high = resampling.interval(mean, n=shown if share else None)
    return keys.assign(n=sums["n"][:, 0].astype(int), mean=mean[:, 0], low=low, high=high)


def clustered_columns(
    table: pd.DataFrame,
    by: Sequence[str],
    columns: Sequence[str],
    *,
    shares: Sequence[str] = (),
    resampling: Resampling,
) -> pd.DataFrame:
    """Means of columns within groups, each with ``…_low, …_high``, and ``n``, the groups' rows.

    Missing values are left out; a column without values is NaN.

    Args:
        table: with ``category, silhouette``, see `clustered_sums`.
        shares: those of them whose values are 0 and 1, see `clustered_means`.
    """
    groups = table.groupby(list(by), sort=True, observed=True).size()
    found = groups.rename("n").reset_index()
    for column in columns:
        known = table[table[column].notna()]
        names = [column, f"{column}_low", f"{column}_high"]
        if known.empty:
            found[names] = np.nan
            continue
        part = clustered_means(known, by, column, share=column in shares, resampling=resampling)
        part = part.rename(columns=dict(zip(("mean", "low", "high"), names, strict=True)))
        found = found.merge(part[[*by, *names]], on=list(by), how="left")
    return found
