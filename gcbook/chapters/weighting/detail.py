"""Where weightings lie on one axis: the finest detail that survives the noise.

The miniatures' spectra are measured. Imagen's weighting is placed by its published schedule and
number of pixels and by the spectrum of photographs; two things about it have to be assumed
(`CONTRASTS`, `CHANNELS`). mini-latent has no place on this axis: its noise lies on a code, which
has no spatial frequencies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from scipy.optimize import brentq

from gcbook.miniworld.named import DEFAULT, named_world
from gcbook.miniworld.results.calibrated import CALIBRATED_WORLD
from gcbook.miniworld.results.shipped import LARGER
from gcbook.miniworld.results.sweep import curves_of, measures_under, resnet_bias
from gcbook.miniworld.results.weighting import PAPER
from gcbook.miniworld.silhouettes import load_silhouettes
from gcbook.miniworld.world import Composer
from gcbook.noise.detail import (
    Spectrum,
    hidden_octaves,
    hidden_shares,
    measured_spectrum,
    natural_spectrum,
    surviving_detail,
)
from gcbook.noise.schedules import CosineSchedule, log_snr
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.published import quoted_value
from gcbook.stats.forecasts import interval_score
from gcbook.stats.resampling import Resampling

WORLDS = (DEFAULT, CALIBRATED_WORLD, LARGER)
"""Worlds whose pixel diffusion is placed, by name; the last has twice as many pixels a side."""

GREY_COPIES = 3
"""Channels in which the miniatures get one and the same grey picture, each with its own noise."""

FINEST = 16.0
"""Detail up to this many cycles an image is compared: what 32 pixels a side can show."""

CONTRASTS = (0.3, 0.45, 0.6)
"""Standard deviation of a photograph's pixels in [-1, 1], assumed. In the middle that of ImageNet,
0.225 in [0, 1]."""

CHANNELS = (1, 3)
"""Bounds for photographs: colour channels with nothing in common, or three times the same."""

TIMES = (np.arange(2000) + 0.5) / 2000
"""Evenly spaced, as t is drawn."""

COVERAGE = 0.8
"""With which an interval that was predicted is scored."""

_IMAGES = 80


@dataclass(frozen=True)
class Prediction:
    """What is expected of pixel diffusion in one world where its weight lies as Imagen's does.

    Attributes:
        decays: k of exp(−kt) there, if Imagen's colour channels have nothing in common, and if
            they are all the same; both with the middle one of `CONTRASTS`.
        shape_bias: in which the shape bias is expected over this range of k.
        accuracy: by how much the accuracy may differ from that under the paper's weighting.
    """

    decays: tuple[float, float]
    shape_bias: tuple[float, float]
    accuracy: float


PREDICTIONS: Mapping[str, Prediction] = {
    DEFAULT: Prediction((14.4, 24.2), (0.10, 0.22), 0.03),
    CALIBRATED_WORLD: Prediction((12.5, 21.0), (0.04, 0.11), 0.03),
    LARGER: Prediction((6.0, 9.0), (0.03, 0.11), 0.02),
}
"""Written down, and committed, before a shape bias was read at any of these k.

**The criterion**: a weighting lies where another one does if its noise hides equally many octaves
of detail, of those from 1 to 16 cycles an image, in the mean over the weight
(`gcbook.noise.detail.hidden_octaves`). The median detail would not do: more than half of Imagen's
weight lies at noise that hides nothing of its pictures.

**The expectation**: the miniatures' k has to be larger than Imagen's 7 at 32 pixels a side, and
about 7 at 64. More weight on little noise means more texture. So no world's pixel diffusion should
be more shape-biased there than under the paper's exp(−7t), and in the calibrated world it should
stay below its ResNet. Accuracy should hardly change, since it levels off above k = 7. Known
beforehand were the curves at whole k that earlier editions of this book showed, up to k = 20.

**The score** is that of 80% intervals, beside a naive forecaster's, who expects that the weighting
changes nothing: the shape bias under exp(−7t), with an interval as wide around it, cut at 0. This
rule was fixed before a score was computed.
"""


def make_spectra(seed: int = 0) -> dict[str, Spectrum]:
    """Measure the spectra of the `WORLDS`' images, of test silhouettes, as networks get them."""
    return {world: measured_spectrum(_pictures(world, seed)) for world in WORLDS}


