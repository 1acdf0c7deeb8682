"""Several trained networks of one recipe: sums over their seeds, with seeds resampled too.

Another run of the training would give another network, as another designer would give other
silhouettes. Both are resampled here, as two crossed factors: an answer counts as often as its
silhouette times its seed was drawn (the pigeonhole bootstrap: Owen, 2007). A handful of seeds tells
the spread between seeds only roughly; one tells nothing of it, and its interval is that over
silhouettes alone.
"""

import zlib
from collections.abc import Mapping

import numpy as np
import pandas as pd

__all__ = ["over_seeds"]


def over_seeds(
    keys: pd.DataFrame, sums: Mapping[str, np.ndarray], *, seed: int = 0
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Add up the sums of a recipe's networks.

    Args:
        keys: a row a group, with ``recipe`` and ``observer``, from
            `gcbook.miniatures.clustered.clustered_sums`; each recipe has the same observers in
            all groups.
        sums: of the groups, (groups, 1 + draws), the first column as they are.
        seed: of the resampling; a recipe's seeds are drawn alike in all groups.

    Returns:
        The groups without ``observer``, with ``seeds`` (how many networks), and their sums.
    """
    by = [str(name) for name in keys if name != "observer"]
    groups = keys.groupby(by, sort=True, observed=True)
    number = groups.ngroup().to_numpy()
    merged = groups.size().rename("seeds").reset_index()
    draws = next(iter(sums.values())).shape[1] - 1
    weights = np.ones((len(keys), 1 + draws))
    for recipe, rows in keys.groupby("recipe", observed=True):
        observers = sorted(rows["observer"].unique())
        rng = np.random.default_rng([seed, zlib.crc32(f"seeds of {recipe}".encode())])
        n = len(observers)
        drawn = rng.multinomial(n, np.full(n, 1 / n), size=draws)
        place = pd.Index(observers).get_indexer(pd.Index(rows["observer"]))
        weights[rows.index.to_numpy(), 1:] = drawn.T[place]
    found = {}
    for name, values in sums.items():
        total = np.zeros((len(merged), 1 + draws))
        np.add.at(total, number, values * weights)
        found[name] = total
    return merged, found
