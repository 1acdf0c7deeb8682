"""The detail that noise hides, and the k at which it hides as much."""

import numpy as np
import pytest

from gcbook.chapters.weighting.detail import (
    FINEST,
    TIMES,
    equal_decay,
    hidden_from,
    imagen_spectrum,
    visible_detail,
)
from gcbook.noise.detail import hidden_octaves, measured_spectrum, natural_spectrum


def test_the_same_pictures_need_the_same_k():
    octaves = hidden_octaves(visible_detail(imagen_spectrum(0.45)), np.exp(-7 * TIMES), FINEST)
    same = visible_detail(natural_spectrum(64, 0.45))
    assert equal_decay(same, octaves) == pytest.approx(7, abs=1e-2)


def test_what_shows_more_detail_needs_a_steeper_weight():
    octaves = hidden_octaves(visible_detail(natural_spectrum(32, 0.4)), np.exp(-7 * TIMES), FINEST)
    for contrast, channels in ((0.6, 3), (0.4, 9)):
        steeper = visible_detail(natural_spectrum(32, contrast), channels)
        assert equal_decay(steeper, octaves) < 7


def test_white_pictures_are_hidden_at_one_time_in_all_bands():
    pictures = 0.3 * np.random.default_rng(0).standard_normal((400, 32, 32))
    times = list(hidden_from(measured_spectrum(pictures)).values())
    assert times == pytest.approx([2 / np.pi * np.arctan(0.3 * np.sqrt(3))] * 4, abs=0.01)
