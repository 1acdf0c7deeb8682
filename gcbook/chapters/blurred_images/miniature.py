"""The same question in the miniature world: accuracy on a test set beside shape bias."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.chapters.blurred_images.tables import BLURRED, LOW_PASS
from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.panel import NOT_OOD, OOD_SETS, counted
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies, cue_shares

__all__ = ["miniature_accuracy_and_bias"]

CONFLICT = "cue-conflict"
IN_DISTRIBUTION = "in-distribution"


def miniature_accuracy_and_bias(
    models: Sequence[str] | None = None,
    *,
    resampling: Resampling = Resampling(),
) -> pd.DataFrame:
    """Accuracy on each test set, and at each strength of the blur, beside shape bias.

    Args:
        models: names; by default all that come with the package, all seeds.
        resampling: how the intervals are made.

    Returns:
        As `gcbook.chapters.blurred_images.tables.accuracy_and_bias` returns it, a model a row;
        ``kind`` and ``family`` are the miniature that it is a seed of. Whole test sets are the
        conditions that the benchmark counts. Images as in training are there too, and texture alone
        is not.
    """
    sets = (LOW_PASS, IN_DISTRIBUTION, *(name for name in OOD_SETS if name != CONFLICT))
    sets = tuple(dict.fromkeys(sets))
    answers = miniature_answers([*sets, CONFLICT], models)
    bias = cue_shares(answers[answers["dataset"] == CONFLICT], resampling=resampling)
    bias = bias[["observer", "shape_bias", "shape_bias_low", "shape_bias_high"]]
    plain = answers[answers["dataset"] != CONFLICT]
    blurred = plain[plain["dataset"] == LOW_PASS]
    whole = plain[counted(plain) | plain["dataset"].isin(NOT_OOD)]
    tables = [
        accuracies(
            rows.assign(measured_on=names), ["measured_on", "observer"], resampling=resampling
        )
        for rows, names in (
            (whole, whole["dataset"].map(_title)),
            (blurred, BLURRED + ", filter of " + blurred["condition"].astype("str") + " px"),
        )
    ]
    rows = pd.concat(tables, ignore_index=True).merge(bias, on="observer")
    strength = rows["measured_on"].str.extract(r"filter of ([\d.]+) px", expand=False)
    order = [_title(name) for name in sets]
    # Blurred images first, as a whole and from the weakest blur on.
    place = np.where(strength.notna(), 0, rows["measured_on"].map(_place(order)).fillna(0))
    rows = with_recipe(rows).assign(strength=pd.to_numeric(strength), place=place)
    rows = rows.sort_values(
        ["place", "strength", "observer"], na_position="first", ignore_index=True
    ).rename(
        columns={
            "low": "accuracy_low",
            "high": "accuracy_high",
            "shape_bias_low": "bias_low",
            "shape_bias_high": "bias_high",
        }
    )
    numbers = ["accuracy", "accuracy_low", "accuracy_high", "shape_bias", "bias_low", "bias_high"]
    rows = rows.assign(kind=rows["recipe"], family=rows["recipe"]).round(dict.fromkeys(numbers, 4))
    return rows[["measured_on", "strength", "observer", "kind", "family", *numbers]]


def _title(name: str) -> str:
    return EXPERIMENTS[name].title if name in EXPERIMENTS else name.capitalize()


def _place(order: Sequence[str]) -> dict[str, int]:
    return {title: place for place, title in enumerate(order)}
