"""Sentences that several chapters share: on intervals, on what came out, on what can be told.

Every number in them is computed here from the tables that the chapters show.
"""

import numpy as np
import pandas as pd

from gcbook.paper.observers import HUMANS_TITLE, PUBLISHED_SOURCES, labels
from gcbook.paper.published import published_models, published_values
from gcbook.stats.benchmark_tables import METRICS
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import percent

__all__ = [
    "interval_note",
    "public_on_some",
    "reproduction_sentence",
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


def reproduction_sentence(rows: pd.DataFrame, summaries: Summaries) -> str:
    """How many printed numbers of Tables 2 and 3 could be recomputed, and how many came out.

    Args:
        rows: from `gcbook.stats.benchmark_tables.benchmark_rows`.
        summaries: what they were made of.
    """
    printed = rows[rows["key"] != ""]
    both = printed[printed["error_consistency"].notna()]
    if both.empty:
        return (
            "These choices leave no number that is both printed and recomputed: the paper's are "
            "over all datasets in the benchmark's conditions."
        )
    ours = both[list(METRICS)].round(3).to_numpy()
    paper = both[[f"{metric}_published" for metric in METRICS]].to_numpy()
    same = int((np.abs(ours - paper) < 1e-9).sum())
    apart = float((both["mean_rank"] - both["mean_rank_published"]).abs().max())
    more = public_on_some(summaries) - set(both["model"])
    return (
        f"The paper's tables list {len(printed)} models. Single decisions on all "
        f"{len(summaries.provenance['datasets'])} datasets are public for {len(both)} of them "
        f"({' and '.join(both['model'])}). Of the {ours.size} numbers that Tables 2 and 3 print "
        f"for these, {same} come out to the third digit, and their mean ranks to within "
        f"{apart:.2f}. For {len(more)} more, decisions of networks of the same name are public on "
        "cue-conflict, edge and silhouette images, from which no printed mean can be had. Another "
        f"{int(((rows['key'] == '') & (rows['kind'] != HUMANS_TITLE)).sum())} networks are public "
        "on all datasets but not in the paper; the paper prints no row for the humans."
    )


def public_on_some(summaries: Summaries) -> set[str]:
    """Names of the paper's models with public decisions on any dataset; one name is one model."""
    counts = summaries.counts
    ours = counts[(counts["observer_kind"] == "model") & counts["source"].isin(PUBLISHED_SOURCES)]
    return set(labels(ours["observer"].drop_duplicates())) & set(published_models()["name"])
