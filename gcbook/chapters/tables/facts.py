"""How much of the paper's tables could be recomputed, and how much came out."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.claims import Number
from gcbook.paper.observers import HUMANS_TITLE, PUBLISHED_SOURCES, labels
from gcbook.paper.published import published_models
from gcbook.stats.benchmark_tables import METRICS
from gcbook.stats.summaries import Summaries


def tables_facts(rows: pd.DataFrame, summaries: Summaries) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Args:
        rows: from `gcbook.stats.benchmark_tables.benchmark_rows`.
        summaries: what they were made of.

    Returns:
        How many models the paper's tables list (``listed``), how many of them have public decisions
        on all datasets (``both``) and on some only (``on_some``); of the ``compared`` numbers that
        Tables 2 and 3 print for the former, how many come out to the third digit (``same``), and
        the largest difference of their mean ranks, ``ranks_apart``; how many networks are public
        on all datasets but not in the paper, ``unlisted``. None and NaN where nothing is both
        printed and recomputed.
    """
    printed = rows[rows["key"] != ""]
    both = printed[printed["error_consistency"].notna()]
    ours = both[list(METRICS)].round(3).to_numpy()
    paper = both[[f"{metric}_published" for metric in METRICS]].to_numpy()
    apart = (both["mean_rank"] - both["mean_rank_published"]).abs()
    counts: dict[str, Any] = {
        "listed": len(printed),
        "both": len(both),
        "compared": ours.size,
        "same": int((np.abs(ours - paper) < 1e-9).sum()),
    }
    networks = (rows["key"] == "") & (rows["kind"] != HUMANS_TITLE)
    return SimpleNamespace(
        **(counts if len(both) else dict.fromkeys(counts)),
        ranks_apart=Number(apart.max(), ".2f"),
        on_some=len(public_on_some(summaries) - set(both["model"])),
        unlisted=int(networks.sum()),
    )


def public_on_some(summaries: Summaries) -> set[str]:
    """Names of the paper's models with public decisions on any dataset; one name is one model."""
    counts = summaries.counts
    ours = counts[(counts["observer_kind"] == "model") & counts["source"].isin(PUBLISHED_SOURCES)]
    return set(labels(ours["observer"].drop_duplicates())) & set(published_models()["name"])
