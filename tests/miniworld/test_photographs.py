"""What networks of photographs are asked: published stimuli, and photographs changed."""

import runpy
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gcbook.book.project import find_project
from gcbook.files.manifest import DATA
from gcbook.miniworld.photographs import (
    PATCH,
    PHOTOGRAPHED,
    PLAIN,
    SHUFFLED,
    band_errors,
)
from gcbook.miniworld.results.shipped import shipped_store
from gcbook.miniworld.results.weighting import read_errors
from gcbook.paper.categories import imagenet_classes
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stimuli.folders import PUBLISHED_SETS
from gcbook.stimuli.photographs import TINY_IMAGENET
from gcbook.trials.originals import read_registry

TOOL = runpy.run_path(str(find_project().root / "tools" / "score_photographs.py"))
asked = TOOL["asked"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Photographs of one class of each of the 11 categories, in colour."""
    folder = tmp_path_factory.mktemp("photographs")
    rng = np.random.default_rng(0)
    for category in PHOTOGRAPHED:
        one = next(each for each in imagenet_classes() if each.category == category)
        for part, count in (("train", 1), ("val", 12)):
            (folder / part / one.wnid).mkdir(parents=True)
            for index in range(count):
                pixels = rng.integers(0, 256, (64, 64, 3)).astype(np.uint8)
                Image.fromarray(pixels).save(folder / part / one.wnid / f"{one.wnid}_{index}.png")
    return folder


def test_categories_are_those_of_tiny_imagenet_alone():
    fetched = {name.partition("/")[2] for name in read_registry(TINY_IMAGENET)}
    assert len(fetched) == 26
    known = {each.category for each in imagenet_classes() if each.wnid in fetched}
    assert list(PHOTOGRAPHED) == sorted(known)


def test_as_many_photographs_of_each_category(folder):
    counts = Counter(each.category for each in asked(PLAIN, folder))
    assert counts == dict.fromkeys(PHOTOGRAPHED, 12)


def test_shuffled_photographs_have_the_squares_of_their_own(folder):
    plain = {each.image_id.removesuffix(".png"): each.read() for each in asked(PLAIN, folder)}
    shuffled = asked(SHUFFLED, folder)
    assert len(shuffled) == 10 * len(PHOTOGRAPHED)

    def squares(image):
        rows = image.reshape(64 // PATCH, PATCH, 64 // PATCH, PATCH, 3).swapaxes(1, 2)
        return sorted(part.tobytes() for part in rows.reshape(-1, PATCH, PATCH, 3))

    for each in shuffled.stimuli[:20]:
        original = plain[each.image_id.removesuffix(".png").split("_", 2)[2]]
        assert squares(each.read()) == squares(original)
        assert not np.array_equal(each.read(), original)


def test_distorted_photographs_are_grey_and_of_every_published_condition(folder):
    made = asked("contrast", folder)
    counts = Counter(each.condition for each in made)
    assert counts == dict.fromkeys(EXPERIMENTS["contrast"].conditions, 5 * len(PHOTOGRAPHED))
    for each in made.stimuli[:10]:
        image = each.read()
        assert (image == image[..., :1]).all()
    weak = [each.read() for each in made if each.condition == "c10"]
    assert min(map(np.min, weak)) > 0.44 and max(map(np.max, weak)) < 0.56


@pytest.mark.parametrize(
    "network",
    sorted(each.name for each in DATA.path("photographs").iterdir() if each.is_dir()),
)
def test_what_ships_is_whole_and_of_the_same_images(network):
    for test_set in (*PUBLISHED_SETS, PLAIN, SHUFFLED):
        images, t, errors = band_errors(network, test_set)
        others = band_errors("photo-cnn", test_set)[0]
        assert images["image_id"].tolist() == others["image_id"].tolist()
        assert np.isfinite(errors).all()
        assert errors.shape[2:] == (len(t), len(PHOTOGRAPHED))
        assert len(t) == 1 or np.allclose(np.diff(t), 1 / len(t), atol=1e-6)


def test_what_ships_of_a_store_is_its_errors_by_half_and_band(tmp_path):
    store = shipped_store("mini-pixel-calibrated", "cue-conflict")
    TOOL["ship"](store, tmp_path / "it.parquet")
    rows = pd.read_parquet(tmp_path / "it.parquet").sort_values(["image_id", "half", "t"])
    raw = read_errors(store)
    order = raw.images["image_id"].argsort().to_numpy()
    draws, labels = raw.errors.shape[1], list(raw.labels)
    means = rows.groupby(["image_id", "half"])[labels].mean().to_numpy()
    for half, chosen in enumerate((slice(draws // 2), slice(draws // 2, None))):
        found = raw.errors[order, chosen].mean(axis=1)
        found -= found.mean(axis=1, keepdims=True)
        assert np.corrcoef(means[half::2].ravel(), found.ravel())[0, 1] > 0.99
    assert rows["texture"].notna().all()
