r"""Parametric manipulations of images, after Geirhos et al. (2018, 2021), at any resolution.

The benchmark's images have 224 pixels a side. Spatial strengths, the standard deviation of a filter
and the reach and grain of an eidolon, are in pixels of such an image and are scaled by H / 224 for
one of H pixels: what is manipulated is the same share of the picture. Other strengths are as they
are. Two datasets have no counterpart here, colour and false-colour: a grey image has no colour to
take away or to swap.

What is blurred is the image interpolated linearly between its pixels, so that filters far narrower
than a pixel have an effect, too: a Gaussian sampled at the pixels would leave the image as it is,
and nothing of it to its high-pass.

Images are float (N, H, W, C) in [0, 1]; all channels of an image are treated alike, so grey stays
grey. What would leave [0, 1] is cut off, as in the original stimuli.
"""

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.ndimage import correlate1d, map_coordinates
from scipy.special import ndtr

from gcbook.files.errors import InputError

Floats = npt.NDArray[np.floating]
Distortion = Callable[[Floats, str, np.random.Generator], Floats]

REFERENCE_SIZE = 224
"""Pixels a side of the benchmark's images, the unit of its spatial strengths."""

GREY = 0.5
"""Luma beyond the border, and mean luma of high-passed images. The benchmark takes the mean of its
photographs, .4423; that of the miniature world is one half."""

NOISE_CONTRAST = 0.3
"""Contrast to which an image is reduced before noise is added, also where the noise is zero."""

# Displacements that an eidolon's published code gives have, by its formulas, a standard deviation
# of about half the reach.
SD_PER_REACH = 0.5
EIDOLON_SIGMAS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""In pixels of a 32-pixel image: from its finest detail to a quarter of the frame."""


def distort(
    images: npt.ArrayLike, dataset: str, condition: str, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Manipulate images as one condition of a dataset does.

    Power equalisation gives all images the mean amplitude spectrum of those that are passed; every
    other manipulation treats each image on its own.

    Args:
        images: (N, H, W, C), in [0, 1].
        dataset: a key of `DISTORTIONS`.
        condition: one of the dataset's conditions in `gcbook.paper.experiments.EXPERIMENTS`.
        rng: of noise, phases and displacements.

    Returns:
        (N, H, W, C) in [0, 1]; a rotation by 90 or 270 degrees swaps H and W.

    Raises:
        InputError: values outside [0, 1].

    >>> grey = np.full((1, 8, 8, 1), 0.9)
    >>> distort(grey, "contrast", "c50", np.random.default_rng(0))[0, 0, 0].round(2).tolist()
    [0.7]
    """
    values = np.asarray(images, dtype=np.float64)
    # Written so that NaN is refused too.
    if not (values.min() >= 0 and values.max() <= 1):
        raise InputError(
            f"images: expected values in [0, 1], found {values.min():g} to {values.max():g}; "
            "divide bytes by 255."
        )
    return np.clip(DISTORTIONS[dataset](values, condition, rng), 0, 1)


def _contrast(images: Floats, condition: str, rng: np.random.Generator) -> Floats:
    """Towards mid-grey; ``c30`` leaves 30 % of the contrast."""
    return _reduce(images, float(condition.removeprefix("c")) / 100)


def _reduce(images: Floats, contrast: float) -> Floats:
    return contrast * images + (1 - contrast) / 2


def _low_pass(images: Floats, condition: str, rng: np.random.Generator) -> Floats:
    return _blur(images, float(condition) * _per_pixel(images))


def _high_pass(images: Floats, condition: str, rng: np.random.Generator) -> Floats:
    """The image less its blur, around mid-grey."""
    sigma = float(condition)
    if math.isinf(sigma):
        return images
    rest = images - _blur(images, sigma * _per_pixel(images))
    return rest - rest.mean(axis=(1, 2), keepdims=True) + GREY


def _per_pixel(images: Floats) -> float:
    """Pixels of these images for one of the benchmark's."""
    return images.shape[1] / REFERENCE_SIZE


def _blur(images: Floats, sigma: float) -> Floats:
    """Gaussian blur of the linearly interpolated image, taken at the pixels; grey lies around."""
    if sigma == 0:
        return images
    radius = math.ceil(4 * sigma) + 1
    at = np.arange(-radius - 1, radius + 2) / sigma
    # Twice the integral of the Gaussian; its second difference is the Gaussian over a triangle.
    ramp = sigma * (at * ndtr(at) + np.exp(-(at**2) / 2) / math.sqrt(2 * math.pi))
    kernel = np.diff(ramp, 2)
    kernel /= kernel.sum()
    for axis in (1, 2):
        images = correlate1d(images, kernel, axis=axis, mode="constant", cval=GREY)
    return images


