"""Test sets show what their names say."""

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny.made import set_of
from tiny.world import BARE

from gcbook.files.errors import InputError
from gcbook.miniworld import testsets
from gcbook.miniworld.silhouettes import load_silhouettes
from gcbook.miniworld.testsets import TEST_SETS, conditions_made, make_test_set, silhouette_of
from gcbook.miniworld.world import Composer
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stimuli.distortions import DISTORTIONS

PLAIN = ("in-distribution", "cue-conflict", "silhouette", "edge", "texture")
UPRIGHT = replace(BARE, scale=(0.85, 0.85))


@pytest.fixture(scope="module")
def sets():
    return {name: set_of(name) for name in TEST_SETS}


def luma(stimuli):
    return np.stack([each.read()[..., 0] for each in stimuli])


def shapes():
    """The test silhouettes by the names that they should have, as masks of 32 pixels."""
    silhouettes = load_silhouettes("test", CATEGORIES)
    numbers = Counter()
    found = {}
    for category, image in zip(silhouettes.categories, silhouettes.images, strict=True):
        numbers[category] += 1
        found[f"{category}{numbers[category]}"] = image
    return found


def test_sets_are_those_of_the_benchmark_that_can_be_made():
    assert (*PLAIN, *DISTORTIONS) == TEST_SETS
    assert set(TEST_SETS) - set(EXPERIMENTS) == {"in-distribution", "texture"}


@pytest.mark.parametrize(
    ("name", "number"), [("in-distribution", 20), ("cue-conflict", 45), ("texture", 10)]
)
def test_sets_are_balanced(sets, name, number):
    counts = Counter(each.category for each in sets[name])
    assert counts == dict.fromkeys(CATEGORIES, number)
    assert {each.condition for each in sets[name]} == {"0"}


@pytest.mark.parametrize("name", DISTORTIONS)
def test_manipulations_show_the_same_images_in_every_condition(sets, name):
    expected = conditions_made(name)
    assert len(expected) >= min(4, len(EXPERIMENTS[name].conditions))
    assert expected[0] == EXPERIMENTS[name].conditions[0]
    assert set(expected) <= set(EXPERIMENTS[name].conditions)
    counts = Counter((each.condition, each.category) for each in sets[name])
    assert counts == {(cond, cat): 5 for cond in expected for cat in CATEGORIES}
    base = {}
    for each in sets[name]:
        stem = each.image_id.removesuffix(f"-{each.condition}.png")
        assert stem != each.image_id
        base.setdefault(each.condition, set()).add(stem)
    assert all(stems == base[expected[0]] for stems in base.values())
    # The same in every set, too.
    assert base[expected[0]] == {
        each.image_id.removesuffix("-c100.png")
        for each in sets["contrast"]
        if each.condition == "c100"
    }


@pytest.mark.parametrize("name", TEST_SETS)
def test_images_are_grey_of_the_worlds_size_and_of_test_silhouettes(sets, name):
    for each in sets[name].first(16):
        pixels = each.read()
        assert pixels.shape == (32, 32, 3)
        assert (pixels == pixels[..., :1]).all()
    assert len({each.image_id for each in sets[name]}) == len(sets[name])
    shown = {silhouette_of(each.imagename) for each in sets[name]}
    assert name == "texture" or shown <= shapes().keys()


@pytest.mark.parametrize("name", ["in-distribution", "edge", "uniform-noise"])
def test_images_are_always_the_same(sets, name):
    testsets._made.cache_clear()
    again = make_test_set(name)
    assert again == sets[name]
    assert [each.sha256() for each in again] == [each.sha256() for each in sets[name]]


def test_conflicts_are_all_pairs_with_silhouettes_used_alike(sets):
    pairs, textures, uses = Counter(), [], Counter()
    together = {}
    for each in sets["cue-conflict"]:
        shape, shape_number, texture, draw = re.fullmatch(
            r"([a-z]+)(\d+)-([a-z]+)(\d+)\.png", each.imagename
        ).groups()
        assert shape == each.category
        pairs[shape, texture] += 1
        together.setdefault((shape, texture), set()).add(shape_number)
        textures.append(texture + draw)
        uses[shape + shape_number] += 1
    assert pairs == {(a, b): 3 for a in CATEGORIES for b in CATEGORIES if a != b}
    assert all(len(numbers) == 3 for numbers in together.values())
    assert len(set(textures)) == 720
    assert set(uses) == set(shapes())
    for category in CATEGORIES:
        own = [n for name, n in uses.items() if name.rstrip("0123456789") == category]
        assert max(own) - min(own) <= 1


def test_in_distribution_wears_its_own_texture_as_often_as_said(sets):
    own = [
        re.fullmatch(r"[a-z]+\d+-([a-z]+)\d+\.png", each.imagename)[1] == each.category
        for each in sets["in-distribution"]
    ]
    assert abs(np.mean(own) - 0.89) < 4 * np.sqrt(0.89 * 0.11 / 320)


