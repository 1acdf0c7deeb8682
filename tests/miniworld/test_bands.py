"""Filters that leave a band, and the sets of filtered images."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from gcbook.files.errors import InputError
from gcbook.miniworld.bands import BAND_SETS, BANDS, filter_band, make_band_set, make_named_set
from gcbook.miniworld.testsets import make_test_set, silhouette_of, texture_of
from gcbook.miniworld.world import DEFAULT_WORLD
from gcbook.paper.categories import CATEGORIES


def grating(cycles, side=32):
    wave = 0.5 + 0.3 * np.cos(2 * np.pi * cycles * np.arange(side) / side)
    return np.broadcast_to(wave[None, None, :, None], (1, side, side, 3))


@pytest.mark.parametrize("cut", [2, 4, 8])
def test_half_of_the_amplitude_is_left_at_the_cut(cut):
    for band in (f"low-{cut}", f"high-{cut}"):
        left = filter_band(grating(cut), band)
        assert np.ptp(left) == pytest.approx(0.3, abs=1e-6)
        assert left.mean() == pytest.approx(0.5)


def test_low_and_high_make_the_whole():
    image = np.random.default_rng(0).uniform(0.3, 0.7, (2, 32, 32, 3))
    mean = image.mean((1, 2), keepdims=True)
    assert np.allclose(filter_band(image, "low-4") + filter_band(image, "high-4") - mean, image)


def test_what_lies_far_beyond_is_gone_or_stays():
    assert np.ptp(filter_band(grating(16), "low-2")) < 1e-9
    assert np.ptp(filter_band(grating(16), "high-2")) == pytest.approx(0.6)


@pytest.mark.parametrize("name", [*BAND_SETS, "silhouette"])
def test_a_named_set_is_of_the_world_that_is_asked_for(name):
    other = replace(DEFAULT_WORLD, scale=(0.5, 0.5))
    make = make_band_set if name in BAND_SETS else make_test_set
    hashes = [each.sha256() for each in make_named_set(name, other)]
    assert hashes == [each.sha256() for each in make(name, other)]
    assert hashes != [each.sha256() for each in make_named_set(name)]
    with pytest.raises(InputError, match=r"expected one of in-distribution, .*filtered-conflict"):
        make_named_set("photographs")


@pytest.mark.parametrize("name", BAND_SETS)
def test_sets_show_the_same_images_in_all_bands(name):
    made = list(make_band_set(name))
    bands = Counter(each.condition for each in made)
    assert set(bands) == set(BANDS)
    assert len(set(bands.values())) == 1
    stems = {
        band: {e.image_id.removesuffix(f"-{band}.png") for e in made if e.condition == band}
        for band in BANDS
    }
    assert len({frozenset(each) for each in stems.values()}) == 1
    assert len({each.imagename for each in made}) == len(made)
    assert all(each.category == silhouette_of(each.imagename).rstrip("0123456789") for each in made)


def test_every_pair_of_categories_conflicts_once_a_band():
    pairs = Counter(
        (each.category, texture_of(each.image_id))
        for each in make_band_set("filtered-conflict")
        if each.condition == "low-2"
    )
    assert len(pairs) == len(CATEGORIES) * (len(CATEGORIES) - 1)
    assert set(pairs.values()) == {1}


def test_filtered_images_are_those_of_the_manipulations():
    plain = {e.image_id.removesuffix("-0.png"): e for e in make_test_set("low-pass")
             if e.condition == "0"}  # fmt: skip
    one = next(each for each in make_band_set("filtered") if each.condition == "high-2")
    base = plain[one.image_id.removesuffix("-high-2.png")].read()
    expected = np.rint(255 * filter_band(base[None], "high-2")[0]) / 255
    assert np.allclose(one.read(), expected, atol=1e-6)
