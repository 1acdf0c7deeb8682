"""At which spatial frequencies the miniature world's textures are, measured on the patterns."""

from functools import cache

import numpy as np
import pandas as pd
import torch

from gcbook.chapters.fine_detail.restored import band_name
from gcbook.miniworld.bands import filter_band
from gcbook.miniworld.textures import draw_textures
from gcbook.miniworld.world import ALL_CATEGORIES, DEFAULT_WORLD
from gcbook.noise.spectrum import band_power, octave_bands
from gcbook.stats.words import number

__all__ = ["MOST", "texture_left", "texture_power_rows", "texture_sentence", "textures_bands"]

MOST = 0.75
"""Of the textures' power: what the bands that are called theirs have at least, on average."""
_SAMPLES = 32
"""Patterns a family."""
_HALF_RANGE = 4.0
"""Standard deviations of a pattern that fit into half of the range of grey."""


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


def texture_power_rows() -> pd.DataFrame:
    """How the power of each category's texture is shared out over octaves of spatial frequency.

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