@pytest.fixture
def world(monkeypatch):
    """Let the test sets be of another world."""

    def use(chosen):
        monkeypatch.setattr(testsets, "WORLD", chosen)
        forget()

    yield use
    forget()


def forget():
    for cached in (testsets._made, testsets._undistorted):
        cached.cache_clear()


@pytest.mark.parametrize("name", ["in-distribution", "cue-conflict"])
def test_names_tell_the_silhouette(name, world):
    """Without texture, background and pose an image is the silhouette that it is named for."""
    known = shapes()
    scaled = dict(zip(known, bare_masks(list(known.values())), strict=True))
    world(UPRIGHT)
    for each in make_test_set(name):
        image = each.read()[..., 0].ravel()
        mask = scaled[silhouette_of(each.imagename)].ravel()
        assert abs(np.corrcoef(image, mask)[0, 1]) > 0.99, each.imagename


def bare_masks(images):
    """Masks at 32 pixels and the scale of `UPRIGHT`, by the composer's own rules."""
    silhouettes = load_silhouettes("test", CATEGORIES)
    assert all((a == b).all() for a, b in zip(silhouettes.images, images, strict=True))
    index = torch.arange(len(images))
    scene = Composer(silhouettes, UPRIGHT).compose(
        index, torch.zeros_like(index), torch.Generator().manual_seed(0)
    )
    return scene.images[..., 0].astype(float)


def test_silhouettes_are_black_on_white_and_each_comes_once(sets):
    names = [silhouette_of(each.imagename) for each in sets["silhouette"]]
    assert sorted(names) == sorted(shapes())
    assert len(names) == 172
    images = luma(sets["silhouette"])
    assert (images[:, 0] == 1).all()
    assert (images[:, :, -1] == 1).all()
    assert ((images < 0.02) | (images > 0.98)).mean() > 0.8
    known = shapes()
    for name, image in zip(names, images, strict=True):
        inside = (known[name] / 255).sum() / 4 * 0.85**2
        assert (1 - image).sum() == pytest.approx(inside, rel=0.06)
        # Upright and in the middle; its longer side covers 60 of 64 pixels of its frame.
        rows, columns = np.nonzero(image < 0.5)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == pytest.approx(0.85 * 30, abs=2)


def test_edges_are_thin_lines_along_the_outlines(sets):
    filled = {each.image_id: each.read()[..., 0] for each in sets["silhouette"]}
    for each in sets["edge"]:
        line, solid = 1 - each.read()[..., 0], 1 - filled[each.image_id]
        # Within the object (whose very edge is drawn a little sharper), dark, and thin.
        assert (line - solid).max() < 0.35
        assert line.max() > 0.9
        assert 0.05 < line.mean() < 0.28
        deep = solid.copy()
        for axis in (0, 1):
            for step in (-1, 1):
                deep = np.minimum(deep, np.roll(deep, step, axis=axis))
        deep = np.minimum(deep, np.roll(deep, 1, axis=0))
        assert line[deep > 0.999].max(initial=0) < 0.05
    assert np.mean([line.mean() for line in 1 - luma(sets["edge"])]) < 0.17


def test_textures_fill_the_frame_at_the_mean_contrast(sets):
    images = luma(sets["texture"])
    np.testing.assert_allclose(images.mean(axis=(1, 2)), 0.5, atol=0.01)
    # Pooling takes a little of the contrast, from some patterns more than from others.
    drawn = 0.75 * 0.375 / 2
    assert 0.8 * drawn < np.median(images.std(axis=(1, 2))) < drawn
    quarters = images.reshape(160, 2, 16, 2, 16).std(axis=(2, 4))
    assert (quarters > 0.4 * drawn).all()
    for each in sets["texture"]:
        assert re.fullmatch(rf"none-{each.category}\d+\.png", each.imagename)


def test_refuses_other_names():
    with pytest.raises(InputError, match="expected one of in-distribution"):
        make_test_set("colour")
    with pytest.raises(InputError, match=r"found 'n03041632_7380\.png'"):
        silhouette_of("n03041632_7380.png")


@pytest.mark.parametrize(
    ("name", "misleading"),
    [("cue-conflict", 0), ("silhouette", 0), ("edge", 0), ("in-distribution", 0.25)],
)
def test_outlines_mislead_where_images_are_as_the_world_has_them(sets, name, misleading):
    misled = [
        each.category != silhouette_of(each.imagename).rstrip("0123456789") for each in sets[name]
    ]
    spread = np.sqrt(misleading * (1 - misleading) / len(misled))
    assert abs(np.mean(misled) - misleading) <= 4 * spread
