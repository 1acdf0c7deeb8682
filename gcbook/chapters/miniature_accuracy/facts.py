"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.chapters.miniature_accuracy.tables import KINDS, Consistency
from gcbook.claims import Interval, Number
from gcbook.miniworld.results.calibrated import CALIBRATED, UNCALIBRATED
from gcbook.miniworld.results.consistency import GROUPS
from gcbook.miniworld.results.kinds import short_name, side_of
from gcbook.miniworld.results.panel import OOD_SETS
from gcbook.miniworld.results.scores import SET_TITLES
from gcbook.paper.categories import CHANCE

_MEASURES = {"All test sets": "ood", "Low-pass": "blur", "High-pass": "fine"}
_PREFIXES = {CALIBRATED: "", UNCALIBRATED: "default_"}
_GROUPS = {GROUPS[0]: "other", GROUPS[1]: "conflict"}
"""How names of facts of a world begin, and those of a group of images go on."""


def miniature_accuracy_facts(
    differences: pd.DataFrame,
    by_set: pd.DataFrame,
    leads: pd.DataFrame,
    found: Sequence[Consistency],
    lost: pd.DataFrame,
    raced: pd.DataFrame,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Args:
        differences: from `gcbook.chapters.miniature_accuracy.tables.difference_rows`, with
            ``world``.
        by_set: from `gcbook.miniworld.results.scores.accuracy_by_set`, with ``world``.
        leads: from `gcbook.chapters.miniature_accuracy.tables.lead_rows`, of the default world.
        found: from `gcbook.chapters.miniature_accuracy.tables.consistency_of`.
        lost: from `gcbook.chapters.miniature_accuracy.tables.lost_rows`.
        raced: from `gcbook.chapters.miniature_accuracy.tables.raced_rows`.

    Returns:
        Of either world (those of the default one in names with ``default_``) the differences
        ``ood_X`` and ``blur_X`` of a generator from the ResNet, and ``fine_X`` of another generator
        from pixel diffusion on high-pass images, with ``…_interval``; and error consistency on
        ``conflict`` and ``other`` images, by kind of pair. What the paper prints,
        ``X_printed``; accuracies on high-pass images, and the smallest difference of the
        autoregressive model's that would have been seen; by how much the ResNet's lead in the
        default world is larger where shape is all that counts; how often lost turned objects are
        named; and accuracies on distorted images with ``few`` draws and ``raced``.
    """
    facts: dict[str, Any] = {"sets": len(OOD_SETS), "chance": Number(CHANCE, ".0%")}
    for row in differences.to_dict("records"):
        measure, name = _MEASURES[row["test_set"]], short_name(row["a"])
        key = f"{_PREFIXES[row['world']]}{measure}_{name}"
        facts[key] = Number(row["difference"], "+.2f")
        facts[f"{key}_interval"] = Interval(row["low"], row["high"], "+.2f")
        if measure == "ood":
            facts[f"{name}_printed"] = Number(row["paper"], "+.2f")
    for each in found:
        prefix = f"{_PREFIXES[each.world]}{_GROUPS[each.group]}"
        facts |= {f"{prefix}_{name}": value for name, value in _group(each).items()}
    for row in lost.to_dict("records"):
        name = short_name(row["model"])
        facts[f"{name}_lost_right"] = Number(row["accuracy"], ".0%")
        facts[f"{name}_lost_interval"] = Interval(row["low"], row["high"], ".0%")
    for row in by_set[by_set["dataset"] == SET_TITLES["high-pass"]].to_dict("records"):
        key = f"{_PREFIXES[row['world']]}{short_name(row['recipe'])}_high_pass"
        facts[key] = Number(row["value"], ".0%")
        facts[f"{key}_interval"] = Interval(row["low"], row["high"], ".0%")
    for row in raced.to_dict("records"):
        name = f"{_PREFIXES[row['world']]}{short_name(row['model'])}"
        facts |= {f"{name}_{way}": Number(row[way], ".3f") for way in ("few", "raced")}
        facts[f"{name}_gained"] = Interval(row["low"], row["high"], "+.3f")
    widths = [
        high - low for low, high in (facts["fine_ar_interval"], facts["default_fine_ar_interval"])
    ]
    facts["fine_ar_smallest"] = Number(max(widths) / 2, ".2f")
    return SimpleNamespace(**facts, **_leads(leads))


def _leads(leads: pd.DataFrame) -> dict[str, Any]:
    """How much further the ResNet leads each generator where shape is all that counts."""
    ends = zip(leads["low"], leads["high"], strict=True)
    return {
        "more_by_shape": tuple(Interval(*each, "+.2f") for each in ends),
        "least_lead_by_shape": Number(leads["by_shape"].min(), ".2f"),
        "most_lead_elsewhere": Number(leads["elsewhere"].max(), ".2f"),
    }


def _group(each: Consistency) -> dict[str, Any]:
    """Of one world and group of images the clusters, and error consistency by kind of pair."""
    of = each.sides
    facts: dict[str, Any] = {
        # Whether each half of the tree has models of one side alone.
        "pure": all(len(set(map(side_of, half))) == 1 for half in each.halves),
        "smaller_half": tuple(
            sorted({short_name(name).partition("_seed")[0] for name in min(each.halves, key=len)})
        ),
        "lead": Interval(*each.lead, "+.2f"),
        "closer": tuple(Interval(*ends, "+.2f") for ends in each.closer),
    }
    for gap in ("gap", "gap_share", "generative_gap", "generative_gap_share"):
        facts[gap] = Number(of[gap], "+.2f")
        facts[f"{gap}_interval"] = Interval(of[f"{gap}_low"], of[f"{gap}_high"], "+.2f")
    facts["seeds_over"] = tuple(
        Interval(of[f"seeds_over_{kind}_low"], of[f"seeds_over_{kind}_high"], "+.2f")
        for kind in KINDS
        if kind != "seeds"
    )
    for side, name in (("discriminative", "classifiers"), ("generative", "generators")):
        right = [share for model, share in each.right.items() if side_of(model) == side]
        facts[f"{name}_right"] = Interval(min(right), max(right), ".0%")
    for kind in KINDS:
        facts[kind] = Number(of[kind], ".2f")
        facts[f"{kind}_interval"] = Interval(of[f"{kind}_low"], of[f"{kind}_high"], ".2f")
        facts[f"{kind}_share"] = Number(of[f"{kind}_share"], ".0%")
    return facts
