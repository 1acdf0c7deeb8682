"""The numbers that the chapter's text and its claims are about."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.discussion.errata import (
    mean_rank_check,
    ood_rank_check,
    table1_check,
    table_members,
)
from gcbook.claims import Number
from gcbook.paper.observers import HUMANS, show_once
from gcbook.paper.published import quoted_value, table1, table2, table3
from gcbook.stats.benchmark_tables import METRICS
from gcbook.stats.summaries import Summaries

_PLACE = {
    "bias": ("shape_bias", "cue-conflict"),
    "accuracy": ("ood_accuracy", ""),
    "kappa": ("error_consistency", ""),
}
"""Shape bias belongs to one dataset, the other two are means over all."""

_MODELS = ("imagen", "stable_diffusion", "parti", "clip", "resnet50")


def discussion_facts(
    summaries: Summaries, rows: pd.DataFrame, signs: pd.DataFrame
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    A fact that the chosen datasets do not give is NaN or None.

    Args:
        summaries: of the published trials.
        rows: from `gcbook.stats.benchmark_tables.benchmark_rows`.
        signs: from `gcbook.miniworld.results.worlds.sign_rows`.
    """
    return SimpleNamespace(
        **_people(summaries),
        **_recomputed(summaries),
        **_reproduced(rows),
        **_printed(),
        **_consistent(),
        **_worlds(signs),
    )


def _people(summaries: Summaries) -> dict[str, Any]:
    """How many humans and images there are."""
    humans = summaries.counts[summaries.counts["observer_kind"] == "human"]
    who = humans[["dataset", "source", "observer"]].drop_duplicates()
    each = who.groupby("dataset").size()
    images, shared = (
        summaries.provenance[name] for name in ("images", "images_in_several_datasets")
    )
    return {
        "people": len(who),
        "trials": Number(humans["n"].sum(), ",.0f"),
        "fewest_people": int(each.min()),
        "most_people": int(each.max()),
        "images": Number(images, ",.0f"),
        "shared_images": Number(shared, ",.0f"),
        "overlap": Number(shared / images, ".0%"),
    }


def _recomputed(summaries: Summaries) -> dict[str, Any]:
    """The metrics of the humans, and how the networks' shape bias compares with theirs."""
    estimates = show_once(summaries.estimates)
    whole = estimates[(estimates["condition"] == "") & (estimates["category"] == "")]
    whole = whole[whole["other"].isin(["", HUMANS])]
    found: dict[str, Any] = {}
    for name, (metric, dataset) in _PLACE.items():
        chosen = (whole["metric"] == metric) & (whole["dataset"] == dataset)
        values = whole[chosen].set_index("observer")["value"]
        found[f"humans_{name}"] = Number(values.get(HUMANS, math.nan), ".2f")
    bias = whole[whole["metric"] == "shape_bias"]
    people = bias[(bias["observer_kind"] == "human") & (bias["observer"] != HUMANS)]["value"]
    networks = bias[bias["observer_kind"] == "model"]["value"]
    return found | {
        "lowest_human": Number(people.min(), ".2f"),
        "highest_human": Number(people.max(), ".2f"),
        "networks": len(networks) or None,
        "networks_below": int((networks < people.min()).sum()) if len(networks) else None,
    }


def _reproduced(rows: pd.DataFrame) -> dict[str, Any]:
    """How many printed numbers of Tables 2 and 3 can be recomputed, and how many come out."""
    both = rows[(rows["key"] != "") & rows["error_consistency"].notna()]
    ours = both[list(METRICS)].round(3).to_numpy(float)
    printed = both[[f"{metric}_published" for metric in METRICS]].to_numpy(float)
    return {
        "printed_numbers": ours.size or None,
        "reproduced_numbers": int((np.abs(ours - printed) < 1e-9).sum()) if len(both) else None,
    }


def _printed() -> dict[str, Any]:
    """What the paper prints of its models, and of how they differ."""
    printed = table1().set_index("key").to_dict("index")
    found: dict[str, Any] = {
        f"{key.removesuffix('50')}_{short}": Number(printed[key][metric], ".2f")
        for key in _MODELS
        for short, (metric, _) in _PLACE.items()
    }
    second = table2().set_index("key")
    ranks = second["mean_rank"].sort_values()
    accuracy = table3().set_index("key")["ood_accuracy"].sort_values()
    clip = second.loc[second.index.str.startswith("clip"), "model"]
    return found | {
        "first_by_rank": str(ranks.index[0]),
        "first_rank": Number(ranks.iloc[0], ".2f"),
        "imagen_rank": Number(ranks["imagen"], ".2f"),
        "most_accurate": str(accuracy.index[-1]),
        "highest_accuracy": Number(accuracy.iloc[-1], ".2f"),
        "clip_rows": len(clip),
        "clip_rows_vit_b": int(clip.str.startswith("CLIP: ViT-B").sum()),
        **{
            f"{name}_side": Number(quoted_value(f"{name}_resolution"), ".0f")
            for name in ("imagen", "parti", "stable_diffusion")
        },
    }


def _consistent() -> dict[str, Any]:
    """Whether the paper's tables agree with themselves and with its text."""
    ranks, digits = mean_rank_check(), table1_check()
    return {
        **table_members(),
        "table_rows": len(ranks),
        "mean_ranks_possible": int(ranks["possible"].sum()),
        "mean_ranks_open": int((ranks["least"] < ranks["most"]).sum()),
        "widest_open": Number((ranks["most"] - ranks["least"]).max(), ".2f"),
        "accuracy_ranks_possible": int(ood_rank_check()["possible"].sum()),
        "shared_numbers": len(digits),
        "shared_possible": int(digits["possible"].sum()),
        "toolbox_models": Number(quoted_value("n_toolbox_models"), ".0f"),
        "vit_22b": Number(quoted_value("n_vit_22b_variants"), ".0f"),
        "single_datasets": Number(quoted_value("n_nonparametric_datasets"), ".0f"),
        "single_datasets_shown": Number(quoted_value("n_nonparametric_datasets_figure_11"), ".0f"),
    }


def _worlds(signs: pd.DataFrame) -> dict[str, Any]:
    """In how many miniature worlds diffusion is less shape-biased, and how many clearly."""
    plain = signs[signs["variant"] == ""]
    return {
        "worlds": len(plain),
        "worlds_below": int((plain["difference"] < 0).sum()),
        "worlds_less": int((plain["high"] < 0).sum()),
    }
