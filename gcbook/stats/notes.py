"""Sentences that several chapters share: on intervals, on what came out, on what can be told.

Every number in them is computed here from the tables that the chapters show.
"""

import numpy as np
import pandas as pd

from gcbook.paper.published import published_values
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import percent

__all__ = [
    "interval_note",
    "resolution_sentence",
]


def interval_note(summaries: Summaries, corrected: str = "") -> str:
    """What the intervals of a figure are, for its caption.

    Args:
        summaries: any.
        corrected: the metrics shown whose intervals are corrected for bias, in words.
    """
    made = summaries.provenance
    if not made["draws"]:
        return "No intervals: nothing was resampled."
    humans = "humans resampled too" if made["resample_observers"] else "the humans held fixed"
    said = (
        f"Intervals: {percent(made['confidence'])}, bootstrap over images with "
        f"{made['draws']:,} draws, {humans}."
    )
    if corrected:
        said += f" The interval of {corrected} is corrected for its bias, the value is not."
    return said


def resolution_sentence(differences: pd.DataFrame) -> str:
    """How large a difference has to be before this benchmark can tell, as our networks show it.

    Args:
        differences: from `gcbook.stats.differences.model_differences`.
    """
    paper = published_values().dropna(subset="error_consistency").set_index("key")
    printed = paper["error_consistency"]
    rival = printed[~printed.index.isin(["imagen"])].max()
    gap = printed["imagen"] - rival
    said = (
        f"By the printed numbers, Imagen leads the next model by {gap:.3f} "
        f"({printed['imagen']:.3f} against {rival:.3f})"
    )
    if differences.empty:
        return said + ". Without bootstrap draws there is no yardstick for that."
    half = float(np.median((differences["high"] - differences["low"]) / 2))
    said += (
        f". Among the networks whose decisions are public, the interval of a difference reaches "
        f"{half:.3f} to either side (median over {len(differences)} pairs)"
    )
    differs = differences["differs"].eq(True)
    if differs.any():
        least = differences.loc[differs, "difference"].min()
        said += f", and the smallest difference that survives the correction is {least:.3f}"
    return said + "."
