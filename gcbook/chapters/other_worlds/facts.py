"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.other_worlds.tables import MEASURES, NOISE_TRAINED
from gcbook.claims import Number
from gcbook.miniworld.results.shipped import model_card
from gcbook.miniworld.results.worlds import CLASSIFIER, GENERATOR, POINT, Trained
from gcbook.miniworld.training.worlds import CONTRASTS, DIAGNOSTICITIES, GRID
from gcbook.stats.correlation import correlate
from gcbook.stats.rows import first_row

_NAMES = {CLASSIFIER: "cnn", NOISE_TRAINED: "noise", GENERATOR: "pixel"}


def other_worlds_facts(
    models: Sequence[Trained],
    cells: pd.DataFrame,
    signs: pd.DataFrame,
    seeds: pd.DataFrame,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    A fact of a model that the map lacks, and an interval where nothing was resampled, is NaN.

    Args:
        models: of the map.
        cells, seeds: from `gcbook.chapters.other_worlds.tables`: ``map_rows`` and ``seed_rows``.
        signs: from `gcbook.miniworld.results.worlds.sign_rows`.
    """
    return SimpleNamespace(
        worlds=len(GRID),
        diagnosticities=", ".join(f"{value:g}" for value in DIAGNOSTICITIES),
        contrasts=", ".join(f"{value:g}" for value in CONTRASTS),
        **_training(models),
        **_on_the_map(cells),
        **_comparison(signs),
        **_variants(signs),
        **_trends(signs),
        **_seeds(seeds),
    )


def _training(models: Sequence[Trained]) -> dict[str, Any]:
    """Images of a training, and as a share of those of the same recipe in other chapters."""
    budgets = [one.budget for one in models]
    found: dict[str, Any] = {
        "images_least": Number(min(budgets), ",.0f"),
        "images_most": Number(max(budgets), ",.0f"),
    }
    for recipe, name in _NAMES.items():
        own = (one.budget for one in models if one.job.model == recipe and not one.job.variant)
        seen = next(own, np.nan) / int(model_card(recipe)["images_seen"])
        found[f"{name}_seen"] = Number(seen, ".0%")
    return found


def _on_the_map(cells: pd.DataFrame) -> dict[str, Any]:
    """Of each recipe: where it is least and most shape-biased."""
    plain = cells[(cells["variant"] == "") & (cells["measure"] == MEASURES["shape_bias"])]
    found: dict[str, Any] = {}
    for recipe, name in _NAMES.items():
        bias = plain[plain["recipe"] == recipe].dropna(subset="value").sort_values("value")
        for end, row in (("least", first_row(bias)), ("most", first_row(bias[::-1]))):
            found[f"{name}_{end}"] = Number(row["value"], ".2f")
            found |= {f"{name}_{end}_{key}": Number(row[key], ".2f") for key in ("low", "high")}
            found |= {f"{name}_{end}_{key}": Number(row[key], "g") for key in POINT}
        found[f"{name}_blind_least"] = Number(bias["blind"].min(), ".2f")
    return found


def _comparison(signs: pd.DataFrame) -> dict[str, Any]:
    """In how many worlds the diffusion model is clearly more or less shape-biased."""
    plain = signs[signs["variant"] == ""]
    return {
        "compared": len(plain),
        "more": int((plain["low"] > 0).sum()),
        "less": int((plain["high"] < 0).sum()),
        "unclear": int(((plain["low"] <= 0) & (plain["high"] >= 0)).sum()),
        "difference_least": Number(plain["difference"].min(), "+.2f"),
        "difference_most": Number(plain["difference"].max(), "+.2f"),
    }


def _variants(signs: pd.DataFrame) -> dict[str, Any]:
    """What training for longer, and on whole images, does to the difference."""
    plain = signs[signs["variant"] == ""].set_index(POINT)["difference"]
    found: dict[str, Any] = {}
    for variant in ("longer", "whole"):
        rows = signs[signs["variant"] == variant].set_index(POINT)
        before = plain.reindex(rows.index)
        turned = ((rows["low"] > 0) & (before < 0)) | ((rows["high"] < 0) & (before > 0))
        found |= {
            f"{variant}_turned": int(turned.sum()),
            f"{variant}_change": Number((rows["difference"] - before).abs().max(), ".2f"),
        }
    return found


def _trends(signs: pd.DataFrame) -> dict[str, Any]:
    """With which property of a world the difference goes, by Spearman's coefficient.

    Only over a whole grid does one property say nothing of the other.
    """
    plain = signs[signs["variant"] == ""].dropna(subset="difference")
    whole = {(one.diagnosticity, one.contrast) for one in GRID} <= set(
        plain[POINT].itertuples(index=False, name=None)
    )
    found: dict[str, Any] = {}
    for name in POINT:
        r, p = np.nan, np.nan
        if whole:
            ranked = correlate(plain[name], plain["difference"])[1]
            r, p = ranked.r, ranked.p
        found |= {f"{name}_rho": Number(r, "+.2f"), f"{name}_p": Number(p, ".2g")}
    return found


def _seeds(rows: pd.DataFrame) -> dict[str, Any]:
    """How far two trainings lie apart, and all pairs of them where both models have several."""
    groups = rows.groupby([*POINT, "recipe"])["shape_bias"].agg(["min", "max", "count"])
    several = groups[groups["count"] > 1].reset_index("recipe")
    own = {name: several[several["recipe"] == recipe] for recipe, name in _NAMES.items()}
    found: dict[str, Any] = {}
    for name, each in own.items():
        found[f"{name}_several"] = len(each)
        found[f"{name}_apart"] = Number((each["max"] - each["min"]).max(), ".2f")
    pixel, cnn = own[_NAMES[GENERATOR]], own[_NAMES[CLASSIFIER]]
    return found | {
        "pairings_low": Number((pixel["min"] - cnn["max"]).min(), "+.2f"),
        "pairings_high": Number((pixel["max"] - cnn["min"]).max(), "+.2f"),
    }
