"""*Discussion*: what its cells compute, and that a rerun says what it cannot check."""

import math

import pytest
from tiny.notebooks import run_chapter

from gcbook.claims import Interval
from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.shipped import shipped_models
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import cue_shares


@pytest.fixture(scope="module")
def found():
    return run_chapter("discussion")[0]


def test_people_and_their_images(found):
    assert (len(found["persons"]), found["per_dataset"].min()) == (90, 4)
    assert found["per_dataset"].max() == 10
    images = found["images"]
    assert (images["images"], images["images_in_several_datasets"]) == (14_661, 1_688)
    assert found["humans"].error_consistency == pytest.approx(0.431, abs=5e-4)


def test_printed_numbers(found):
    bias, accuracy, kappa = (found[name] for name in ("bias", "accuracy", "kappa"))
    assert (bias["imagen"], accuracy["parti"], kappa["clip"]) == (0.99, 0.58, 0.28)
    assert found["ranks"].iloc[0] == 2.333 and found["accuracies"].iloc[0] == 0.837
    sides = found["sides"]
    assert [sides[name] for name in ("imagen", "parti", "stable_diffusion")] == [64, 256, 512]


def test_small_networks_are_pooled_as_elsewhere(found):
    answers = miniature_answers(["cue-conflict"], shipped_models(("mini-ar",)))
    rows = cue_shares(with_recipe(answers), ["recipe"], resampling=Resampling(draws=0))
    assert found["small"]["ar"] == pytest.approx(rows["shape_bias"][0])
    expected = [0.108, 0.517, 0.346, 0.188]
    small = found["small"][["pixel", "pixel_even", "ar", "cnn"]]
    assert small.tolist() == pytest.approx(expected, abs=1e-3)


def test_differences_are_paired(found):
    # Of a network with itself there is none in any resample.
    assert found["lead"]["cnn"] == Interval(0, 0)
    small, resnet = found["small"], found["small"]["cnn"]
    for name in ("pixel", "latent", "ar", "pixel_even"):
        low, high = found["lead"][name]
        assert low < small[name] - resnet < high


def test_what_the_datasets_do_not_give_is_not_checked(data_dir):
    found, _ = run_chapter("discussion", datasets="colour", draws=0)
    assert math.isnan(found["humans"].error_consistency_low)
    states = {name: claim["state"] for name, claim in found["claim"].items()}
    assert states["generating_is_not_enough"] == "unknown"
    assert states["sizes_differ"] == "holds"
