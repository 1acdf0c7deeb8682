"""What denoisers give back, band by band: of one that is blind, one that knows, one that blurs."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
import torch

from gcbook.chapters.fine_detail.restored import (
    MEAN,
    band_name,
    detail_rows,
    detail_sentence,
    restored_powers,
    some_images,
)
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.miniworld.testsets import texture_of
from gcbook.noise.schedules import CosineSchedule
from gcbook.noise.spectrum import band_power, octave_bands
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.resampling import Resampling

STIMULI = some_images(1)
TIMES = [0.2, 0.6]
BANDS = ((0.0, 1.0), *octave_bands(32))
RIGHT = {"right": [one.category for one in STIMULI]}


def classifier(denoise, clip="none"):
    return DiffusionClassifier(denoise, CosineSchedule(), labels=CATEGORIES, name="d", clip=clip)


def powers(denoise):
    return restored_powers(classifier(denoise), STIMULI, RIGHT, TIMES)


def test_images_are_drawn_evenly_and_by_their_seed():
    found = some_images(3, seed=1)
    assert set(Counter(one.category for one in found).values()) == {3}
    names = [one.imagename for one in found]
    assert names == [one.imagename for one in some_images(3, seed=1)]
    assert names != [one.imagename for one in some_images(3, seed=2)]
    assert all(texture_of(one.image_id) == one.category for one in found)
    conflicts = some_images(3, seed=1, test_set="cue-conflict")
    assert len(conflicts) == 3 * 16
    assert all(texture_of(one.image_id) != one.category for one in conflicts)


def test_a_blind_denoiser_keeps_nothing_and_misses_everything():
    rows = detail_rows(
        powers(lambda x, t, label: torch.zeros_like(x)), resampling=Resampling(draws=0)
    )
    assert MEAN not in set(rows["band"])
    assert (rows["kept"] == 0).all()
    assert np.allclose(rows["missed"], 1)
    assert set(rows["images"]) == {16}
    assert sorted(set(rows["t"])) == TIMES


def test_one_that_knows_the_image_misses_nothing():
    x = classifier(None).prepare([one.read() for one in STIMULI])
    rows = detail_rows(
        powers(lambda x_t, t, label: x[: len(x_t)]), resampling=Resampling(draws=100)
    )
    assert np.allclose(rows["kept"], 1)
    assert np.allclose(rows["missed"], 0)
    assert np.allclose(rows["kept_low"], 1)


def test_powers_are_those_of_the_pictures():
    # Half of the noised image is given back, whatever the prompt.
    table = powers(lambda x, t, label: x / 2)
    x = classifier(None).prepare([one.read() for one in STIMULI]).mean(1).numpy()
    clean = band_power(x[0], BANDS)
    assert clean.sum() == pytest.approx(np.square(x[0], dtype=np.float64).mean())
    first = table[(table["image_id"] == STIMULI[0].image_id) & (table["t"] == TIMES[0])]
    assert np.allclose(first["clean"], clean)
    # In the mean over images: α²/4 of the image, and σ²/4 of the noise, which is white.
    sums = table[table["t"] == TIMES[1]].groupby("band", sort=False)[["clean", "restored"]].mean()
    alpha2 = np.cos(np.pi / 2 * TIMES[1]) ** 2
    bands = band_power(np.random.default_rng(0).standard_normal((500, 32, 32)), BANDS).mean(0)
    expected = alpha2 / 4 * sums["clean"] + (1 - alpha2) / 4 * bands / 3
    assert np.allclose(sums["restored"], expected, rtol=0.35)


def test_each_image_is_restored_under_the_prompts_that_were_named_for_it():
    asked = []

    def watch(x, t, label):
        asked.extend(label.tolist())
        return x

    wrong = [CATEGORIES[0]] * len(STIMULI)
    table = restored_powers(classifier(watch), STIMULI, RIGHT | {"wrong": wrong}, [0.5])
    assert [CATEGORIES[place] for place in asked] == RIGHT["right"] + wrong
    assert list(dict.fromkeys(table["prompt"])) == ["right", "wrong"]


def rows(missed):
    """Band → power missed at t = .2, .5, .8."""
    return pd.DataFrame(
        [
            (t, band, value)
            for band, values in missed.items()
            for t, value in zip((0.2, 0.5, 0.8), values, strict=True)
        ],
        columns=["t", "band", "missed"],
    )


def test_the_sentence_names_the_time_and_the_order():
    said = detail_sentence(rows({"1 to 2": (0.1, 0.2, 0.3), "2 and more": (0.1, 0.6, 0.9)}))
    assert "of 1 to 2 cycles at no time, of 2 and more cycles from t = 0.5 on" in said
    assert "The finer the band, the earlier it goes, as the paper saw" in said
    other = detail_sentence(rows({"1 to 2": (0.6, 0.7, 0.9), "2 and more": (0.1, 0.2, 0.6)}))
    assert "They do not go in the order of their fineness" in other
    assert "could hardly be otherwise" not in other


@pytest.mark.parametrize(
    ("band", "name"),
    [((0.0, 1.0), MEAN), ((1.0, 2.0), "1 to 2"), ((8.0, np.inf), "8 and more")],
)
def test_names_of_bands(band, name):
    assert band_name(band) == name
