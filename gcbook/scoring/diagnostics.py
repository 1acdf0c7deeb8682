r"""Where along t the variance of a score comes from.

Let :math:`a_{y,i} = w_{t_i} e_{y,i} - \frac1K \sum_k w_{t_i} e_{k,i}` be
the weighted error of class y in draw i of an image, less what all classes have in common, which
moves no decision. Its mean square over the classes is the variance between classes of draw i. The
share of a tenth of the time axis is that of the draws whose t lies in it, of the sum over all draws
and images. A tenth with most of the variance decides nearly alone, however many draws the others
get.
"""

import numpy as np

from gcbook.files.errors import InputError
from gcbook.scoring.store import Store

TENTHS = 10

FEWEST_DRAWS = 8
"""Of fewer draws an image, a tenth may have most of the variance because it has most draws."""

REMEDY = (
    "Take more draws, or of a diffusion model weight that tenth less (--weighting) or clip the "
    "clean image (--clip-x0 static)."
)
"""What can be done where one tenth decides nearly alone."""


def variance_shares(scores: Store) -> np.ndarray:
    """Return which share of the score's variance comes from each tenth of t.

    Args:
        scores: the store. Of a race the draws count that all classes had.

    Returns:
        float64 (10,), from t in (0, 0.1] to t in (0.9, 1], summing to 1; all NaN where there is no
        t, t is always the same, or nothing varies.
    """
    rows, race = scores.scores(), scores.settings.racing
    if race:
        rows = rows[rows["draw"] < race.min_draws]
    values = scores.weights().errors(rows)
    nothing = np.full(TENTHS, np.nan)
    if rows["t"].nunique() < 2 or rows["t"].isna().any():
        return nothing
    rows = rows.assign(value=values)[rows["image_id"].isin(scores.images()["image_id"])]
    draws = rows.groupby(["image_id", "draw"], sort=False, observed=True)["value"]
    centred = rows["value"] - draws.transform("mean")
    # Draws in which a class is missing have another mean.
    centred = centred[draws.transform("size") == len(scores.labels)]
    rows = rows.loc[centred.index]
    squares = centred.to_numpy() ** 2
    total = squares.sum()
    if not total > 0:
        return nothing
    return np.bincount(level_of(rows["t"].to_numpy(), TENTHS), squares, TENTHS) / total


def level_of(t: np.ndarray, bins: int) -> np.ndarray:
    """Return the level of each time, 0 to bins − 1; level i holds t from i/bins to (i + 1)/bins.

    >>> level_of(np.array([0.001, 0.125, 0.126, 1.0]), 8).tolist()
    [0, 0, 1, 7]
    """
    # Times are multiples of 1/T, and one that ends a level must not fall out of it by rounding.
    return np.clip(np.ceil(t * bins - 1e-9).astype(int) - 1, 0, bins - 1)


def examine(store: Store) -> tuple[np.ndarray, str, list[str]]:
    """Return a store's shares of the variance, what to do if one is large, and notes."""
    settings = store.settings
    try:
        shares = variance_shares(store)
    except InputError as error:
        return np.full(TENTHS, np.nan), "", [f"no shares of the variance: {error}"]
    n_draws = settings.racing.min_draws if settings.racing else settings.draws
    return shares, REMEDY if n_draws >= FEWEST_DRAWS else "", []
