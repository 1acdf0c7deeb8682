"""Does shape gain on texture at the noise at which texture has been lost?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.chapters.fine_detail.prompted import weights_of
from gcbook.chapters.fine_detail.restored import MEAN
from gcbook.miniworld.results.course import PAPERS
from gcbook.stats.clustered import clustered_sums
from gcbook.stats.resampling import Resampling
from gcbook.stats.words import number, span

__all__ = ["lead_rows", "lead_sentence"]

HALF = 0.5
"""Of the power: bands of which more is missed are lost."""


def lead_rows(
    powers: pd.DataFrame,
    bands: Sequence[str],
    *,
    resampling: Resampling = Resampling(),
) -> pd.DataFrame:
    """What the paper's weights add up for either cue, below and above where texture is lost.

    Texture is lost from the time on from which more than half of the power in its bands is missed
    under its own prompt.

    Args:
        powers, draws, confidence, seed: see `gcbook.chapters.fine_detail.prompted.advantage_rows`.
        bands: of the textures, see `gcbook.chapters.fine_detail.texture_bands.textures_bands`.

    Returns:
        Rows "less" (noise than at that time), "more" (that, or more) and "all": ``bands``, in
        words, ``lost_from`` (NaN: nowhere), ``weight`` (share of it), ``shape, texture`` (what
        their prompts gain in all bands, see `gcbook.chapters.fine_detail.prompted.advantage_rows`)
        and ``lead, low, high``, by how much the first is larger.
    """
    conflicts = powers[powers["test_set"] == "cue-conflict"]
    conflicts = conflicts.assign(variance=conflicts["clean"].where(conflicts["band"] != MEAN, 0.0))
    own = conflicts[(conflicts["prompt"] == "texture") & conflicts["band"].isin(bands)]
    sums = own.groupby("t")[["error", "clean"]].sum()
    missed = (sums["error"] / sums["clean"]).sort_index()
    lost = missed.index[(missed > HALF).iloc[::-1].cummin().iloc[::-1]]
    lost_from = float(lost[0]) if len(lost) else np.nan

    one = ["image_id", "category", "silhouette", "t"]
    errors = conflicts.groupby([*one, "prompt"])[["error", "variance"]].sum().unstack("prompt")
    error, weights = pd.DataFrame(errors["error"]), weights_of(PAPERS, conflicts["t"])
    others = error[[name for name in error if str(name).startswith("other")]].mean(axis="columns")
    weight = errors.index.get_level_values("t").map(weights)
    table = pd.DataFrame(
        {
            "shape": (others - error["shape"]) * weight,
            "texture": (others - error["texture"]) * weight,
            "whole": errors["variance"]["shape"] * weight,
        }
    ).reset_index()
    table["part"] = np.where(table["t"] >= lost_from, "more", "less")
    keys, sums_of = clustered_sums(
        table, ["part"], ["shape", "texture", "whole"], resampling=resampling
    )
    whole = sums_of["whole"].sum(axis=0)
    rows = []
    for part, parts in (("less", ["less"]), ("more", ["more"]), ("all", ["less", "more"])):
        here = keys["part"].isin(parts).to_numpy()
        shape, texture = (sums_of[name][here].sum(axis=0) / whole for name in ("shape", "texture"))
        low, high = resampling.interval(shape - texture)
        rows.append(
            {
                "part": part,
                "bands": " and ".join(bands),
                "lost_from": lost_from,
                "weight": sum(
                    weight
                    for t, weight in weights.items()
                    if ("more" if t >= lost_from else "less") in parts
                ),
                "shape": shape[0],
                "texture": texture[0],
                "lead": shape[0] - texture[0],
                "low": float(low),
                "high": float(high),
            }
        )
    return pd.DataFrame(rows)


def lead_sentence(rows: pd.DataFrame) -> str:
    """Say whether the shape's prompt gains on the texture's where texture has been lost.

    Args:
        rows: from `lead_rows`.
    """
    less, more, whole = (rows[rows["part"] == part].iloc[0] for part in ("less", "more", "all"))
    if whole.isna()[["low", "high"]].any():
        return "Nothing was resampled, so it cannot be said where shape clearly gains."
    if np.isnan(whole["lost_from"]):
        return (
            f"Of the textures' bands, {whole['bands']} cycles, no more than half of the power is "
            "missed at any noise, so no loss of detail can be behind what decides."
        )
    gained = [
        f"{number(1000 * more[name], '.2f')} of the {number(1000 * whole[name], '.2f')} "
        f"thousandths that the {name}'s prompt gains"
        for name in ("shape", "texture")
    ]
    lead = {
        name: f"{number(1000 * row['lead'], '+.2f')} "
        f"({span(1000 * row['low'], 1000 * row['high'], '+.2f')})"
        for name, row in (("less", less), ("more", more), ("all", whole))
    }
    said = (
        f"Of the textures' bands, {whole['bands']} cycles, more than half of the power is missed "
        f"under the texture's own prompt from t = {whole['lost_from']:g} on. There lies "
        f"{number(more['weight'], '.1%')} of the paper's weight, and from there come "
        f"{' and '.join(gained)}. The shape's prompt gains more than the texture's by "
        f"{lead['all']} thousandths: {lead['less']} from less noise than that, and {lead['more']} "
        "from that noise and more. "
    )
    if whole["low"] <= 0:
        said += (
            "All noise together, that is not clearly above 0: these images show where the shape's "
            "prompt gains, and not that it wins. "
        )
    gain = "this model's preference for shape" if whole["low"] > 0 else "what shape gains here"
    if less["low"] > 0:
        both = (
            "It gains more where texture is still given back, too"
            if more["low"] > 0
            else "It gains more where texture is still given back, and not clearly where it has "
            "been lost"
        )
        return said + f"{both}. So the loss of fine detail is not all that is behind {gain}."
    if more["low"] > 0:
        return said + (
            "Where shape clearly gains on texture, texture has been lost, little weight or not: "
            f"the loss of fine detail may well be behind {gain}, as the paper suspects of "
            "Imagen's. A weight is not an influence ({ref}`weighting`)."
        )
    return said + "Neither part is clearly above 0, so these images cannot tell where shape gains."
