"""Bands of spatial frequency: what miniatures do with each alone, and where the textures are."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch

from gcbook.chapters.fine_detail.restored import band_name
from gcbook.miniworld.bands import BAND_SETS, BANDS
from gcbook.miniworld.named import DEFAULT, named_world
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.shipped import DRAWS, KINDS, shipped_sets
from gcbook.miniworld.textures import draw_textures
from gcbook.miniworld.world import World
from gcbook.noise.spectrum import band_power, octave_bands
from gcbook.paper.experiments import SINGLE_CONDITION
from gcbook.stats.metrics import CUE_METRICS
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows
from gcbook.stats.shares import accuracies, cue_shares

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


def band_rows(models: Sequence[str], *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy, answers by either cue and shape bias, by what is left of the images.

    Whole images are the same images, unfiltered, asked about with as many draws. Of ordinary images
    only those count whose texture is their own category's.

    Args:
        models: names of shipped models of one world. Those count that have scores on filtered
            images: of each kind one.
        resampling: how the intervals are made.

    Returns:
        ``recipe, band`` (of `BANDS`, or "all"), ``measure`` (a title), ``n, value, low, high``.
    """
    columns = ["recipe", "band", "measure", "n", "value", "low", "high"]
    names = [name for name in models if set(BAND_SETS) <= set(shipped_sets(name))]
    filtered = miniature_answers(BAND_SETS, names)
    whole = miniature_answers(["low-pass", "cue-conflict"], names, draws=DRAWS["filtered"])
    unfiltered = filtered["image_id"].str.replace(
        rf"-(?:{'|'.join(BANDS)})\.png", ".png", regex=True
    )
    plain = whole["image_id"].str.replace(f"-{SINGLE_CONDITION}.png", ".png", regex=False)
    whole = whole[plain.isin(unfiltered)].assign(condition=WHOLE)
    answers = pd.concat([filtered, whole])
    agreeing = answers["dataset"].isin([BAND_SETS[0], "low-pass"])
    agree = answers[agreeing & (answers["texture"] == answers["category"])]
    conflict = answers[~agreeing]
    # Filtered or not, they are cue conflicts.
    named = np.where(conflict["response"] == conflict["texture"], "texture", "other")
    conflict = conflict.assign(cue=np.where(conflict["right"], "shape", named))
    by = ["observer", "condition"]
    right = accuracies(agree, by, resampling=resampling).rename(columns={"accuracy": "value"})
    tables = [right.assign(measure=MEASURES["accuracy"])]
    shares = cue_shares(conflict, by, resampling=resampling)
    for name in CUE_METRICS:
        ends = {name: "value", f"{name}_low": "low", f"{name}_high": "high"}
        tables.append(shares.rename(columns=ends).assign(measure=MEASURES[name]))
    table = pd.concat(tables, ignore_index=True).rename(
        columns={"observer": "recipe", "condition": "band"}
    )[columns]
    orders = {"measure": MEASURES.values(), "recipe": KINDS, "band": ORDER}
    return ordered_rows(table, list(orders), orders).round(
        dict.fromkeys(["value", "low", "high"], 4)
    )


def texture_power_rows(world: str = DEFAULT) -> pd.DataFrame:
    """Share of the power of each category's texture in each octave of spatial frequency.

    Args:
        world: whose textures, by name.

    Returns:
        ``texture, band`` and ``share`` of the texture's power, which adds up to 1.
    """
    drawn = named_world(world)
    bands = octave_bands(drawn.resolution)
    power = band_power(_patterns(drawn), bands)
    share = (power / power.sum(-1, keepdims=True)).mean(1)
    columns = pd.Index([band_name(band) for band in bands])
    table = pd.DataFrame(share, columns=columns).assign(texture=drawn.textures)
    return table.melt(["texture"], var_name="band", value_name="share")


def textures_bands(rows: pd.DataFrame) -> tuple[str, ...]:
    """Return the fewest bands, from the finest on, that have `MOST` of the textures' power.

    Args:
        rows: from `texture_power_rows`.
    """
    shares = rows.groupby("band", sort=False)["share"].mean()
    beyond = shares.iloc[::-1].cumsum()
    count = int((beyond >= MOST).argmax()) + 1
    return tuple(str(band) for band in shares.index[-count:])


def _patterns(world: World) -> np.ndarray:
    """Patterns as a world draws them, (families, samples, side, side)."""
    families = len(world.textures)
    generator = torch.Generator().manual_seed(0)
    family = torch.arange(families).repeat_interleave(_SAMPLES)
    period, tilt = (
        low + (high - low) * torch.rand(len(family), generator=generator)
        for low, high in (world.period, world.tilt)
    )
    fine, side = world.supersampling, world.resolution
    drawn = draw_textures(
        family, world.textures, period / side, torch.deg2rad(tilt), side * fine, generator
    )
    pooled = drawn.reshape(len(family), side, fine, side, fine).mean((2, 4))
    return pooled.reshape(families, _SAMPLES, side, side).double().numpy()
