"""Where textures are, who reads fine detail alone, and high-pass images under three weightings."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch

from gcbook.chapters.weighting.restored import band_name
from gcbook.miniworld.named import DEFAULT, named_world
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.panel import counted
from gcbook.miniworld.results.shipped import DRAWS, shipped_store
from gcbook.miniworld.results.weighting import PAPER, answers_under
from gcbook.miniworld.textures import draw_textures
from gcbook.noise.spectrum import band_power, octave_bands
from gcbook.stats.clustered import clustered_columns
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies

COARSE, FINE = "low-4", "high-4"
"""Filtered images: below 4 cycles an image alone, and the rest alone."""

MOST = 0.75
"""Of the textures' power: what the bands that are called theirs have at least, on average."""

FLAT, STEEP = 0, 20
"""k of weightings that are compared with the paper's on high-pass images."""

_SAMPLES = 32
"""Patterns a family."""


def texture_shares(world: str = DEFAULT) -> pd.Series:
    """The share of the textures' power in each octave of spatial frequency, the mean over them.

    Args:
        world: whose textures, by name.

    Returns:
        By band, from coarse to fine; they add up to 1.
    """
    drawn = named_world(world)
    families = len(drawn.textures)
    generator = torch.Generator().manual_seed(0)
    family = torch.arange(families).repeat_interleave(_SAMPLES)
    period, tilt = (
        low + (high - low) * torch.rand(len(family), generator=generator)
        for low, high in (drawn.period, drawn.tilt)
    )
    fine, side = drawn.supersampling, drawn.resolution
    patterns = draw_textures(
        family, drawn.textures, period / side, torch.deg2rad(tilt), side * fine, generator
    )
    pooled = patterns.reshape(len(family), side, fine, side, fine).mean((2, 4)).double().numpy()
    bands = octave_bands(side)
    power = band_power(pooled.reshape(families, _SAMPLES, side, side), bands)
    share = (power / power.sum(-1, keepdims=True)).mean((0, 1))
    return pd.Series(share, [band_name(band) for band in bands])


def textures_bands(shares: pd.Series) -> tuple[str, ...]:
    """Return the fewest bands, from the finest on, that have `MOST` of the textures' power.

    Args:
        shares: from `texture_shares`.
    """
    count = int((shares.iloc[::-1].cumsum() >= MOST).argmax()) + 1
    return tuple(map(str, shares.index[-count:]))


def filtered_rows(models: tuple[str, str], *, resampling: Resampling) -> pd.DataFrame:
    """Accuracy of two classifiers on coarse and on fine detail alone, where texture fits shape.

    Returns:
        ``observer, condition`` (`COARSE` or `FINE`) and ``n, accuracy, low, high``; and in both
        rows of a condition ``change, change_low, change_high``, how much more accurate the second
        is than the first on the same images.
    """
    answers = miniature_answers(["filtered"], models, draws=DRAWS["filtered"])
    agree = answers[
        answers["condition"].isin([COARSE, FINE]) & (answers["texture"] == answers["category"])
    ]
    sign = np.where(agree["observer"] == models[1], 2.0, -2.0)
    # The mean over both of their answers to an image is half of the sum of the two.
    changes = clustered_columns(
        agree.assign(change=agree["right"] * sign), ["condition"], ["change"], resampling=resampling
    )
    found = accuracies(agree, ["observer", "condition"], resampling=resampling)
    return found.merge(changes.drop(columns="n"), on="condition")


def high_pass_rows(models: Sequence[str], *, resampling: Resampling) -> pd.DataFrame:
    """Accuracy on high-pass images under the paper's weighting, and under a flat and a steep one.

    Returns:
        ``model, k, accuracy, low, high``, and ``change, change_low, change_high``, how much more
        accurate than under the paper's k on the same images.
    """
    decays = (FLAT, PAPER, STEEP)
    tables = []
    for model in models:
        answers = answers_under(shipped_store(model, "high-pass"), [f"exp:{k}" for k in decays])
        answers = answers[counted(answers)]
        answers = answers.assign(k=answers["weighting"].str.removeprefix("exp:").astype(int))
        right = answers["right"].astype(float)
        papers = answers["k"] == PAPER
        before = right[papers].set_axis(answers.loc[papers, "image_id"])
        paired = answers.assign(change=right - answers["image_id"].map(before))
        changes = clustered_columns(paired, ["k"], ["change"], resampling=resampling)
        found = accuracies(answers, ["k"], resampling=resampling)
        tables.append(found.merge(changes.drop(columns="n"), on="k").assign(model=model))
    table = pd.concat(tables, ignore_index=True)
    return table.round(dict.fromkeys(table.columns.difference(["model", "k", "n"]), 4))


def commonest_share(model: str) -> float:
    """The share of the commonest answer to high-pass images under the paper's weighting."""
    answers = answers_under(shipped_store(model, "high-pass"), [f"exp:{PAPER}"])
    shares = answers.loc[counted(answers), "response"].value_counts(normalize=True)
    return float(np.max(shares))
