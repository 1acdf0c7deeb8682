"""The drawn world does what its choices say."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny.world import BARE

from gcbook.miniworld.silhouettes import load_silhouettes
from gcbook.miniworld.world import ALL_CATEGORIES, WORLD, Composer
from gcbook.paper.categories import CATEGORIES


def sample(number, world=WORLD, seed=0, split="train", categories=ALL_CATEGORIES):
    composer = Composer(load_silhouettes(split, categories), world)
    return composer.sample(number, torch.Generator().manual_seed(seed))


def test_the_world_draws_what_its_shipped_networks_learned():
    """The first images of their pool, as they were when those networks were trained."""
    scene = sample(64, seed=1_000_003)
    assert scene.label[:12].tolist() == [14, 6, 11, 16, 16, 11, 11, 16, 4, 0, 14, 16]
    assert 0 < (scene.label != scene.shape).sum() < 32
    assert scene.images.mean() == pytest.approx(129.9598, abs=2e-3)
    assert scene.images.std() == pytest.approx(54.4334, abs=2e-3)
    row = scene.images[5, 16, 10:20, 0].astype(int)
    assert np.abs(row - [170, 170, 170, 204, 238, 221, 170, 170, 170, 170]).max() <= 1


def test_categories_come_equally_often_and_wear_their_texture_as_often_as_said():
    world = replace(WORLD, resolution=8, supersampling=1, diagnosticity=0.7)
    scene = sample(6000, world, categories=CATEGORIES)
    counts = np.bincount(scene.label, minlength=16)
    assert (np.abs(counts - 375) < 5 * np.sqrt(375)).all()
    own = scene.texture == scene.label
    assert abs(own.mean() - 0.7) < 5 * np.sqrt(0.7 * 0.3 / 6000)
    # Where it is another's, all others are alike, the three extra categories too.
    others = np.bincount((scene.texture - scene.label)[~own] % 19, minlength=19)[1:]
    assert (np.abs(others - 100) < 5 * np.sqrt(100)).all()


def test_outlines_mislead_as_often_as_said_to_all_other_categories_alike():
    world = replace(WORLD, resolution=8, supersampling=1, misleading=0.3)
    scene = sample(6000, world, categories=CATEGORIES)
    misled = scene.shape != scene.label
    assert abs(misled.mean() - 0.3) < 5 * np.sqrt(0.3 * 0.7 / 6000)
    others = np.bincount((scene.shape - scene.label)[misled] % 16, minlength=16)[1:]
    assert (np.abs(others - 120) < 5 * np.sqrt(120)).all()


def test_texture_contrast_is_the_ratio_of_figure_and_ground():
    keyboards = load_silhouettes("train", ("oven",))
    world = replace(BARE, texture_ratio=(0.5, 0.5), scale=(1.0, 1.0), figure_ground=(0.3, 0.3))
    world = replace(world, resolution=64, supersampling=1)
    composer = Composer(keyboards, world)
    index = torch.arange(len(keyboards.names)).repeat(20)
    stripes = torch.zeros_like(index)
    scene = composer.compose(index, stripes, torch.Generator().manual_seed(0))
    flat = Composer(keyboards, replace(world, texture_ratio=(1e-6, 1e-6))).compose(
        index, stripes, torch.Generator().manual_seed(0)
    )
    added = (scene.images[..., 0].astype(float) - flat.images[..., 0]) / 255
    inside = keyboards.images[index.numpy()] == 255
    ratios = [part[mask].std() / 0.15 for part, mask in zip(added, inside, strict=True)]
    assert np.median(ratios) == pytest.approx(0.5, abs=0.06)
