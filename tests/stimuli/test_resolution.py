"""Images with less detail: what goes, what stays, what is refused."""

import numpy as np
import pytest
from tiny.gaussian import class_means, gaussian_classifier, stimuli

from gcbook.files.errors import InputError
from gcbook.noise.schedules import CosineSchedule
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.shards import Shard, merge_stores
from gcbook.scoring.store import Store
from gcbook.stimuli.resolution import Detail

SIDE = 224


def wave(cycles, height=SIDE, width=SIDE):
    """A sinusoid of contrast 1 along the width, float32 (height, width, 3)."""
    x = (np.arange(width) + 0.5) / width
    line = 0.5 + 0.5 * np.cos(2 * np.pi * cycles * x)
    return np.broadcast_to(line[None, :, None], (height, width, 3)).astype(np.float32)


def contrast(image, cycles):
    """Of what is left of `wave`, away from the border."""
    inner = slice(SIDE // 4, 3 * SIDE // 4)
    shown = image[inner, inner, 0].mean(axis=0) - image[inner, inner, 0].mean()
    carrier = wave(cycles)[0, inner, 0] - 0.5
    return float(shown @ carrier / (carrier @ carrier))


@pytest.mark.parametrize("name", ["bicubic", "box", "lanczos"])
@pytest.mark.parametrize("side", [32, 64, 112])
def test_what_a_side_cannot_hold_goes_and_what_it_can_stays(name, side):
    shrunk = Detail(at=side, filter=name)
    # Far below half a cycle a pixel all three filters pass a wave, far above it none does.
    assert contrast(shrunk.show(wave(side / 8), "x"), side / 8) > 0.9
    assert abs(contrast(shrunk.show(wave(0.875 * side), "x"), 0.875 * side)) < 0.2


def test_nothing_goes_at_the_image_s_own_side():
    image = np.random.default_rng(0).random((40, 40, 3), np.float32)
    np.testing.assert_allclose(Detail(at=40).show(image, "x"), image, atol=1e-6)
    assert Detail().show(image, "x") is image


@pytest.mark.parametrize("detail", [Detail(at=16), Detail(at=16, filter="box"), Detail(blur=2)])
def test_colours_stay_apart_and_plain_ones_as_they_are(detail):
    image = np.zeros((48, 64, 3), np.float32)
    image[..., 1] = np.random.default_rng(1).random((48, 64))
    image[..., 2] = 0.25
    found = detail.show(image, "x")
    assert found.shape == image.shape and found.dtype == np.float32
    assert not found[..., 0].any() and found.min() >= 0 and found.max() <= 1
    # A weighted mean of 48 x 64 equal values at most: each product and sum rounds once.
    np.testing.assert_allclose(found[..., 2], 0.25, rtol=64 * np.finfo(np.float32).eps)


def test_a_blur_is_a_gaussian_filter():
    sigma, cycles = 1.5, 20
    expected = np.exp(-2 * (np.pi * sigma * cycles / SIDE) ** 2)
    # The filter is cut at four standard deviations, which hold all but 6e-5 of it.
    assert contrast(Detail(blur=sigma).show(wave(cycles), "x"), cycles) == pytest.approx(
        expected, abs=1e-3
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"at": 0}, "at: expected a side of 1 pixel or more, found 0"),
        ({"at": "64"}, "at: expected a whole number of pixels, found '64'"),
        ({"at": 6.4}, "at: expected a whole number"),
        ({"at": 64, "filter": "nearest"}, "filter: expected one of bicubic, box, lanczos"),
        ({"filter": "box"}, "filter: box shrinks images to a side"),
        ({"blur": -1.0}, "blur: expected 0 pixels or more"),
        ({"blur": float("nan")}, "blur: expected 0 pixels or more"),
        ({"at": 64, "blur": 1.0}, "expected at or blur, found both"),
    ],
)
def test_what_is_no_detail_is_refused(given, says):
    with pytest.raises(InputError, match=says):
        ScoringSettings(**given)


def test_an_image_smaller_than_the_side_is_refused_by_name():
    with pytest.raises(InputError, match=r"cat1: expected an image of 64 .* found 80 x 48"):
        Detail(at=64).show(np.zeros((48, 80, 3), np.float32), "cat1")


def ask(folder, images=None, shard=None, **settings):
    classifier = gaussian_classifier(CosineSchedule(), class_means(16))
    asked = ScoringSettings(draws=4, **settings)
    score(images or stimuli(4), classifier, asked, folder, shard=shard, progress="silent")
    return Store.open(folder)


def test_a_store_is_of_one_side_and_its_observer_says_which(tmp_path):
    whole, half = ask(tmp_path / "whole"), ask(tmp_path / "half", at=2)
    assert half.observer == f"{whole.observer}-at-2"
    assert "at" not in whole.settings.as_dict()  # as in stores that were begun without a choice
    for other in ({}, {"at": 3}, {"at": 2, "filter": "box"}, {"blur": 1.0}):
        with pytest.raises(InputError, match=r"(at|filter|blur): expected"):
            ask(tmp_path / "half", **other)
    before, after = whole.scores()["error_l2"], half.scores()["error_l2"]
    assert not np.allclose(before, after)
    assert ask(tmp_path / "half", at=2).scores().equals(half.scores())


def test_shards_of_two_sides_are_not_merged(tmp_path):
    images = stimuli(4)
    for number, side in ((1, 2), (2, 3)):
        ask(tmp_path / str(side), images, Shard(number, 2), at=side)
    with pytest.raises(InputError, match="at: expected 2, found 3"):
        merge_stores([tmp_path / "2", tmp_path / "3"], tmp_path / "merged")