def _pictures(world: str, seed: int) -> np.ndarray:
    """Grey pictures in [-1, 1], (n, side, side)."""
    composer = Composer(named_world(world), load_silhouettes("test", CATEGORIES))
    scene = composer.sample(_IMAGES, torch.Generator().manual_seed(seed))
    return scene.images[..., 0] / 127.5 - 1


def imagen_detail(contrast: float, channels: int) -> np.ndarray:
    """What detail survives in Imagen's pictures at each of the `TIMES`, in cycles an image."""
    spectrum = natural_spectrum(int(quoted_value("imagen_resolution")), contrast)
    return _detail(spectrum, channels)


def miniature_detail(spectrum: Spectrum) -> np.ndarray:
    """What detail survives in a miniature's pictures at each of the `TIMES`."""
    return _detail(spectrum, GREY_COPIES)


def _detail(spectrum: Spectrum, channels: int) -> np.ndarray:
    # Both have the cosine schedule (Saharia et al., 2022, for Imagen's 64 × 64).
    return surviving_detail(log_snr(CosineSchedule(), TIMES), spectrum, channels)


def matching_rows(spectra: Mapping[str, Spectrum]) -> pd.DataFrame:
    """Find the k at which a miniature's weighting lies where Imagen's exp(−7t) does.

    Args:
        spectra: of the worlds, see `make_spectra`.

    Returns:
        A row an assumption and world: ``contrast, channels`` (of Imagen's pictures), ``world``,
        ``octaves`` (hidden in the mean, of the four from 1 to 16 cycles an image) and ``k``.
    """
    rows = []
    for contrast in CONTRASTS:
        for channels in CHANNELS:
            octaves = hidden_octaves(imagen_detail(contrast, channels), _weights(PAPER), FINEST)
            for world, spectrum in spectra.items():
                k = equal_decay(miniature_detail(spectrum), octaves)
                rows.append((contrast, channels, world, octaves, k))
    return pd.DataFrame(rows, columns=["contrast", "channels", "world", "octaves", "k"])


def equal_decay(detail: np.ndarray, octaves: float) -> float:
    """Return the k of exp(−kt) whose noise hides so many octaves of detail, in the mean.

    Args:
        detail: what survives at each of the `TIMES`.
        octaves: between those that are hidden at k = 0 and at k = 200.
    """
    return float(
        brentq(lambda k: hidden_octaves(detail, _weights(k), FINEST) - octaves, 0, 200, xtol=1e-3)
    )


def _weights(k: float) -> np.ndarray:
    return np.exp(-k * TIMES)


