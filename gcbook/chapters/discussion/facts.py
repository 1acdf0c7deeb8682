"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.claims import Interval, Number
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.paper.published import quoted_value, table1, table2, table3
from gcbook.stats.rows import first_row
from gcbook.stats.summaries import Summaries

_METRICS = {"bias": "shape_bias", "accuracy": "ood_accuracy", "kappa": "error_consistency"}
_NOISED = "resnet50_diffusion_noise_train_eval"
_MODELS = ("imagen", "stable_diffusion", "parti", "clip", "resnet50")


def discussion_facts(
    summaries: Summaries,
    rows: pd.DataFrame,
    weighted: pd.DataFrame,
    even: pd.DataFrame,
    leads: Mapping[str, tuple[float, float]],
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    A fact that the chosen datasets do not give is NaN or None.

    Args:
        summaries: of the published trials.
        rows: from `gcbook.stats.benchmark_tables.benchmark_rows`.
        weighted: from `gcbook.miniworld.results.scores.bias_by_shape`, of the calibrated world,
            with the paper's weighting.
        even: the same of its diffusion models, with equal weights.
        leads: by name, from `gcbook.miniworld.results.calibrated.resnet_leads`.
    """
    return SimpleNamespace(
        **_people(summaries, rows),
        **_printed(),
        **_miniatures(weighted, even),
        **{f"{name}_lead": Interval(*ends) for name, ends in leads.items()},
    )


def _people(summaries: Summaries, rows: pd.DataFrame) -> dict[str, Any]:
    """How many humans and images there are, and how consistent people's errors are."""
    humans = summaries.counts[summaries.counts["observer_kind"] == "human"]
    who = humans[["dataset", "source", "observer"]].drop_duplicates()
    each = who.groupby("dataset").size()
    kappa = first_row(rows[rows["kind"] == HUMANS_TITLE])
    images, shared = (
        summaries.provenance[name] for name in ("images", "images_in_several_datasets")
    )
    return {
        "people": len(who),
        "fewest_people": int(each.min()),
        "most_people": int(each.max()),
        "images": Number(images, ",.0f"),
        "shared_images": Number(shared, ",.0f"),
        "wider": Number(summaries.provenance["wider_by_shared_images"] - 1, ".0%"),
        "humans_kappa": Number(kappa["error_consistency"], ".2f"),
        "humans_kappa_interval": Interval(
            kappa["error_consistency_low"], kappa["error_consistency_high"]
        ),
    }


def _printed() -> dict[str, Any]:
    """What the paper prints of its models, and of how they differ."""
    printed = table1().set_index("key").to_dict("index")
    found: dict[str, Any] = {
        f"{key.removesuffix('50')}_{short}": Number(printed[key][metric], ".2f")
        for key in _MODELS
        for short, metric in _METRICS.items()
    }
    second = table2().set_index("key")
    ranks = second["mean_rank"].sort_values()
    accuracy = table3().set_index("key")["ood_accuracy"].sort_values()
    return found | {
        "noised_bias": Number(printed[_NOISED]["shape_bias"], ".2f"),
        "first_by_rank": str(ranks.index[0]),
        "first_rank": Number(ranks.iloc[0], ".2f"),
        "imagen_rank": Number(ranks["imagen"], ".2f"),
        "most_accurate": str(accuracy.index[-1]),
        "highest_accuracy": Number(accuracy.iloc[-1], ".2f"),
        **{
            f"{name}_side": Number(quoted_value(f"{name}_resolution"), ".0f")
            for name in ("imagen", "parti", "stable_diffusion")
        },
    }


def _miniatures(weighted: pd.DataFrame, even: pd.DataFrame) -> dict[str, Any]:
    """Shape biases of the miniatures that learned from the same images."""
    pooled, alike = (
        rows[rows["category"] == "pooled"].set_index("recipe")["shape_bias"]
        for rows in (weighted, even)
    )
    return {
        **{
            recipe.removeprefix("mini-"): Number(pooled[recipe], ".2f")
            for recipe in ("mini-pixel", "mini-latent", "mini-ar", "mini-cnn")
        },
        "pixel_even": Number(alike["mini-pixel"], ".2f"),
    }
