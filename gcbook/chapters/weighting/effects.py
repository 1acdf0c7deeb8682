"""What a weighting does to one model on the same images, and what a part of t decides alone."""

import pandas as pd

from gcbook.miniworld.results.weighting import (
    PAPER,
    SETS,
    Stores,
    answers_under,
    read_errors,
    tenths_of,
)
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.store import Store
from gcbook.scoring.tensors import finite_weights
from gcbook.stats.metrics import cue_metrics
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import cue_sums

__all__ = ["bias_change", "tenth_agreement"]


def bias_change(
    stores: Stores,
    decays: tuple[float, float] = (PAPER, 0),
    *,
    resampling: Resampling = Resampling(),
) -> pd.DataFrame:
    """By how much the shape bias changes from one k to another, on the same images.

    Args:
        stores: from `weighing_stores`.
        decays: k of exp(−kt) before and after.
        resampling: how the intervals are made.

    Returns:
        A row a model: ``model, shape, texture`` (changes of the two accuracies), ``change`` (of
        the shape bias), ``low, high``.
    """
    rows = []
    names = [f"exp:{k:g}" for k in decays]
    for model, of_model in stores.items():
        answers = answers_under(of_model[SETS[1]], names, "l2")
        keys, sums = cue_sums(answers, ["weighting"], resampling=resampling)
        before, after = (keys["weighting"].tolist().index(name) for name in names)
        values = cue_metrics(**sums)
        bias = values["shape_bias"]
        low, high = resampling.interval(bias[after] - bias[before])
        share = {cue: values[f"{cue}_accuracy"][:, 0] for cue in ("shape", "texture")}
        rows.append(
            {
                "model": model,
                **{cue: share[cue][after] - share[cue][before] for cue in share},
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