def outcome_rows(matching: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    """Read shape bias and accuracy of pixel diffusion where its weighting lies as Imagen's does.

    Args:
        matching: from `matching_rows`.
        resampling: how the intervals are made.

    Returns:
        Its rows in the order of worlds, with ``shape_bias, shape_bias_low, shape_bias_high``,
        ``accuracy``; by how much it is more accurate than under the paper's weighting, ``change,
        change_low, change_high``; the shape bias under the paper's weighting, ``shape_bias_paper``;
        the excess of shape bias over that, ``excess``, and over the ResNet's, ``lead``, with
        ``_low`` and ``_high``, means over networks; and ``predicted_low, predicted_high``, of the
        shape bias, and ``predicted_change``, the most that was expected; NaN where nothing was
        predicted.
    """
    tables = []
    for world, rows in matching.groupby("world", sort=False):
        name, prediction = str(world), PREDICTIONS[str(world)]
        asked = rows.assign(k=rows["k"].round(1))
        decays = sorted({*asked["k"], PAPER})
        found = measures_under("mini-pixel", name, decays, resampling=resampling)
        papers = float(found.loc[found["k"] == PAPER, "shape_bias"].iloc[0])
        columns = ["k", "shape_bias", "shape_bias_low", "shape_bias_high", "accuracy"]
        columns += ["change", "change_low", "change_high"]
        both = asked.merge(found[columns], on="k").merge(_excesses(name, decays, resampling))
        of_middle = both["contrast"] == CONTRASTS[1]
        low, high = prediction.shape_bias
        tables.append(
            both.assign(
                shape_bias_paper=papers,
                predicted_low=np.where(of_middle, low, np.nan),
                predicted_high=np.where(of_middle, high, np.nan),
                predicted_change=np.where(of_middle, prediction.accuracy, np.nan),
            )
        )
    return pd.concat(tables, ignore_index=True)


def forecast_scores(outcomes: pd.DataFrame) -> tuple[float, float]:
    """Mean interval scores of the predicted shape biases and of the naive ones.

    Args:
        outcomes: from `outcome_rows`.

    Returns:
        Both, see `PREDICTIONS` and `gcbook.stats.forecasts.interval_score`.
    """
    predicted = outcomes.dropna(subset="predicted_low")
    low, high = predicted["predicted_low"], predicted["predicted_high"]
    papers, half = predicted["shape_bias_paper"], (high - low) / 2
    naive = (papers - half).clip(0), papers + half
    own, other = (
        float(interval_score(*ends, predicted["shape_bias"], COVERAGE).mean())
        for ends in ((low, high), naive)
    )
    return own, other


def axis_rows(spectra: Mapping[str, Spectrum]) -> pd.DataFrame:
    """Which share of each weighting lies at noise that hides detail, by the detail.

    Args:
        spectra: of the worlds, see `make_spectra`.

    Returns:
        ``weighting`` (pixel diffusion's pixels a side, or Imagen; and k), ``frequency`` (cycles an
        image), ``share``, and ``low, high``, which differ from it for Imagen, whose colour channels
        are not known: with three equal channels, and with three that have nothing in common.
    """
    small, large = (f"{spectra[world].pixels} pixels" for world in (CALIBRATED_WORLD, LARGER))
    curves = [
        (f"{small}, k = 0", CALIBRATED_WORLD, 0),
        (f"{small}, k = {PAPER}", CALIBRATED_WORLD, PAPER),
        (f"{large}, k = {PAPER}", LARGER, PAPER),
    ]
    tables = []
    for name, world, k in curves:
        detail = miniature_detail(spectra[world])
        frequencies = frequencies_of(spectra[world].pixels)
        tables.append(hidden_curve(name, frequencies, detail, detail, k))
    frequencies = frequencies_of(int(quoted_value("imagen_resolution")))
    alone, equal = (imagen_detail(CONTRASTS[1], channels) for channels in CHANNELS)
    tables.append(hidden_curve(f"Imagen, k = {PAPER}", frequencies, equal, alone))
    return pd.concat(tables, ignore_index=True)


def _excesses(world: str, decays: Sequence[float], resampling: Resampling) -> pd.DataFrame:
    """By how much shape bias exceeds that under the paper's weighting, and the ResNet's, by k."""
    curves = curves_of("mini-pixel", world, decays, resampling=resampling)
    bias = curves.shape_bias.mean(0)
    table = pd.DataFrame({"k": curves.decays})
    papers = curves.at("shape_bias", PAPER).mean(0)
    for name, other in (("excess", papers), ("lead", resnet_bias(world, resampling=resampling))):
        low, high = resampling.interval(bias - other)
        columns = {name: (bias - other)[:, 0], f"{name}_low": low, f"{name}_high": high}
        table = table.assign(**columns)
    return table


def frequencies_of(pixels: int) -> np.ndarray:
    """Quarter octaves from 1 cycle an image to what so many pixels a side show."""
    return np.asarray(2 ** np.arange(0, np.log2(pixels / 2) + 1e-9, 0.25))


def hidden_curve(
    weighting: str, frequencies: np.ndarray, most: np.ndarray, least: np.ndarray, k: float = PAPER
) -> pd.DataFrame:
    """Which share of exp(−kt) lies at noise that hides detail, as rows of `axis_rows`.

    Args:
        weighting: what the curve is called.
        frequencies: of the detail, in cycles an image.
        most, least: what survives at each of the `TIMES`, under two assumptions.
    """
    low, high = (hidden_shares(each, _weights(k), frequencies) for each in (most, least))
    table = pd.DataFrame({"frequency": frequencies, "low": low, "high": high})
    return table.assign(weighting=weighting, share=(low + high) / 2)
