"""The detail that noise hides: of the miniatures' pictures, and of Imagen's.

The miniatures' spectra are measured. Imagen's weighting is placed by its published schedule and
number of pixels and by the spectrum of photographs, of which contrast and colour have to be
assumed. mini-latent has no place here: its noise lies on a code, which has no spatial frequencies.
"""

import numpy as np
import torch
from scipy.optimize import brentq

from gcbook.miniworld.silhouettes import load_silhouettes
from gcbook.miniworld.textures import draw_textures
from gcbook.miniworld.world import WORLD, Composer
from gcbook.noise.detail import (
    Spectrum,
    hidden_octaves,
    measured_spectrum,
    natural_spectrum,
    surviving_detail,
)
from gcbook.noise.schedules import CosineSchedule, log_snr
from gcbook.noise.spectrum import band_power, octave_bands
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.published import quoted_value

GREY_COPIES = 3
"""Channels in which the miniatures get one and the same grey picture, each with its own noise."""

FINEST = 16.0
"""Detail up to this many cycles an image is compared: what 32 pixels a side can show."""

TIMES = (np.arange(2000) + 0.5) / 2000
"""Evenly spaced, as t is WORLD."""

_IMAGES, _PATTERNS = 80, 32


def make_spectrum(seed: int = 0) -> Spectrum:
    """Measure the spectrum of drawn images, of test silhouettes, as networks get them."""
    composer = Composer(load_silhouettes("test", CATEGORIES))
    scene = composer.sample(_IMAGES, torch.Generator().manual_seed(seed))
    return measured_spectrum(scene.images[..., 0] / 127.5 - 1)


def imagen_spectrum(contrast: float) -> Spectrum:
    """The spectrum of photographs of Imagen's size, with a standard deviation in [-1, 1]."""
    return natural_spectrum(int(quoted_value("imagen_resolution")), contrast)


def visible_detail(spectrum: Spectrum, channels: int = GREY_COPIES) -> np.ndarray:
    """The finest detail, in cycles an image, that survives the noise at each of the `TIMES`.

    Imagen's 64 × 64 model and the miniatures alike have the cosine schedule (Saharia et al., 2022).
    """
    return surviving_detail(log_snr(CosineSchedule(), TIMES), spectrum, channels)


def equal_decay(detail: np.ndarray, octaves: float) -> float:
    """The k of exp(−kt) whose noise hides so many octaves of detail up to `FINEST`, in the mean.

    Args:
        detail: what survives at each of the `TIMES`.
        octaves: between those that are hidden at k = 0 and at k = 200.
    """

    def excess(k: float) -> float:
        return hidden_octaves(detail, np.exp(-k * TIMES), FINEST) - octaves

    return float(brentq(excess, 0, 200, xtol=1e-3))


def hidden_from(spectrum: Spectrum) -> dict[str, float]:
    """The t of the cosine schedule from which noise hides the middle of each octave of detail."""
    found = {}
    for low, high in octave_bands(spectrum.pixels):
        middle = low * np.sqrt(min(high, spectrum.pixels / 2) / low)
        power = np.exp(
            np.interp(np.log(middle), np.log(spectrum.frequencies), np.log(spectrum.power))
        )
        ratio = GREY_COPIES * spectrum.pixels**2 * power
        found[band_name((low, high))] = float(2 / np.pi * np.arctan(np.sqrt(ratio)))
    return found


def texture_shares() -> dict[str, float]:
    """The share of the textures' power in each octave, the mean over them, from coarse to fine."""
    families = len(WORLD.textures)
    generator = torch.Generator().manual_seed(0)
    family = torch.arange(families).repeat_interleave(_PATTERNS)
    period, tilt = (
        low + (high - low) * torch.rand(len(family), generator=generator)
        for low, high in (WORLD.period, WORLD.tilt)
    )
    fine, side = WORLD.supersampling, WORLD.resolution
    patterns = draw_textures(
        family, WORLD.textures, period / side, torch.deg2rad(tilt), side * fine, generator
    )
    pooled = patterns.reshape(len(family), side, fine, side, fine).mean((2, 4)).double().numpy()
    bands = octave_bands(side)
    power = band_power(pooled.reshape(families, _PATTERNS, side, side), bands)
    shares = (power / power.sum(-1, keepdims=True)).mean((0, 1))
    return dict(zip(map(band_name, bands), shares, strict=True))


def band_name(band: tuple[float, float]) -> str:
    """What a band is called.

    >>> band_name((2.0, 4.0)), band_name((8.0, np.inf))
    ('2 to 4', '8 and more')
    """
    low, high = band
    return f"{low:g} and more" if np.isinf(high) else f"{low:g} to {high:g}"
