"""Bands of spatial frequency: what miniatures do with each alone, and where the textures are."""

from functools import cache

import numpy as np
import pandas as pd
import torch

from gcbook.chapters.fine_detail.restored import band_name
from gcbook.miniworld.bands import BAND_SETS, BANDS, filter_band
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.shipped import DRAWS, recipe_of, shipped_models, shipped_sets
from gcbook.miniworld.textures import draw_textures
from gcbook.miniworld.world import ALL_CATEGORIES, DEFAULT_WORLD
from gcbook.noise.spectrum import band_power, octave_bands
from gcbook.paper.categories import CHANCE
from gcbook.paper.experiments import SINGLE_CONDITION
from gcbook.stats.metrics import blind_bias
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows
from gcbook.stats.shares import accuracies, cue_shares
from gcbook.stats.words import listed, number, span

__all__ = [
    "MEASURES",
    "MOST",
    "WHOLE",
    "band_models",
    "band_rows",
    "band_sentence",
    "sharp_outline_sentence",
    "texture_left",
    "texture_power_rows",
    "texture_sentence",
    "textures_bands",
]

WHOLE = "all"
ORDER = (*BANDS[:3], WHOLE, *BANDS[3:])
"""From coarse detail alone to fine detail alone."""
COARSE, FINE = "low-4", "high-4"
"""Of the bands, where much of the texture is gone, and where the coarse part of the outline is."""
MEASURES = {
    "accuracy": "Accuracy, cues agree",
    "shape_accuracy": "Conflict: answers by shape",
    "texture_accuracy": "Conflict: answers by texture",
    "shape_bias": "Shape bias",
}

MOST = 0.75
"""Of the textures' power: what the bands that are called theirs have at least, on average."""
_SAMPLES = 32
"""Patterns a family."""
_HALF_RANGE = 4.0
"""Standard deviations of a pattern that fit into half of the range of grey."""


def band_models() -> tuple[str, ...]:
    """Names of the miniatures of seed 0 that have scores on filtered images."""
    return tuple(
        name
        for name in shipped_models()
        if recipe_of(name)[1] == 0 and set(BAND_SETS) <= set(shipped_sets(name))
    )


def unfiltered_id(image_id: str) -> str:
    """Return the name of the image that a filtered one was made of.

    >>> unfiltered_id("cat3-dog7-low-2.png")
    'cat3-dog7.png'
    """
    for band in BANDS:
        image_id = image_id.replace(f"-{band}.png", ".png")
    return image_id


