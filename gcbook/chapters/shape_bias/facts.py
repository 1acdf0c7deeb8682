"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.claims import Interval, Number
from gcbook.paper.categories import CATEGORIES, CHANCE
from gcbook.paper.observers import HUMANS_TITLE, published_rows
from gcbook.paper.published import quoted_value
from gcbook.stats.rows import first_row
from gcbook.stats.shape_tables import POOLED, fig1_overview, people_and_networks, pooled_bias

_SIN = "ResNet-50 (SIN)"
_NOISED = "ResNet-50, diffusion noise in training and test"


def shape_bias_facts(
    bias: pd.DataFrame,
    tests: pd.DataFrame,
    spread: pd.DataFrame,
    accuracies: pd.DataFrame,
    table1: pd.DataFrame,
    differences: pd.DataFrame,
    named: pd.DataFrame,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Facts are of the published observers. A fact is a number or an interval of `gcbook.claims`, a
    count or a name. Where the parameters leave an observer out or resample nothing, it is NaN or
    None.

    Args:
        bias, spread, accuracies: from `gcbook.stats.shape_tables`: ``bias_by_category``,
            ``category_spread`` and ``cue_accuracies``.
        tests: from `gcbook.stats.differences.against_humans`.
        table1: from `gcbook.stats.benchmark_tables.table1_recomputed`.
        differences: from `gcbook.stats.differences.model_differences`, of shape bias.
        named: from `gcbook.stats.benchmark_tables.shape_bias_rows`.
    """
    tables = bias, tests, spread, accuracies, named
    bias, tests, spread, accuracies, named = map(published_rows, tables)
    return SimpleNamespace(
        **_averages(pooled_bias(bias)),
        **_training(pooled_bias(bias), differences),
        **_categories(fig1_overview(bias), bias),
        **_tests(tests),
        **_boxes(bias, spread),
        **_cues(accuracies),
        **_named(named),
        **_table1(table1),
    )


def _averages(ranking: pd.DataFrame) -> dict[str, Any]:
    """Pooled shape bias: humans, networks, what the paper prints, and ResNet-50's two averages."""
    people, networks = people_and_networks(ranking)
    bias = ranking.set_index("observer")["shape_bias"]
    imagen, stable_diffusion, parti = (
        Number(bias.get(name), ".2f") for name in ("Imagen", "Stable Diffusion", "Parti")
    )
    resnet50 = _of(ranking, "ResNet-50")
    high = ranking.set_index("observer")["high"].reindex(networks.index)
    return {
        "humans": Number(bias.get(HUMANS_TITLE)),
        "humans_interval": _ends(_of(ranking, HUMANS_TITLE)),
        "lowest_human": Number(people.min()),
        "highest_human": Number(people.max()),
        "people": len(people),
        "people_above": int((people > max(stable_diffusion, parti)).sum()),
        "imagen": imagen,
        "stable_diffusion": stable_diffusion,
        "parti": parti,
        "networks": len(networks),
        "networks_for_texture": int((high < 0.5).sum()) if high.notna().any() else None,
        "resnet50": Number(resnet50["shape_bias"]),
        "resnet50_mean": Number(resnet50["category_mean"]),
        "bagnets_last": int(networks.index[-3:].str.startswith("BagNet").sum()),
    }


def _training(ranking: pd.DataFrame, differences: pd.DataFrame) -> dict[str, Any]:
    """Differences from the ResNet-50 that was trained on ImageNet."""
    resnet50 = _ends(_of(ranking, "ResNet-50"))
    bagnets = ranking[ranking["observer"].str.startswith("BagNet")]
    beside = differences[differences["lower"] == "ResNet-50"]
    swag = beside[beside["higher"].str.startswith("SWAG")]
    behind = differences[differences["higher"] == "ResNet-50"]["lower"].str.startswith("SWAG")
    return {
        "sin_over_resnet": _ends(_of(ranking, _SIN)) - resnet50,
        "bagnets_behind": tuple(resnet50 - _ends(row) for _, row in bagnets.iterrows()) or None,
        "swag": len(swag) + int(behind.sum()),
        "swag_over_resnet": tuple(_ends(row) for _, row in swag.iterrows()) or None,
    }


def _categories(overview: pd.DataFrame, bias: pd.DataFrame) -> dict[str, Any]:
    """Where the humans are least sure of the shape, and how two categories part the networks."""
    weakest = overview.nsmallest(3, "humans")
    known = overview.dropna(subset="models_median").sort_values("models_median")
    hardest, easiest = first_row(known), first_row(known.tail(1))
    networks = bias[bias["kind"] != HUMANS_TITLE].set_index("observer")
    hard, easy = (networks[networks["category"] == each["category"]] for each in (hardest, easiest))
    apart = easy["low"] > hard["high"].reindex(easy.index)
    people = overview.rename(columns={"humans_low": "low", "humans_high": "high"})
    return {
        "people_by_category": tuple(_ends(row) for _, row in people.iterrows()),
        "categories_apart": int(apart.sum()) if easy["low"].notna().any() else None,
        "weakest": tuple(weakest["category"]),
        "weakest_bias": tuple(Number(value, ".2f") for value in weakest["humans"]),
        "hardest": hardest["category"],
        "hardest_median": Number(hardest["models_median"], ".2f"),
        "easiest": easiest["category"],
        "easiest_median": Number(easiest["models_median"], ".2f"),
    }


def _tests(tests: pd.DataFrame) -> dict[str, Any]:
    """Networks against humans; nothing where nothing was resampled."""
    below = tests["differs"].eq(True) & (tests["difference"] < 0)
    decided = tests["differs"].isin([True, False]).any()
    nearest = first_row(tests)
    return {
        "tested": len(tests) or None,
        "tested_below_humans": int(below.sum()) if decided else None,
        "nearest": nearest["model"],
        "nearest_difference": Number(nearest["difference"]),
        "nearest_interval": Interval(nearest["low"], nearest["high"]),
        "largest_p": Number(tests["p_corrected"].max(), ".2g"),
    }


def _boxes(bias: pd.DataFrame, spread: pd.DataFrame) -> dict[str, Any]:
    """How far shape bias varies over categories."""
    each = bias[bias["category"].isin(CATEGORIES) & (bias["observer"] != HUMANS_TITLE)]
    ranges = each.groupby(["kind", "observer"])["shape_bias"].agg(np.ptp)
    person = ranges.index.get_level_values("kind") == HUMANS_TITLE
    length = spread["q3"] - spread["q1"]
    humans = spread["kind"] == HUMANS_TITLE
    networks = spread["q1"].notna() & ~humans
    return {
        "categories": each["category"].nunique(),
        "least_network_range": Number(ranges[~person].min(), ".2f"),
        "people_as_wide": int((ranges[person] >= ranges[~person].min()).sum()),
        "human_box": Number(length[humans].median(), ".2f"),
        "network_box": Number(length[networks].median(), ".2f"),
    }


def _cues(accuracies: pd.DataFrame) -> dict[str, Any]:
    """How often shape, texture and neither are named."""
    pooled = accuracies[accuracies["category"] == POOLED]
    single = pooled[pooled["observer"] != HUMANS_TITLE].sort_values("other_answers")
    least, most = single.iloc[0], single.iloc[-1]
    humans = single["kind"] == HUMANS_TITLE
    networks = single[~humans]
    others = networks[networks["observer"] != _SIN]
    sin, inception, swag = (_of(pooled, name) for name in (_SIN, "Inception v3", "SWAG ViT-L/16"))
    times = networks.assign(
        shape_times=networks["shape_accuracy"] / CHANCE,
        texture_times=networks["texture_accuracy"] / CHANCE,
        off=(networks["shape_bias"] - 0.5).abs(),
    )
    even = first_row(times.dropna(subset="off").sort_values("off", kind="stable"))
    return {
        "neither_least": Number(least["other_answers"], ".0%"),
        "neither_least_who": least["observer"],
        "neither_most": Number(most["other_answers"], ".0%"),
        "neither_most_who": most["observer"],
        "least_human_shape": Number(single.loc[humans, "shape_accuracy"].min(), ".0%"),
        "sin_shape": Number(sin["shape_accuracy"], ".0%"),
        "sin_texture": Number(sin["texture_accuracy"], ".0%"),
        "others_most_shape": Number(others["shape_accuracy"].max(), ".0%"),
        "others_least_texture": Number(others["texture_accuracy"].min(), ".0%"),
        "inception": Number(inception["shape_bias"]),
        "inception_neither": Number(inception["other_answers"], ".0%"),
        "swag_l": Number(swag["shape_bias"]),
        "swag_l_neither": Number(swag["other_answers"], ".0%"),
        "even": even["observer"],
        "even_bias": Number(even["shape_bias"], ".2f"),
        "even_shape_times": Number(even["shape_times"], ".1f"),
        "even_texture_times": Number(even["texture_times"], ".1f"),
    }


def _named(rows: pd.DataFrame) -> dict[str, Any]:
    """How much less often the ResNet-50 of Stylized-ImageNet names the texture than others do."""
    networks = rows[rows["kind"] != HUMANS_TITLE].dropna(subset="texture_accuracy")
    ends = {
        row["model"]: Interval(row["texture_accuracy_low"], row["texture_accuracy_high"])
        for _, row in networks.iterrows()
    }
    sin = ends.pop(_SIN, Interval(None, None))
    return {"sin_less_texture": tuple(other - sin for other in ends.values()) or None}


def _table1(rows: pd.DataFrame) -> dict[str, Any]:
    """What the paper prints: of people, ViT-22B, ResNet-50 with and without diffusion noise."""
    rows = rows.set_index("model")
    resnet50: Any = rows.loc["ResNet-50"]
    bias, accuracy, consistency = (
        rows[f"{metric}_published"]
        for metric in ("shape_bias", "ood_accuracy", "error_consistency")
    )
    resnets = bias.drop(_NOISED).filter(regex="^ResNet-50")
    return {
        "humans_printed": Number(quoted_value("human_shape_bias"), ".0%"),
        "lowest_human_printed": Number(quoted_value("human_shape_bias_lowest"), ".0%"),
        "highest_human_printed": Number(quoted_value("human_shape_bias_highest"), ".0%"),
        "vit_22b": Number(bias["ViT-22B-384"], ".2f"),
        "resnet50_printed": Number(bias["ResNet-50"], ".0%"),
        "resnet50_accuracy": Number(resnet50["ood_accuracy"]),
        "resnet50_accuracy_printed": Number(accuracy["ResNet-50"], ".2f"),
        "resnet50_consistency": Number(resnet50["error_consistency"]),
        "resnet50_consistency_printed": Number(consistency["ResNet-50"], ".2f"),
        "noised_bias": Number(bias[_NOISED], ".2f"),
        "noised_accuracy": Number(accuracy[_NOISED], ".2f"),
        "noised_consistency": Number(consistency[_NOISED], ".2f"),
        "other_resnets_most_bias": Number(resnets.max(), ".2f"),
        "others_least_accuracy": Number(accuracy.drop(_NOISED).min(), ".2f"),
        "others_least_consistency": Number(consistency.drop(_NOISED).min(), ".2f"),
    }


def _of(table: pd.DataFrame, observer: str) -> "pd.Series[Any]":
    return first_row(table[table["observer"] == observer])


def _ends(row: "pd.Series[Any]") -> Interval:
    return Interval(row["low"], row["high"])
