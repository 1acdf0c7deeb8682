"""What a weighting does to one model on the same images, and what a part of t decides alone."""

import numpy as np
import pandas as pd

from gcbook.miniworld.results.weighting import (
    PAPER,
    SETS,
    Stores,
    answers_under,
    read_errors,
)
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.diagnostics import tenths_of
from gcbook.scoring.scores import finite_weights
from gcbook.scoring.store import Store
from gcbook.stats.clustered import clustered_sums
from gcbook.stats.resample import interval

__all__ = ["bias_change", "tenth_agreement"]


def bias_change(
    stores: Stores,
    decays: tuple[float, float] = (PAPER, 0),
    *,
    draws: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """By how much the shape bias changes from one k to another, on the same images.

    Args:
        stores: from `weighing_stores`.
        decays: k of exp(−kt) before and after.
        draws: resamples of the silhouettes, the same for both.
        confidence: of the intervals.
        seed: of the resampling.

    Returns:
        A row a model: ``model, shape, texture`` (changes of the two accuracies), ``change`` (of
        the shape bias), ``low, high``.
    """
    rows = []
    names = [f"exp:{k:g}" for k in decays]
    for model, of_model in stores.items():
        answers = answers_under(of_model[SETS[1]], names, "l2")
        named = {cue: (answers["cue"] == cue).astype(float) for cue in ("shape", "texture")}
        keys, sums = clustered_sums(
            answers.assign(**named), ["weighting"], list(named), draws=draws, seed=seed
        )
        before, after = (keys["weighting"].tolist().index(name) for name in names)
        with np.errstate(invalid="ignore"):
            bias = sums["shape"] / (sums["shape"] + sums["texture"])
        low, high = interval(bias[after] - bias[before], confidence)
        share = {cue: sums[cue][:, 0] / sums["n"][:, 0] for cue in named}
        rows.append(
            {
                "model": model,
                **{cue: share[cue][after] - share[cue][before] for cue in named},
                "change": bias[after, 0] - bias[before, 0],
                "low": float(low),
                "high": float(high),
            }
        )
    return pd.DataFrame(rows, columns=["model", "shape", "texture", "change", "low", "high"])


def tenth_agreement(store: Store, tenth: int, weighting: str) -> float:
    """Return the share of images on which the draws of one tenth of t alone decide as all do.

    Args:
        store: of errors.
        tenth: from 1, for the cleanest, to 10.
        weighting: of all draws, and of those within the tenth.

    Returns:
        NaN if no image has a draw there; images without one do not count.
    """
    raw = read_errors(store)
    weights = finite_weights(parse_weighting(weighting), "l2", raw.schedule, raw.t, raw.log_snr)
    inside = tenths_of(raw.t) == tenth - 1
    errors = raw.errors["l2"]
    all_draws, some = (
        (factor[..., None] * errors).sum(axis=1).argmin(axis=1)
        for factor in (weights, weights * inside)
    )
    has = inside.any(axis=1)
    return float((all_draws == some)[has].mean()) if has.any() else float("nan")
