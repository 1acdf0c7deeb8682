"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.claims import Interval, Number
from gcbook.paper.categories import CATEGORIES, CHANCE
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.paper.published import quoted_value
from gcbook.stats.shape_tables import POOLED, fig1_overview

__all__ = ["shape_bias_facts"]

_NO_ROW: "pd.Series[Any]" = pd.Series(dtype=float)
_SIN = "ResNet-50 (SIN)"
_NOISED = "ResNet-50, diffusion noise in training and test"


def shape_bias_facts(
    bias: pd.DataFrame,
    ranking: pd.DataFrame,
    tests: pd.DataFrame,
    spread: pd.DataFrame,
    accuracies: pd.DataFrame,
    table1: pd.DataFrame,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    A fact is a number or an interval of `gcbook.claims`, a count or a name. Where the parameters
    leave an observer out or resample nothing, it is NaN or None.

    Args:
        bias, ranking, spread, accuracies: from `gcbook.stats.shape_tables`: ``bias_by_category``,
            ``pooled_bias``, ``category_spread`` and ``cue_accuracies``.
        tests: from `gcbook.stats.differences.against_humans`.
        table1: from `gcbook.stats.benchmark_tables.table1_recomputed`.
    """
    return SimpleNamespace(
        **_averages(ranking),
        **_categories(fig1_overview(bias)),
        **_tests(tests),
        **_boxes(bias, spread),
        **_cues(accuracies),
        **_table1(table1),
    )


def _averages(ranking: pd.DataFrame) -> dict[str, Any]:
    """Pooled shape bias: humans, networks, what the paper prints, and ResNet-50's two averages."""
    by_name = _by_observer(ranking)
    recomputed = ranking[ranking["source"] == "recomputed"]
    humans = recomputed["kind"] == HUMANS_TITLE
    people = recomputed.loc[humans & (recomputed["observer"] != HUMANS_TITLE), "shape_bias"]
    networks = recomputed[~humans].sort_values("shape_bias", ascending=False)
    last = networks["observer"].tail(3)
    printed = {
        name: _number(by_name.get(name), "shape_bias", ".2f")
        for name in ("Imagen", "Stable Diffusion", "Parti")
    }
    resnet50 = by_name.get("ResNet-50", _NO_ROW)
    return {
        "humans": _number(by_name.get(HUMANS_TITLE), "shape_bias"),
        "lowest_human": Number(people.min()),
        "highest_human": Number(people.max()),
        "people": len(people),
        "people_above": int((people > max(printed["Stable Diffusion"], printed["Parti"])).sum()),
        "imagen": printed["Imagen"],
        "stable_diffusion": printed["Stable Diffusion"],
        "parti": printed["Parti"],
        "networks": len(networks),
        "networks_for_texture": int((networks["shape_bias"] < 0.5).sum()),
        "resnet50": _number(resnet50, "shape_bias"),
        "resnet50_mean": _number(resnet50, "category_mean"),
        "resnet50_sin": _number(by_name.get(_SIN), "shape_bias"),
        "swag_after_sin": int(networks["observer"].iloc[1:5].str.startswith("SWAG").sum()),
        "bagnets_last": int(last.str.startswith("BagNet").sum()),
    }


def _categories(overview: pd.DataFrame) -> dict[str, Any]:
    """Where the humans are least sure of the shape, and what the median network does."""
    weakest = overview.nsmallest(3, "humans")
    ordered = overview.dropna(subset="models_median").sort_values("models_median")
    hardest, easiest = (ordered.iloc[0], ordered.iloc[-1]) if len(ordered) else (_NO_ROW, _NO_ROW)
    return {
        "weakest": tuple(weakest["category"]),
        "weakest_bias": tuple(Number(value, ".2f") for value in weakest["humans"]),
        "hardest": _name(hardest, "category"),
        "hardest_median": _number(hardest, "models_median", ".2f"),
        "easiest": _name(easiest, "category"),
        "easiest_median": _number(easiest, "models_median", ".2f"),
        "easiest_low": _number(easiest, "models_low", ".2f"),
        "easiest_high": _number(easiest, "models_high", ".2f"),
    }


def _tests(tests: pd.DataFrame) -> dict[str, Any]:
    """Networks against humans; nothing where nothing was resampled."""
    below = tests["differs"].eq(True) & (tests["difference"] < 0)
    decided = tests["differs"].isin([True, False]).any()
    nearest = tests.iloc[0] if len(tests) else _NO_ROW
    return {
        "tested": len(tests) or None,
        "tested_below_humans": int(below.sum()) if decided else None,
        "nearest": _name(nearest, "model"),
        "nearest_difference": _number(nearest, "difference"),
        "nearest_interval": _interval(nearest, "low", "high"),
        "largest_p": Number(tests["p_corrected"].max(), ".2g"),
    }


def _boxes(bias: pd.DataFrame, spread: pd.DataFrame) -> dict[str, Any]:
    """How far shape bias varies over categories, and where the average lies beside the median."""
    each = bias[bias["category"].isin(CATEGORIES) & (bias["observer"] != HUMANS_TITLE)]
    person = each["kind"] == HUMANS_TITLE
    people, ranges = (
        of_kind.groupby("observer")["shape_bias"].agg(np.ptp)
        for of_kind in (each[person], each[~person])
    )
    length = spread["q3"] - spread["q1"]
    humans = spread["kind"] == HUMANS_TITLE
    networks = spread["q1"].notna() & ~humans
    right = (spread["average"] > spread["median"]) & networks
    return {
        "categories": each["category"].nunique(),
        "least_network_range": Number(ranges.min(), ".2f"),
        "people_as_wide": int((people >= ranges.min()).sum()),
        "human_box": Number(length[humans].median(), ".2f"),
        "network_box": Number(length[networks].median(), ".2f"),
        "networks_average_above_median": int(right.sum()),
    }


def _cues(accuracies: pd.DataFrame) -> dict[str, Any]:
    """How often shape, texture and neither are named."""
    pooled = accuracies[accuracies["category"] == POOLED]
    by_name = _by_observer(pooled)
    single = pooled[pooled["observer"] != HUMANS_TITLE].sort_values("other_answers")
    humans = single["kind"] == HUMANS_TITLE
    networks = single[~humans]
    others = networks[networks["observer"] != _SIN]
    sin, inception, swag = (
        by_name.get(name, _NO_ROW) for name in (_SIN, "Inception v3", "SWAG ViT-L/16")
    )
    even = _row_at_least(networks, (networks["shape_bias"] - 0.5).abs())
    return {
        "neither_least": _number(single.iloc[0], "other_answers", ".0%"),
        "neither_least_who": _name(single.iloc[0]),
        "neither_most": _number(single.iloc[-1], "other_answers", ".0%"),
        "neither_most_who": _name(single.iloc[-1]),
        "least_human_shape": Number(single.loc[humans, "shape_accuracy"].min(), ".0%"),
        "sin_shape": _number(sin, "shape_accuracy", ".0%"),
        "sin_texture": _number(sin, "texture_accuracy", ".0%"),
        "others_most_shape": Number(others["shape_accuracy"].max(), ".0%"),
        "others_least_texture": Number(others["texture_accuracy"].min(), ".0%"),
        "inception": _number(inception, "shape_bias"),
        "inception_neither": _number(inception, "other_answers", ".0%"),
        "swag": _number(swag, "shape_bias"),
        "swag_neither": _number(swag, "other_answers", ".0%"),
        "even": _name(even),
        "even_bias": _number(even, "shape_bias", ".2f"),
        "even_shape_times": Number(even.get("shape_accuracy", np.nan) / CHANCE, ".1f"),
        "even_texture_times": Number(even.get("texture_accuracy", np.nan) / CHANCE, ".1f"),
    }


def _table1(rows: pd.DataFrame) -> dict[str, Any]:
    """What the paper prints: of people, ViT-22B, ResNet-50 with and without diffusion noise."""
    by_name = {str(row["model"]): row for _, row in rows.iterrows()}
    resnet50, noised = by_name["ResNet-50"], by_name[_NOISED]
    others = rows[rows["model"] != _NOISED]
    resnets = others[others["model"].str.startswith("ResNet-50")]
    return {
        "humans_printed": Number(quoted_value("human_shape_bias"), ".0%"),
        "lowest_human_printed": Number(quoted_value("human_shape_bias_lowest"), ".0%"),
        "highest_human_printed": Number(quoted_value("human_shape_bias_highest"), ".0%"),
        "vit_22b": _number(by_name["ViT-22B-384"], "shape_bias_published", ".2f"),
        "resnet50_printed": _number(resnet50, "shape_bias_published", ".0%"),
        "resnet50_accuracy": _number(resnet50, "ood_accuracy"),
        "resnet50_accuracy_printed": _number(resnet50, "ood_accuracy_published", ".2f"),
        "resnet50_consistency": _number(resnet50, "error_consistency"),
        "resnet50_consistency_printed": _number(resnet50, "error_consistency_published", ".2f"),
        "noised_bias": _number(noised, "shape_bias_published", ".2f"),
        "noised_accuracy": _number(noised, "ood_accuracy_published", ".2f"),
        "noised_consistency": _number(noised, "error_consistency_published", ".2f"),
        "other_resnets_most_bias": Number(resnets["shape_bias_published"].max(), ".2f"),
        "others_least_accuracy": Number(others["ood_accuracy_published"].min(), ".2f"),
        "others_least_consistency": Number(others["error_consistency_published"].min(), ".2f"),
    }


def _by_observer(table: pd.DataFrame) -> Mapping[str, pd.Series]:
    return {str(row["observer"]): row for _, row in table.iterrows()}


def _row_at_least(table: pd.DataFrame, values: pd.Series) -> pd.Series:
    """The row at which values, which belong to the rows, are least."""
    known = values.dropna()
    return table.loc[known.index].iloc[int(known.to_numpy().argmin())] if len(known) else _NO_ROW


def _number(row: pd.Series | None, column: str, form: str = ".3f") -> Number:
    return Number(np.nan if row is None else row.get(column, np.nan), form)


def _interval(row: pd.Series, low: str, high: str) -> Interval:
    return Interval(row.get(low, np.nan), row.get(high, np.nan))


def _name(row: pd.Series | None, column: str = "observer") -> str | None:
    return None if row is None else row.get(column)