def _phase_scrambling(images: Floats, condition: str, rng: np.random.Generator) -> Floats:
    """Each frequency's phase is shifted by up to the width, evenly, either way."""
    count, height, width, _ = images.shape
    index = np.arange(height * width).reshape(height, width)
    mirrored = np.roll(index[::-1, ::-1], 1, axis=(0, 1))
    # A real image: opposite frequencies shift oppositely, and those without a partner stay.
    sign = np.sign(mirrored - index)
    most = math.radians(float(condition))
    drawn = rng.uniform(-most, most, size=(count, height * width))
    shift = sign * drawn[:, np.minimum(index, mirrored)]
    spectrum = np.fft.fft2(images, axes=(1, 2)) * np.exp(1j * shift)[..., None]
    return np.fft.ifft2(spectrum, axes=(1, 2)).real


def _power_equalisation(images: Floats, condition: str, rng: np.random.Generator) -> Floats:
    """Each image's phases with the mean amplitudes of all."""
    if condition == "0":
        return images
    spectrum = np.fft.fft2(images, axes=(1, 2))
    mean = np.abs(spectrum).mean(axis=0)
    return np.fft.ifft2(mean * np.exp(1j * np.angle(spectrum)), axes=(1, 2)).real


def _rotation(images: Floats, condition: str, rng: np.random.Generator) -> Floats:
    """Counter-clockwise."""
    return np.rot90(images, int(condition) // 90, axes=(1, 2))


def _uniform_noise(images: Floats, condition: str, rng: np.random.Generator) -> Floats:
    """One value a pixel, evenly from -width to width, on an image of reduced contrast."""
    most = float(condition)
    return _reduce(images, NOISE_CONTRAST) + rng.uniform(-most, most, (*images.shape[:3], 1))


def _eidolon(images: Floats, condition: str, rng: np.random.Generator) -> Floats:
    """Detail of every scale is moved about, by a displacement of its own field.

    A simple analogue of the partially coherent disarray of Koenderink et al. (2017). The image is
    cut into layers of one scale each, differences of blurred images an octave apart. Where the
    disarray is coherent, a layer's field is the sum of those of all coarser layers and its own, so
    that large parts drag their details along; where it is not, each layer has a field of its own,
    smooth over the grain. Coherence weighs one against the other such that the displacement of the
    finest layer keeps its standard deviation, half the reach.
    """
    reach, tenths, grain = (float(part) for part in condition.split("-"))
    coherence = tenths / 10
    count, height, width, channels = images.shape
    shape, scale = (2, count, height, width), height / 32
    blurred = [images, *(_blur(images, sigma * scale) for sigma in EIDOLON_SIGMAS)]
    layers = [fine - coarse for fine, coarse in pairwise(blurred)]
    layers.append(blurred[-1])
    own = [_smooth_noise(shape, sigma * scale, rng) for sigma in EIDOLON_SIGMAS]
    own.append(_smooth_noise(shape, 2 * EIDOLON_SIGMAS[-1] * scale, rng))
    place = np.indices((count, height, width), dtype=np.float64)
    together = np.zeros(shape)
    result = np.zeros_like(images)
    for layer, field in zip(reversed(layers), reversed(own), strict=True):
        together += field / math.sqrt(len(layers))
        apart = _smooth_noise(shape, grain * _per_pixel(images), rng)
        field = coherence * together + math.sqrt(1 - coherence**2) * apart
        moved = place.copy()
        moved[1:] += SD_PER_REACH * reach * _per_pixel(images) * field
        for channel in range(channels):
            result[..., channel] += map_coordinates(
                layer[..., channel], moved, order=1, mode="nearest"
            )
    return result


def _smooth_noise(shape: tuple[int, ...], sigma: float, rng: np.random.Generator) -> Floats:
    """Gaussian noise blurred over the last two axes, of mean 0 and standard deviation 1."""
    height, width = shape[-2:]
    square = np.fft.fftfreq(height)[:, None] ** 2 + np.fft.fftfreq(width) ** 2
    gain = np.exp(-2 * (math.pi * sigma) ** 2 * square)
    noise = np.fft.fft2(rng.standard_normal(shape)) * gain
    return np.fft.ifft2(noise).real / math.sqrt((gain**2).mean())


DISTORTIONS: Mapping[str, Distortion] = {
    "contrast": _contrast,
    "high-pass": _high_pass,
    "low-pass": _low_pass,
    "phase-scrambling": _phase_scrambling,
    "power-equalisation": _power_equalisation,
    "rotation": _rotation,
    "eidolonI": _eidolon,
    "eidolonII": _eidolon,
    "eidolonIII": _eidolon,
    "uniform-noise": _uniform_noise,
}
"""Ten of the benchmark's twelve parametric datasets, in its order."""
