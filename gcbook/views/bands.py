"""How much of each band of spatial frequency each miniature needs, and what decides there."""

from typing import Any

import numpy as np
import pandas as pd

from gcbook.categories import CHANCE
from gcbook.experiments import SINGLE_CONDITION
from gcbook.miniatures.answers import miniature_answers
from gcbook.miniatures.shares import accuracies, cue_shares
from gcbook.miniatures.shipped import recipe_of, shipped_models, shipped_sets
from gcbook.stimuli.bands import BAND_SETS, BANDS
from gcbook.views.miniature_kinds import listed
from gcbook.views.words import number, span

__all__ = ["MEASURES", "WHOLE", "band_models", "band_rows", "band_sentence"]

WHOLE = "all"
ORDER = (*BANDS[:3], WHOLE, *BANDS[3:])
"""From coarse detail alone to fine detail alone."""
MEASURES = {
    "accuracy": "Accuracy, both cues agree",
    "shape_accuracy": "Conflict: answers by shape",
    "texture_accuracy": "Conflict: answers by texture",
    "shape_bias": "Shape bias",
}


def band_models() -> tuple[str, ...]:
    """Names of the miniatures of seed 0 that have scores on filtered images."""
    return tuple(
        name
        for name in shipped_models()
        if recipe_of(name)[1] == 0 and set(BAND_SETS) <= set(shipped_sets(name))
    )


def band_rows(*, draws: int = 2000, confidence: float = 0.95, seed: int = 0) -> pd.DataFrame:
    """Accuracy, answers by either cue and shape bias, by what is left of the images.

    Whole images are those that were filtered, and all cue conflicts, asked about with as many
    draws.

    Args:
        draws: resamples of silhouettes.
        confidence: of the intervals.
        seed: of the resampling.

    Returns:
        ``recipe, band`` (of `BANDS`, or "all"), ``measure`` (a title), ``n, value, low, high``.
    """
    columns = ["recipe", "band", "measure", "n", "value", "low", "high"]
    names = band_models()
    if not names:
        return pd.DataFrame(columns=columns)
    how: dict[str, Any] = {"draws": draws, "confidence": confidence, "seed": seed}
    filtered = miniature_answers(BAND_SETS, names)
    whole = miniature_answers(["low-pass", "cue-conflict"], names, draws=4)
    kept = (whole["dataset"] != "low-pass") | (whole["condition"] == SINGLE_CONDITION)
    whole = whole[kept].assign(condition=WHOLE)
    agree = pd.concat(
        [filtered[filtered["dataset"] == BAND_SETS[0]], whole[whole["dataset"] == "low-pass"]]
    )
    conflict = pd.concat(
        [filtered[filtered["dataset"] == BAND_SETS[1]], whole[whole["dataset"] == "cue-conflict"]]
    )
    # Filtered or not, they are cue conflicts.
    named = np.where(conflict["response"] == conflict["texture"], "texture", "other")
    conflict = conflict.assign(cue=np.where(conflict["right"], "shape", named))
    by = ["observer", "condition"]
    right = accuracies(agree, by, **how).rename(columns={"accuracy": "value"})
    tables = [right.assign(measure=MEASURES["accuracy"])]
    shares = cue_shares(conflict, by, **how)
    for name in ("shape_accuracy", "texture_accuracy", "shape_bias"):
        part = shares[[*by, "n"]].assign(measure=MEASURES[name], value=shares[name])
        part["low"], part["high"] = shares[f"{name}_low"], shares[f"{name}_high"]
        tables.append(part)
    table = pd.concat(tables, ignore_index=True).rename(
        columns={"observer": "recipe", "condition": "band"}
    )[columns]
    order = {name: list(values).index for name, values in
             (("recipe", names), ("band", ORDER), ("measure", MEASURES.values()))}  # fmt: skip
    return table.sort_values(
        ["measure", "recipe", "band"],
        key=lambda column: column.map(order[str(column.name)]),
        ignore_index=True,
    ).round({"value": 4, "low": 4, "high": 4})


def band_sentence(rows: pd.DataFrame) -> str:
    """Say for each miniature what it can do with coarse and with fine detail alone.

    Args:
        rows: from `band_rows`.
    """
    if rows.empty:
        return "No miniature of this version has been asked about filtered images."
    parts = []
    for recipe, group in rows.groupby("recipe", sort=False):
        by = {(row["measure"], row["band"]): row for row in group.to_dict("records")}
        accuracy = {band: by[MEASURES["accuracy"], band] for band in ORDER}
        bias = {band: by[MEASURES["shape_bias"], band] for band in ORDER}
        coarse, fine = ORDER[0], ORDER[-1]
        reads = [band for band in BANDS if accuracy[band]["low"] > CHANCE]
        said = ", ".join(
            f"{number(bias[band]['value'], '.2f')} on {band} "
            f"({span(bias[band]['low'], bias[band]['high'], '.2f')})"
            for band in (ORDER[2], WHOLE, ORDER[4])
        )
        parts.append(
            f"{recipe} is above chance on {listed(reads)}: {accuracy[coarse]['value']:.0%} with "
            f"{coarse}, {accuracy[WHOLE]['value']:.0%} with everything, "
            f"{accuracy[fine]['value']:.0%} with {fine}. Its shape bias is {said}."
        )
    return " ".join(parts)
