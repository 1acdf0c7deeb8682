"""Power by band of spatial frequency: gratings, Parseval, and shapes."""

from itertools import pairwise

import numpy as np
import pytest

from gcbook.noise.spectrum import band_power, octave_bands

SIDE = 32
BANDS = octave_bands(SIDE)


def grating(across, down=0):
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    return np.sin(2 * np.pi * (across * x + down * y))


def test_bands_are_octaves_without_gaps():
    assert octave_bands(8) == ((1.0, 2.0), (2.0, np.inf))
    for one, other in pairwise(BANDS):
        assert one[1] == other[0]


@pytest.mark.parametrize(
    ("across", "down", "band"), [(1, 0, 0), (3, 0, 1), (0, 5, 2), (6, 6, 3), (15, 15, 3)]
)
def test_a_grating_lies_in_its_band(across, down, band):
    power = band_power(grating(across, down) + 7, BANDS)
    # A sine has the variance one half; the mean belongs to no band.
    assert power[band] == pytest.approx(0.5)
    assert np.delete(power, band) == pytest.approx(0, abs=1e-12)


def test_bands_add_up_to_the_variance():
    images = np.random.default_rng(0).standard_normal((2, 3, SIDE, SIDE))
    power = band_power(images, BANDS)
    assert power.shape == (2, 3, len(BANDS))
    assert np.allclose(power.sum(-1), images.var(axis=(-2, -1)))
