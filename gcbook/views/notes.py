"""Facts and sentences for the chapters on error consistency, discussion and limits.

Every number that their prose holds is computed here from the tables that their figures show.
"""

import math
from typing import Any

import numpy as np
import pandas as pd

from gcbook.metrics import HUMANS
from gcbook.observers import show_once
from gcbook.published import published_values, table1
from gcbook.summaries import Summaries
from gcbook.views.benchmark import METRICS
from gcbook.views.names import HUMANS_TITLE
from gcbook.views.words import number, span

__all__ = [
    "ceiling_sentence",
    "claim_facts",
    "consistency_facts",
    "human_facts",
    "interval_note",
    "reproduction_sentence",
    "resolution_sentence",
    "telling_pairs_sentence",
]

_PLACE = {"shape_bias": "cue-conflict", "ood_accuracy": "", "error_consistency": ""}
"""Shape bias belongs to one dataset, the other two are means over all."""


def interval_note(summaries: Summaries) -> str:
    """What the intervals of a figure are, for its caption."""
    made = summaries.provenance
    if not made["draws"]:
        return "No intervals: nothing was resampled."
    humans = "humans resampled too" if made["resample_observers"] else "the humans held fixed"
    return (
        f"Intervals: {made['confidence']:.0%}, bootstrap over images with {made['draws']:,} draws, "
        f"{humans}."
    )


def consistency_facts(rows: pd.DataFrame) -> dict[str, Any]:
    """Error consistency in a few numbers.

    Args:
        rows: from `gcbook.views.benchmark.benchmark_rows`.

    Returns:
        ``humans`` and ``humans_span``; ``n_networks`` recomputed, the ``best`` of them with
        ``best_value, best_span``; ``above_humans``, how many of them have a higher OOD accuracy
        than the humans; published: ``imagen, stable_diffusion, parti, clip, vit_22b`` (the best
        ViT-22B), ``n_published`` models, and ``n_above_best`` of them above the best of ours.
    """
    humans = rows[rows["kind"] == HUMANS_TITLE].iloc[0]
    ours = rows[rows["error_consistency"].notna() & (rows["kind"] != HUMANS_TITLE)]
    paper = published_values().dropna(subset="error_consistency").set_index("key")
    printed = paper["error_consistency"]
    facts = {
        "humans": number(humans["error_consistency"]),
        "humans_span": span(humans["error_consistency_low"], humans["error_consistency_high"]),
        "human_accuracy": number(humans["ood_accuracy"]),
        "n_networks": len(ours),
        "n_published": len(printed),
        "vit_22b": number(float(printed[printed.index.str.startswith("vit_22b")].max())),
    }
    for key in ("imagen", "stable_diffusion", "parti", "clip"):
        facts[key] = number(float(printed[key]))
    if ours.empty:
        return (
            facts
            | {"best": "no network", "best_value": "–", "best_span": "–"}
            | dict.fromkeys(["above_humans", "n_above_best"], 0)
        )
    best = ours.sort_values("error_consistency").iloc[-1]
    return facts | {
        "best": best["model"],
        "best_value": number(best["error_consistency"]),
        "best_span": span(best["error_consistency_low"], best["error_consistency_high"]),
        "above_humans": int((ours["ood_accuracy"] > humans["ood_accuracy"]).sum()),
        "n_above_best": int((printed > round(float(best["error_consistency"]), 3)).sum()),
    }


def ceiling_sentence(ranges: pd.DataFrame) -> str:
    """How the human–human level varies over datasets, and whether a model reaches it.

    Args:
        ranges: from `gcbook.views.consistency.range_over_datasets`.
    """
    highest, lowest = ranges.iloc[0], ranges.iloc[-1]
    said = f"The human–human level is {highest['ceiling']:.2f} for {highest['dataset']}"
    if len(ranges) > 1:
        said = (
            f"The human–human level runs from {lowest['ceiling']:.2f} ({lowest['dataset']}) to "
            f"{highest['ceiling']:.2f} ({highest['dataset']})"
        )
    known = ranges.dropna(subset="best_value")
    if known.empty:
        return said + "."
    reached = known[known["best_value"] > known["ceiling"]]
    said += (
        f". On {len(known) - len(reached)} of {len(known)} datasets no network comes up to it"
        f"; the best one reaches {known['share'].median():.0%} of it on the median dataset."
    )
    for row in reached.to_dict("records"):
        said += (
            f" On {row['dataset']}, {row['best']} agrees with the humans more than they do with "
            f"each other ({row['best_value']:.2f} against {row['ceiling']:.2f}; the interval of "
            f"the latter: {span(row['ceiling_low'], row['ceiling_high'], '.2f')})."
        )
    return said


