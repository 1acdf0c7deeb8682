"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.fine_detail.bands import COARSE, FINE, MEASURES, WHOLE, textures_bands
from gcbook.chapters.fine_detail.high_pass import DECAYS, SETS
from gcbook.chapters.fine_detail.restored import HALF, PANELS
from gcbook.claims import Interval, Number
from gcbook.miniworld.named import named_world
from gcbook.miniworld.results.kinds import DIFFUSION, short_name
from gcbook.miniworld.results.weighting import PAPER
from gcbook.paper.categories import CHANCE
from gcbook.paper.published import quoted_value

_READ = (
    ("cnn", "mini-cnn", "accuracy", {"coarse": COARSE, "fine": FINE}, ".0%"),
    ("noised", "mini-cnn-noise", "accuracy", {"coarse": COARSE, "fine": FINE}, ".0%"),
    ("latent_texture", "mini-latent", "texture_accuracy", {"whole": WHOLE, "sharp": FINE}, ".0%"),
    ("latent_bias", "mini-latent", "shape_bias", {"whole": WHOLE, "sharp": FINE}, ".2f"),
)
"""What facts are called, whose they are, of which measure, of what is left, and their form."""


def fine_detail_facts(
    world: str,
    detail: pd.DataFrame,
    textures: pd.DataFrame,
    weighted: pd.DataFrame,
    lead: pd.DataFrame,
    bands: pd.DataFrame,
    decays: pd.DataFrame,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    A fact is a number or an interval of `gcbook.claims`, a count or names. Ends of intervals are
    NaN where nothing was resampled. Gains are in thousandths of the images' variance.

    Args:
        world: of the models, by name.
        detail, weighted, lead: from `gcbook.chapters.fine_detail.restored`: ``detail_rows``,
            ``weighted_rows`` and ``lead_rows``.
        textures, bands: from `gcbook.chapters.fine_detail.bands`: ``texture_power_rows`` and
            ``band_rows``.
        decays: from `gcbook.chapters.fine_detail.high_pass.decay_rows`.
    """
    return SimpleNamespace(
        **_lost(detail),
        **_textures(textures, weighted),
        **_lead(lead),
        **_filtered(bands),
        **_decays(decays),
        pixels=named_world(world).resolution,
        input_side=Number(quoted_value("imagen_resolution"), ".0f"),
    )


def _lost(detail: pd.DataFrame) -> dict[str, Any]:
    """From which noise on more than half of each band is missed, coarse bands first."""
    gone = detail[detail["missed"] > HALF].groupby("band", sort=False)["t"].min()
    bands = detail["band"].unique()
    return {
        f"lost_{name}": Number(gone.get(band, np.nan), ".2g")
        for name, band in zip(("coarsest", "coarse", "fine", "finest"), bands, strict=True)
    }


def _textures(textures: pd.DataFrame, weighted: pd.DataFrame) -> dict[str, Any]:
    """How much of the textures, and of what the right prompt gains, lies in the textures' bands."""
    theirs = textures_bands(textures)
    fine = textures[textures["band"].isin(theirs)].groupby("texture")["share"].sum()
    inside = weighted["band"].isin(theirs)
    right = weighted.loc[weighted["panel"] == PANELS["right"], "advantage"]
    kept = weighted.loc[inside & (weighted["panel"] == PANELS["texture"]), "kept"]
    return {
        "texture_bands": theirs,
        "texture_fine": Number(fine.mean(), ".0%"),
        "right_gain_fine": Number(right[inside].sum() / right.sum(), ".0%"),
        "texture_kept": Interval(kept.min(), kept.max(), ".0%"),
    }


def _lead(lead: pd.DataFrame) -> dict[str, Any]:
    """What the shape's prompt gains, and its lead, before and after texture is lost."""
    parts = lead.set_index("part").to_dict("index")
    facts: dict[str, Any] = {
        "lost_from": Number(parts["late"]["lost_from"], ".2g"),
        "late_weight": Number(parts["late"]["weight"], ".1%"),
    }
    for name, row in parts.items():
        facts[f"shape_{name}"] = Number(1000 * row["shape"], ".2f")
        facts[f"lead_{name}"] = Number(1000 * row["lead"], "+.2f")
        facts[f"lead_{name}_interval"] = Interval(1000 * row["low"], 1000 * row["high"], "+.2f")
    return facts


def _filtered(bands: pd.DataFrame) -> dict[str, Any]:
    """What is read in coarse and in fine detail alone."""
    by = bands.set_index(["recipe", "measure", "band"])
    accuracy = bands[bands["measure"] == MEASURES["accuracy"]]
    readers = accuracy[accuracy["low"] > CHANCE].groupby("band")["recipe"].nunique()
    facts: dict[str, Any] = {
        "recipes": bands["recipe"].nunique(),
        "coarse_readers": int(readers.get(COARSE, 0)),
        "fine_readers": int(readers.get(FINE, 0)),
    }
    for start, recipe, measure, left, form in _READ:
        for name, band in left.items():
            row = by.reindex([(recipe, MEASURES[measure], band)]).iloc[0]
            facts[f"{start}_{name}"] = Number(row["value"], form)
            facts[f"{start}_{name}_interval"] = Interval(row["low"], row["high"], form)
    return facts


def _decays(decays: pd.DataFrame) -> dict[str, Any]:
    """High-pass images under the paper's weighting, and by how much others change that."""
    high = decays[decays["test_set"] == SETS["high-pass"]]
    facts: dict[str, Any] = {}
    for model in DIFFUSION:
        short = short_name(model)
        own = high[high["model"] == model].set_index("k")
        by_k = own.to_dict("index")
        paper, flat, steep = (by_k[k] for k in (PAPER, min(DECAYS), max(DECAYS)))
        facts[f"{short}_high"] = Number(paper["accuracy"], ".0%")
        facts[f"{short}_high_interval"] = Interval(paper["low"], paper["high"], ".0%")
        facts[f"{short}_high_best"] = Number(own["accuracy"].max(), ".0%")
        facts[f"{short}_commonest"] = Number(paper["commonest"], ".0%")
        for name, row in (("flat", flat), ("steep", steep)):
            facts[f"{short}_{name}"] = Number(row["change"], "+.3f")
            facts[f"{short}_{name}_interval"] = Interval(
                row["change_low"], row["change_high"], "+.3f"
            )
    return facts
