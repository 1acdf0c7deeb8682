"""What denoisers give back, band by band: of one that is blind, one that knows, one that halves."""

from collections import Counter

import numpy as np
import torch

from gcbook.chapters.weighting.restored import restored_powers, some_images
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.miniworld.testsets import texture_of
from gcbook.noise.schedules import CosineSchedule
from gcbook.noise.spectrum import band_power, octave_bands
from gcbook.paper.categories import CATEGORIES

STIMULI = some_images(1)
TIMES = [0.2, 0.6]
BANDS = octave_bands(32)
RIGHT = [one.category for one in STIMULI]


def classifier(denoise):
    return DiffusionClassifier(denoise, CosineSchedule(), labels=CATEGORIES, name="d", clip="none")


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


def test_a_blind_denoiser_restores_nothing_and_one_that_knows_the_image_all():
    blind = powers(lambda x, t, label: torch.zeros_like(x))
    assert np.allclose(blind["error"], blind["clean"]) and not blind["restored"].any()
    assert sorted(set(blind["t"])) == TIMES
    x = classifier(None).prepare([one.read() for one in STIMULI])
    known = powers(lambda x_t, t, label: x[: len(x_t)])
    assert np.allclose(known["restored"], known["clean"]) and np.allclose(known["error"], 0)


def test_powers_are_those_of_the_pictures():
    table = powers(lambda x, t, label: x / 2)
    x = classifier(None).prepare([one.read() for one in STIMULI]).mean(1).numpy()
    first = table[(table["image_id"] == STIMULI[0].image_id) & (table["t"] == TIMES[0])]
    assert np.allclose(first["clean"], band_power(x[0], BANDS))
    # In the mean over images: α²/4 of the image, and a third of σ²/4 of the noise, which is white.
    sums = table[table["t"] == TIMES[1]].groupby("band", sort=False)[["clean", "restored"]].mean()
    alpha2 = np.cos(np.pi / 2 * TIMES[1]) ** 2
    white = band_power(np.random.default_rng(0).standard_normal((500, 32, 32)), BANDS).mean(0)
    expected = alpha2 / 4 * sums["clean"] + (1 - alpha2) / 4 * white / 3
    assert np.allclose(sums["restored"], expected, rtol=0.35)


def test_each_image_is_restored_under_its_prompt():
    asked = []

    def watch(x, t, label):
        asked.extend(label.tolist())
        return x

    restored_powers(classifier(watch), STIMULI, RIGHT, [0.5])
    assert [CATEGORIES[place] for place in asked] == RIGHT