def telling_pairs_sentence(rows: pd.DataFrame) -> str:
    """Two pairs that show why observed consistency is not enough.

    One agrees on as many images as possible at next to no error consistency (below 0.05), the
    other on as few as possible at a good one (above 0.3).

    Args:
        rows: from `gcbook.views.consistency.observed_and_expected`.
    """
    mixed = rows[rows["pair"] == "Human and model"]
    low, high = mixed[mixed["value"] < 0.05], mixed[mixed["value"] > 0.3]
    if low.empty or high.empty:
        return "The chosen datasets hold no pair that would show it."
    often = low.sort_values("observed").iloc[-1]
    seldom = high.sort_values("observed").iloc[0]
    return (
        f"On {often['dataset']}, {often['a']} and {often['b']} are both right or both wrong on "
        f"{often['observed']:.0%} of the images, and yet err on the same ones hardly more than by "
        f"chance: κ = {number(often['value'], '.2f')}, for {often['expected']:.0%} was to be "
        f"expected. On {seldom['dataset']}, {seldom['a']} and {seldom['b']} coincide on only "
        f"{seldom['observed']:.0%}, where {seldom['expected']:.0%} was to be expected: "
        f"κ = {number(seldom['value'], '.2f')}."
    )


def resolution_sentence(differences: pd.DataFrame) -> str:
    """How large a difference has to be before this benchmark can tell, as our networks show it.

    Args:
        differences: from `gcbook.views.differences.model_differences`.
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
    differs = differences["differs"].astype(bool)
    if differs.any():
        least = differences.loc[differs, "difference"].min()
        said += f", and the smallest difference that survives the correction is {least:.3f}"
    return said + "."


def human_facts(summaries: Summaries) -> dict[str, Any]:
    """How many humans there are, and on which side of the humans the networks' shape bias lies.

    Returns:
        ``n_humans, n_trials, fewest, most`` (humans a dataset), ``n_networks``.
    """
    counts = summaries.counts
    humans = counts[counts["observer_kind"] == "human"]
    who = humans[["dataset", "source", "observer"]].drop_duplicates()
    each = who.groupby("dataset").size()
    models = counts.loc[counts["observer_kind"] == "model", "observer"]
    return {
        "n_humans": len(who),
        "n_trials": int(humans["n"].sum()),
        "fewest": int(each.min()),
        "most": int(each.max()),
        "n_networks": int(models[models != HUMANS].nunique()),
    }


def claim_facts(summaries: Summaries) -> dict[str, Any]:
    """The numbers behind the paper's claims: what it prints, and what was recomputed.

    Returns:
        In words, "not computed" where the chosen datasets do not give them: ``KEY_METRIC`` for
        ``imagen, stable_diffusion, parti`` (Table 1) and for ``humans, resnet50`` (recomputed) with
        the metrics ``shape_bias, ood_accuracy, error_consistency``; ``lowest_human,
        highest_human`` (shape bias of individuals), and the counts ``n_below`` of ``n_networks``
        with a shape bias below every human's.
    """
    printed = table1().set_index("key")
    estimates = show_once(summaries.estimates)
    whole = estimates[(estimates["condition"] == "") & (estimates["category"] == "")]
    whole = whole[whole["other"].isin(["", HUMANS])]
    facts: dict[str, Any] = {}
    for metric, dataset in _PLACE.items():
        values = whole[(whole["metric"] == metric) & (whole["dataset"] == dataset)]
        by_observer = dict(zip(values["observer"], values["value"], strict=True))
        for key in ("imagen", "stable_diffusion", "parti"):
            facts[f"{key}_{metric}"] = number(float(printed[metric].to_dict()[key]), ".2f")
        for observer in (HUMANS, "resnet50"):
            facts[f"{observer}_{metric}"] = number(by_observer.get(observer, math.nan))
    bias = whole[whole["metric"] == "shape_bias"]
    people = bias[(bias["observer_kind"] == "human") & (bias["observer"] != HUMANS)]["value"]
    networks = bias[bias["observer_kind"] == "model"]["value"]
    return facts | {
        "lowest_human": number(float(people.min())),
        "highest_human": number(float(people.max())),
        "n_networks": len(networks),
        "n_below": int((networks < people.min()).sum()),
    }


def reproduction_sentence(rows: pd.DataFrame) -> str:
    """How many printed numbers of Tables 2 and 3 could be recomputed, and how many came out.

    Args:
        rows: from `gcbook.views.benchmark.benchmark_rows`.
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
    return (
        f"The paper's tables list {len(printed)} models. Single decisions are public for "
        f"{len(both)} of them ({' and '.join(both['model'])}). Of the {ours.size} numbers that "
        f"Tables 2 and 3 print for these, {same} come out to the third digit, and their mean ranks "
        f"to within {apart:.2f}. Another "
        f"{int(((rows['key'] == '') & (rows['kind'] != HUMANS_TITLE)).sum())} networks are public "
        "but not in the paper; the paper prints no row for the humans."
    )
