"""How much of a picture lies in each band of spatial frequency."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def octave_bands(side: int) -> tuple[tuple[float, float], ...]:
    """Return bands of an octave each, in cycles an image, up to what the pixels can show.

    The last one goes on to the corners of the spectrum, beyond half a cycle a pixel.

    >>> octave_bands(32)
    ((1.0, 2.0), (2.0, 4.0), (4.0, 8.0), (8.0, inf))
    """
    edges = [float(2**power) for power in range(int(np.log2(side)) - 1)]
    return tuple(zip(edges, [*edges[1:], np.inf], strict=True))


def band_power(images: npt.ArrayLike, bands: tuple[tuple[float, float], ...]) -> Floats:
    """Return the variance of pictures that lies in each band.

    The mean of a picture is left out, and the bands from 1 cycle an image on add up to its
    variance over pixels.

    Args:
        images: (..., H, W), H and W alike.
        bands: from and to, in cycles an image, the upper end excluded. From 0 to 1 is the square
            of the mean.

    Returns:
        float64 (..., bands).
    """
    values = np.asarray(images, dtype=np.float64)
    side = values.shape[-1]
    frequency = np.fft.fftfreq(side, 1 / side)
    radius = np.hypot(frequency[:, None], frequency)
    # Parseval: the squares of the transform, over the square of the number of pixels, add up to
    # the mean square.
    power = np.abs(np.fft.fft2(values)) ** 2 / side**4
    chosen = [(radius >= low) & (radius < high) for low, high in bands]
    return np.stack([power[..., inside].sum(-1) for inside in chosen], axis=-1)
