"""Several trained networks of one recipe: sums over their seeds, with seeds resampled too.

Another run of the training would give another network, as another designer would give other
silhouettes. Both are resampled here, as two crossed factors: an answer counts as often as its
silhouette times its seed was drawn (the pigeonhole bootstrap: Owen, 2007; how they are drawn:
`gcbook.stats.clustered`). A handful of seeds tells
the spread between seeds only roughly; one tells nothing of it, and its interval is that over
silhouettes alone.
"""

import zlib
from collections.abc import Mapping

import numpy as np
import pandas as pd

from gcbook.stats.clustered import draw_counts

__all__ = ["over_seeds"]


def over_seeds(
    keys: pd.DataFrame, sums: Mapping[str, np.ndarray], *, seed: int = 0
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Add up the sums of several networks.

    Args:
        keys: a row a group, with ``observer``, from `gcbook.stats.clustered.clustered_sums`.
        sums: of the groups, (groups, 1 + draws), the first column as they are.
        seed: of the resampling; groups of the same networks have the same draws of them.

    Returns:
        The groups without ``observer``, with ``seeds`` (how many networks), and their sums.
    """
    by = [str(name) for name in keys if name != "observer"]
    groups = keys.groupby(by, sort=True, observed=True)
    merged = groups.size().rename("seeds").reset_index()
    draws = next(iter(sums.values())).shape[1] - 1
    weights = np.ones((len(keys), 1 + draws))
    number = groups.ngroup().to_numpy()
    observers = keys["observer"].to_numpy()
    for group in range(len(merged)):
        rows = np.flatnonzero(number == group)
        rows = rows[np.argsort(observers[rows].astype(str))]
        named = ", ".join(map(str, observers[rows]))
        weights[rows, 1:] = draw_counts(len(rows), draws, [seed, zlib.crc32(named.encode())]).T
    found = {}
    for name, values in sums.items():
        total = np.zeros((len(merged), 1 + draws))
        np.add.at(total, number, values * weights)
        found[name] = total
    return merged, found