def band_rows(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy, answers by either cue and shape bias, by what is left of the images.

    Whole images are the same images, unfiltered, asked about with as many draws. Of ordinary images
    only those count that wear their own category's texture.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``recipe, band`` (of `BANDS`, or "all"), ``measure`` (a title), ``n, value, low, high``, and
        for the shape bias ``blind``, that of an observer who names the shape as often and never
        uses texture.
    """
    columns = ["recipe", "band", "measure", "n", "value", "low", "high", "blind"]
    names = band_models()
    filtered = miniature_answers(BAND_SETS, names)
    few = DRAWS["filtered"]
    whole = miniature_answers(["low-pass", "cue-conflict"], names, draws=few)
    filtered_ids = {unfiltered_id(each) for each in filtered["image_id"]}
    plain = whole["image_id"].str.replace(f"-{SINGLE_CONDITION}.png", ".png", regex=False)
    kept = (whole["dataset"] != "low-pass") | (whole["condition"] == SINGLE_CONDITION)
    whole = whole[kept & plain.isin(filtered_ids)].assign(condition=WHOLE)
    agree = pd.concat(
        [filtered[filtered["dataset"] == BAND_SETS[0]], whole[whole["dataset"] == "low-pass"]]
    )
    agree = agree[agree["texture"] == agree["category"]]
    conflict = pd.concat(
        [filtered[filtered["dataset"] == BAND_SETS[1]], whole[whole["dataset"] == "cue-conflict"]]
    )
    # Filtered or not, they are cue conflicts.
    named = np.where(conflict["response"] == conflict["texture"], "texture", "other")
    conflict = conflict.assign(cue=np.where(conflict["right"], "shape", named))
    by = ["observer", "condition"]
    right = accuracies(agree, by, resampling=resampling).rename(columns={"accuracy": "value"})
    tables = [right.assign(measure=MEASURES["accuracy"])]
    shares = cue_shares(conflict, by, resampling=resampling)
    for name in ("shape_accuracy", "texture_accuracy", "shape_bias"):
        part = shares[[*by, "n"]].assign(measure=MEASURES[name], value=shares[name])
        part["low"], part["high"] = shares[f"{name}_low"], shares[f"{name}_high"]
        if name == "shape_bias":
            part["blind"] = shares["shape_accuracy"].map(blind_bias)
        tables.append(part)
    table = pd.concat(tables, ignore_index=True).rename(
        columns={"observer": "recipe", "condition": "band"}
    )[columns]
    orders = {"measure": MEASURES.values(), "recipe": names, "band": ORDER}
    return ordered_rows(table, list(orders), orders).round(
        dict.fromkeys(["value", "low", "high", "blind"], 4)
    )


def band_sentence(rows: pd.DataFrame) -> str:
    """Say for each miniature what it can do with coarse and with fine detail alone.

    Args:
        rows: from `band_rows`.
    """
    if rows["low"].isna().all():
        return "Nothing was resampled, so nothing is said of chance."
    lines = []
    for recipe, group in rows.groupby("recipe", sort=False):
        by = {(row["measure"], row["band"]): row for row in group.to_dict("records")}
        accuracy, shape, texture, bias = (
            {band: by[title, band] for band in ORDER} for title in MEASURES.values()
        )
        reads = [band for band in BANDS if accuracy[band]["low"] > CHANCE]
        said = "; ".join(
            f"{band}: {accuracy[band]['value']:.0%} right, conflicts {shape[band]['value']:.0%} by "
            f"shape and {texture[band]['value']:.0%} by texture, shape bias "
            f"{number(bias[band]['value'], '.2f')} "
            f"({span(bias[band]['low'], bias[band]['high'], '.2f')}; blind to texture "
            f"{number(bias[band]['blind'], '.2f')})"
            for band in (COARSE, WHOLE, FINE)
        )
        lines.append(f"- {recipe} (above chance on {listed(reads)}): {said}")
    return "\n".join(lines)


def sharp_outline_sentence(rows: pd.DataFrame) -> str:
    """Say whose answers turn from texture to shape when only fine detail is left.

    Args:
        rows: from `band_rows`.
    """
    by = {(row["recipe"], row["measure"], row["band"]): row for row in rows.to_dict("records")}
    turned = []
    for recipe in dict.fromkeys(rows["recipe"]):
        (reads, _), texture, bias = (
            (by[recipe, MEASURES[name], FINE], by[recipe, MEASURES[name], WHOLE])
            for name in ("accuracy", "texture_accuracy", "shape_bias")
        )
        less_texture = texture[0]["high"] < texture[1]["low"]
        if reads["low"] > CHANCE and less_texture and bias[0]["low"] > bias[1]["high"]:
            turned.append(recipe)
    if not turned:
        return ""
    return (
        f"Fine detail is not texture alone: with {FINE}, {listed(turned)} "
        f"{'names' if len(turned) == 1 else 'name'} the texture clearly less often than on whole "
        "images, with a clearly larger shape bias. A sharp outline is fine detail, too."
    )


def texture_power_rows() -> pd.DataFrame:
    """Share of the power of each category's texture in each octave of spatial frequency.

    Returns:
        ``category, texture, band`` and ``share`` of the texture's power, which adds up to 1.
    """
    bands = octave_bands(DEFAULT_WORLD.resolution)
    power = band_power(_patterns(), bands)
    share = (power / power.sum(-1, keepdims=True)).mean(1)
    rows = [
        {"category": category, "texture": texture, "band": band_name(band), "share": part}
        for category, texture, shares in zip(
            ALL_CATEGORIES, DEFAULT_WORLD.textures, share, strict=True
        )
        for band, part in zip(bands, shares, strict=True)
    ]
    return pd.DataFrame(rows)


def textures_bands(rows: pd.DataFrame) -> tuple[str, ...]:
    """Return the fewest bands, from the finest on, that have `MOST` of the textures' power.

    Args:
        rows: from `texture_power_rows`.
    """
    shares = rows.groupby("band", sort=False)["share"].mean()
    beyond = shares.iloc[::-1].cumsum()
    count = int((beyond >= MOST).argmax()) + 1
    return tuple(str(band) for band in shares.index[-count:])


def texture_sentence(rows: pd.DataFrame) -> str:
    """Say how much of the textures' power is in each band, and which texture is the coarsest.

    Args:
        rows: from `texture_power_rows`.
    """
    mean = rows.groupby("band", sort=False)["share"].mean()
    shares = ", ".join(f"{number(share, '.0%')} in {band}" for band, share in mean.items())
    theirs = textures_bands(rows)
    wide = rows[rows["band"].isin(theirs)].groupby(["category", "texture"])["share"].sum()
    (coarsest,) = wide.nsmallest(1).reset_index().to_dict("records")
    return (
        f"Of the textures' power, that of the patterns by themselves, {shares} cycles an image "
        f"(the mean over {len(wide)} families). So the bands {' and '.join(theirs)} have "
        f"{number(mean[list(theirs)].sum(), '.0%')} of it, from {number(wide.min(), '.0%')} "
        f"({coarsest['texture']}, worn by {coarsest['category']}) to {number(wide.max(), '.0%')}."
    )


def texture_left(band: str) -> str:
    """Say how much of the textures' amplitude a filter leaves.

    Args:
        band: of `gcbook.miniworld.bands.BANDS`.

    Returns:
        The mean over families of the standard deviation that is left, as a share, and its range.
    """
    patterns = _patterns()
    # Around mid-grey, and faint enough that nothing is clipped.
    grey = 0.5 + patterns / (2 * _HALF_RANGE)
    flat = grey.reshape(-1, *grey.shape[-2:], 1)
    kept = filter_band(flat, band).reshape(grey.shape).std((-2, -1)) / grey.std((-2, -1))
    families = kept.mean(1)
    mean, least, most = families.mean(), families.min(), families.max()
    return f"{mean:.0%} on average ({least:.0%} to {most:.0%}, by family)"


@cache
def _patterns() -> np.ndarray:
    """Patterns as the default world draws them, (families, samples, side, side)."""
    world, families = DEFAULT_WORLD, len(DEFAULT_WORLD.textures)
    generator = torch.Generator().manual_seed(0)
    family = torch.arange(families).repeat_interleave(_SAMPLES)
    period, tilt = (
        low + (high - low) * torch.rand(len(family), generator=generator)
        for low, high in (world.period, world.tilt)
    )
    fine, side = world.supersampling, world.resolution
    drawn = draw_textures(
        family,
        world.textures,
        period / world.resolution,
        torch.deg2rad(tilt),
        side * fine,
        generator,
    )
    pooled = drawn.reshape(len(family), side, fine, side, fine).mean((2, 4))
    return pooled.reshape(families, _SAMPLES, side, side).double().numpy()
