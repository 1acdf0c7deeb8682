"""Stored rows as one array of images, draws and classes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.noise.schedules import Schedule
from gcbook.noise.weightings import Norm, Weighting

__all__ = ["codes_of", "dense", "finite_weights", "weighted_errors"]


def weighted_errors(
    scores: pd.DataFrame, weighting: Weighting, norm: Norm, schedule: Schedule | None = None
) -> np.ndarray:
    """Return the weighted error of every row, float64; of a likelihood, its negative logarithm.

    Raises:
        InputError: the weighting is not defined here, or infinite at a time that was drawn.
    """
    if "nll" in scores:
        return scores["nll"].to_numpy(np.float64)
    t, log_snr = scores["t"].to_numpy(), scores["log_snr"].to_numpy()
    weights = finite_weights(weighting, norm, schedule, t, log_snr)
    return weights * scores[f"error_{norm}"].to_numpy(np.float64)


def finite_weights(
    weighting: Weighting,
    norm: Norm,
    schedule: Schedule | None,
    t: np.ndarray,
    log_snr: np.ndarray,
) -> np.ndarray:
    """Return the weights of draws, float64.

    Raises:
        InputError: the weighting is not defined here, or infinite at a time that was drawn.
    """
    weights = weighting.weights(t, log_snr, schedule, norm)
    if not np.isfinite(weights).all():
        at = float(t[~np.isfinite(weights)][0])
        raise InputError(
            f"weighting {weighting.name}: not finite at t = {at:g} (log-SNR "
            f"{log_snr[~np.isfinite(weights)][0]:g}); choose one that is bounded, such as exp:7 or "
            "snr:5."
        )
    return weights


def codes_of(names: pd.Series, order: Sequence[str]) -> np.ndarray:
    """Return the place of each name in an order, -1 where it has none."""
    column = names.astype("category")
    places = pd.Index(order).get_indexer(column.cat.categories)
    return places[column.cat.codes.to_numpy()]


def dense(
    image: np.ndarray, draw: np.ndarray, label: np.ndarray, values: np.ndarray, shape: Sequence[int]
) -> np.ndarray:
    """Return rows as an array (images, draws, labels), NaN where there is no row.

    Rows outside the shape, or with a code below 0, are left out.
    """
    full = np.full(tuple(shape), np.nan)
    n_images, n_draws, n_labels = shape
    inside = (image >= 0) & (image < n_images) & (label >= 0) & (label < n_labels)
    inside &= draw < n_draws
    full[image[inside], draw[inside], label[inside]] = values[inside]
    return full
