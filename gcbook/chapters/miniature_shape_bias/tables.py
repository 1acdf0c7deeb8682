"""Shape and texture in the answers of every trained network of one world."""

import pandas as pd

from gcbook.miniworld.results.shipped import KINDS, parts_of
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows
from gcbook.stats.shares import cue_shares


def cue_rows(answers: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    """How often each network names the shape and the texture.

    Args:
        answers: of cue conflicts.
        resampling: how the intervals are made.

    Returns:
        ``network`` (its miniature and, where that was trained several times, its seed), ``recipe``;
        ``shape_accuracy, texture_accuracy, shape_bias``, each with ``_low`` and ``_high``. By
        miniature and seed.
    """
    rows = cue_shares(answers, resampling=resampling).drop(columns="n")
    parts = rows["observer"].map(parts_of)
    rows = rows.assign(recipe=[p.recipe for p in parts], seed=[p.seed for p in parts])
    several = rows["recipe"].duplicated(keep=False)
    label = rows["recipe"] + ", seed " + rows["seed"].astype(str)
    rows.insert(0, "network", label.where(several, rows["observer"]))
    rows.insert(1, "recipe", rows.pop("recipe"))
    ordered = ordered_rows(rows, ["recipe", "seed"], {"recipe": KINDS})
    return ordered.drop(columns=["observer", "seed"])
