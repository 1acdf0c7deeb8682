r"""The finest detail that survives noise: one axis for all weightings.

Neither t nor the log-SNR says what noise hides. In a picture of :math:`N \times N` pixels a
spatial frequency f has a mean power :math:`P(f)` a Fourier coefficient, such that the powers of all
coefficients add up to the variance over pixels. White noise spreads over all :math:`N^2`
coefficients alike, and where C channels repeat the same content with independent noise, their mean
has a C-th of it. So detail at f has the signal-to-noise ratio

.. math:: \mathrm{SNR}_t(f) = \frac{\alpha_t^2}{\sigma_t^2}\, C\, N^2 P(f),

and it survives where that is at least 1. Twice as many pixels a side are ln 4 of log-SNR, three
equal channels ln 3; Hoogeboom et al. (2023) shift their schedules by the number of pixels for this
reason. Photographs have :math:`P(f) \propto 1/f^2` (Field, 1987; Torralba & Oliva, 2003).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Spectrum:
    """The mean power of pictures at each spatial frequency.

    Attributes:
        frequencies: in cycles an image, rising from 1 to half the number of pixels a side.
        power: of one Fourier coefficient, in squared units of the pixels, above 0.
        pixels: a side.
    """

    frequencies: Floats
    power: Floats
    pixels: int


def measured_spectrum(images: npt.ArrayLike) -> Spectrum:
    """Measure the spectrum of pictures, averaged over them and over orientations.

    Args:
        images: (n, N, N), in the units in which noise has the standard deviation σ.
    """
    values = np.asarray(images, dtype=np.float64)
    pixels = values.shape[-1]
    power = (np.abs(np.fft.fft2(values)) ** 2).mean(0) / pixels**4
    frequencies, rings = _rings(pixels)
    means = np.array([power[rings == frequency].mean() for frequency in frequencies])
    return Spectrum(frequencies, means, pixels)


def natural_spectrum(pixels: int, contrast: float) -> Spectrum:
    """Return the spectrum of photographs, whose power falls with the square of the frequency.

    Args:
        pixels: a side.
        contrast: standard deviation over the pixels of a picture.
    """
    frequency = np.fft.fftfreq(pixels, 1 / pixels)
    squares = np.add.outer(frequency**2, frequency**2)
    whole = (1 / squares[squares > 0]).sum()
    frequencies, _ = _rings(pixels)
    return Spectrum(frequencies, contrast**2 / whole / frequencies**2, pixels)


def surviving_detail(log_snr: npt.ArrayLike, spectrum: Spectrum, channels: int = 1) -> Floats:
    """Return the finest detail that survives noise, in cycles an image.

    Args:
        log_snr: logarithms of α²/σ².
        spectrum: of the clean pictures.
        channels: that repeat the same content, each with noise of its own.

    Returns:
        float64 of ``log_snr``'s shape: 0 where nothing survives, and half the pixels a side where
        all detail does.
    """
    ratio = np.asarray(log_snr, dtype=np.float64)[..., None]
    level = ratio + np.log(channels * spectrum.pixels**2 * spectrum.power)
    survives = level >= 0
    # Spectra may have bumps: the finest detail is the last that survives.
    last = level.shape[-1] - 1 - survives[..., ::-1].argmax(-1)
    after = np.minimum(last + 1, level.shape[-1] - 1)
    above, below = (np.take_along_axis(level, at[..., None], -1)[..., 0] for at in (last, after))
    reached, missed = spectrum.frequencies[last], spectrum.frequencies[after]
    # Above 0 at the one and below 0 at the next, unless there is no next; an infinite ratio, of no
    # noise at all, leaves everything.
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(after > last, above / (above - below), 0.0)
    found = reached * (missed / reached) ** part
    return np.where(survives.any(-1), found, 0.0)


def hidden_shares(
    detail: npt.ArrayLike, weights: npt.ArrayLike, frequencies: npt.ArrayLike
) -> Floats:
    """Return which share of the weight lies at noise that hides detail.

    Args:
        detail: what survives at evenly spaced times, from `surviving_detail`.
        weights: at these times.
        frequencies: of the detail, in cycles an image.

    Returns:
        float64 of ``frequencies``' shape, rising.
    """
    at, weight = np.asarray(detail, np.float64), np.asarray(weights, np.float64)
    asked = np.asarray(frequencies, dtype=np.float64)
    hidden = at < asked[..., None]
    shares: Floats = (hidden * weight).sum(-1) / weight.sum()
    return shares


def hidden_octaves(detail: npt.ArrayLike, weights: npt.ArrayLike, finest: float) -> float:
    """Return how many octaves of detail noise hides, in the mean over the weight.

    Counted are those from 1 cycle an image to the ``finest``. It is the area below the curve of
    `hidden_shares` over the logarithm of the frequency to base 2.

    Args:
        detail: what survives at evenly spaced times, from `surviving_detail`.
        weights: at these times.
        finest: frequency in cycles an image.
    """
    octaves = np.log2(finest / np.clip(np.asarray(detail, np.float64), 1, finest))
    return float(np.average(octaves, weights=np.asarray(weights, np.float64)))


def _rings(pixels: int) -> tuple[Floats, Floats]:
    """Whole frequencies up to half the pixels a side, and which each coefficient is nearest to."""
    frequency = np.fft.fftfreq(pixels, 1 / pixels)
    rings = np.rint(np.hypot(frequency[:, None], frequency))
    return np.arange(1, pixels // 2 + 1, dtype=np.float64), rings
