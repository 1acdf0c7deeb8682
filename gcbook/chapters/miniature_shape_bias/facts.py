"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.claims import Interval, Number
from gcbook.miniworld.named import named_world
from gcbook.miniworld.results.kinds import short_name
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.published import table1
from gcbook.stats.metrics import blind_bias, by_accident
from gcbook.stats.shape_tables import POOLED


def miniature_shape_bias_facts(
    bias: pd.DataFrame, cues: pd.DataFrame, compared: pd.DataFrame, even: pd.DataFrame, world: str
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Args:
        bias: from `gcbook.miniworld.results.scores.bias_by_shape`.
        cues: from `gcbook.chapters.miniature_shape_bias.tables.cue_rows`.
        compared: from `gcbook.miniworld.results.findings.claim_rows`, of cue conflicts.
        even: as ``bias``, with all noise levels weighted alike.
        world: the name of the world.

    Returns:
        Of each miniature, under its name without "mini-" (``pixel``, ``cnn_noise``):
        ``X_bias`` and ``X_interval``; how often it names the texture, ``X_texture``, how often it
        would by ``X_accident`` and the shape bias that this would make, ``X_blind``; its shape bias
        in the category where that is lowest and highest, ``X_least`` and ``X_most``, and their
        names, ``X_least_category`` and ``X_most_category``; over seeds ``X_seed_least`` and
        ``X_seed_most``. Of those that the paper's claims compare with the ResNet, ``X_minus_cnn``
        and its interval; of those in ``even``, ``X_even`` and its interval. ``diagnosticity`` of
        the world; and what the paper prints of ResNet-50, ``resnet50_printed``.
    """
    pooled = bias[bias["category"] == POOLED].set_index("recipe")
    printed = table1().set_index("key")["shape_bias"]["resnet50"]
    facts: dict[str, Any] = {
        "resnet50_printed": Number(printed, ".2f"),
        "diagnosticity": Number(named_world(world).diagnosticity, ".0%"),
    }
    for recipe, row in pooled.iterrows():
        name = short_name(str(recipe))
        shape, texture = (row[f"{cue}_answers"] / row["n"] for cue in ("shape", "texture"))
        each = bias[(bias["recipe"] == recipe) & bias["category"].isin(CATEGORIES)]
        each = each.dropna(subset="shape_bias").sort_values("shape_bias")
        seeds = cues.loc[cues["recipe"] == recipe, "shape_bias"]
        facts |= {
            f"{name}_bias": Number(row["shape_bias"]),
            f"{name}_interval": Interval(row["low"], row["high"]),
            f"{name}_texture": Number(texture, ".1%"),
            f"{name}_accident": Number(by_accident(shape), ".1%"),
            f"{name}_blind": Number(blind_bias(shape), ".2f"),
            f"{name}_least": Number(each["shape_bias"].iloc[0], ".2f"),
            f"{name}_least_category": each["category"].iloc[0],
            f"{name}_most": Number(each["shape_bias"].iloc[-1], ".2f"),
            f"{name}_most_category": each["category"].iloc[-1],
            f"{name}_seeds": len(seeds),
            f"{name}_seed_least": Number(seeds.min()),
            f"{name}_seed_most": Number(seeds.max()),
        }
    for _, row in compared[compared["measure"] == "shape bias"].iterrows():
        name = short_name(row["compared"].split(" ")[0])
        facts[f"{name}_minus_cnn"] = Number(row["difference"], ".2f")
        facts[f"{name}_minus_cnn_interval"] = Interval(row["low"], row["high"], ".2f")
    for _, row in even[even["category"] == POOLED].iterrows():
        name = short_name(row["recipe"])
        facts[f"{name}_even"] = Number(row["shape_bias"])
        facts[f"{name}_even_interval"] = Interval(row["low"], row["high"])
    return SimpleNamespace(**facts)
