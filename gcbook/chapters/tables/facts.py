"""How much of the paper's tables came out, what does not fit, and what conventions change."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.tables.printed import (
    mean_rank_check,
    ood_rank_check,
    table1_check,
    toolbox_rows,
)
from gcbook.claims import Interval, Number
from gcbook.paper.observers import HUMANS_TITLE, published_rows
from gcbook.paper.published import quoted_value, table2
from gcbook.stats.benchmark_tables import METRICS
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.rows import first_row
from gcbook.stats.specifications import CONVENTIONS


def tables_facts(
    rows: pd.DataFrame, metrics: pd.DataFrame, specifications: pd.DataFrame
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Args:
        rows: from `gcbook.stats.benchmark_tables.benchmark_rows`.
        metrics: from `gcbook.chapters.tables.tables.metric_rows`.
        specifications: from `gcbook.stats.specifications.specifications`.

    Returns:
        How many models the paper's tables list (``listed``), how many of them have public decisions
        on all datasets (``both``); of the ``compared`` numbers that Tables 2 and 3 print for these,
        how many come out to the third digit (``same``), and the largest difference of their mean
        ranks, ``ranks_apart``; the humans' squared accuracy difference (``humans_square``) and its
        value without the bias of a square (``humans_square_corrected``). None and NaN where nothing
        is both printed and recomputed.
        ``METRIC_rho`` is Spearman's correlation of a metric of Fig. 9 with accuracy. Of all
        ``specifications`` (their number), ``shape_biases, accuracies, kappas, shares,
        accurate_kappas, accurate_shares, accurate_shares_resampled`` are each headline's intervals,
        of one ``confidence``, and ``undefined_changes`` is the most by which the convention for 0/0
        changes a value or an end. The rest says how far the printed numbers fit each other.
    """
    rows, metrics = map(published_rows, (rows, metrics))
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
    models = metrics[metrics["kind"] != HUMANS_TITLE]
    return SimpleNamespace(
        **(counts if len(both) else dict.fromkeys(counts)),
        **_squares(first_row(rows[rows["kind"] == HUMANS_TITLE])),
        ranks_apart=Number(apart.max(), ".2f"),
        **{
            f"{metric}_rho": Number(
                models["ood_accuracy"].corr(models[metric], method="spearman"), ".2f"
            )
            for metric in METRICS[1:]
        },
        **_conventions(specifications),
        **_printed(),
    )


def _conventions(table: pd.DataFrame) -> dict[str, Any]:
    """The headlines under all conventions, and by how much that for 0/0 changes any number."""

    def intervals(headline: str, **chosen: bool) -> tuple[Interval, ...]:
        of = {"headline": headline, "of_ceiling": False} | chosen
        rows = table[(table[list(of)] == pd.Series(of)).all(axis=1)]
        return tuple(map(Interval, rows["low"], rows["high"]))

    paid = "error consistency and accuracy"
    others = ["headline", *(name for name in CONVENTIONS if name != "zero_division")]
    numbers = table.groupby(others)[["difference", "low", "high"]]
    return {
        "specifications": len(table),
        "confidence": Number(SummarySettings().resampling.confidence, ".0%"),
        "shape_biases": intervals("shape bias"),
        "accuracies": intervals("accuracy"),
        "kappas": intervals("error consistency"),
        "shares": intervals("error consistency", of_ceiling=True),
        "accurate_kappas": intervals(paid),
        "accurate_shares": intervals(paid, of_ceiling=True, resample_observers=False),
        "accurate_shares_resampled": intervals(paid, of_ceiling=True, resample_observers=True),
        "undefined_changes": Number(float((numbers.max() - numbers.min()).to_numpy().max())),
    }


def _squares(humans: "pd.Series[Any]") -> dict[str, Number]:
    """The humans' squared accuracy difference, and without what sampling adds to a square.

    The ends of its interval lie around the corrected value (`gcbook.stats.resampling`).
    """
    ends = pd.to_numeric(humans[["accuracy_difference_low", "accuracy_difference_high"]])
    return {
        "humans_square": Number(humans["accuracy_difference"], ".4f"),
        "humans_square_corrected": Number(ends.mean(skipna=False), ".4f"),
    }


def _printed() -> dict[str, Any]:
    """Whether the paper's tables fit each other and its text."""
    ranks, digits = mean_rank_check(), table1_check()
    second = table2()
    clip = second.loc[second["key"].str.startswith("clip"), "model"]
    return {
        "toolbox_rows": toolbox_rows(),
        "table_rows": len(ranks),
        "mean_ranks_possible": int(ranks["possible"].sum()),
        "accuracy_ranks_possible": int(ood_rank_check()["possible"].sum()),
        "shared_numbers": len(digits),
        "shared_possible": int(digits["possible"].sum()),
        "clip_rows": len(clip),
        "clip_rows_vit_b": int(clip.str.startswith("CLIP: ViT-B").sum()),
        "toolbox_models": Number(quoted_value("n_toolbox_models"), ".0f"),
        "single_datasets": Number(quoted_value("n_nonparametric_datasets"), ".0f"),
        "single_datasets_shown": Number(quoted_value("n_nonparametric_datasets_figure_11"), ".0f"),
    }
