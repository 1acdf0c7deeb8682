"""Outlines are as unreliable as their choices say, and in no other way."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny.world import BARE

from gcbook.files.errors import InputError
from gcbook.miniworld.outlines import Outline, warped
from gcbook.miniworld.silhouettes import load_silhouettes
from gcbook.miniworld.world import ALL_CATEGORIES, DEFAULT_WORLD, Composer
from gcbook.paper.categories import CATEGORIES

CLEAR = replace(BARE, figure_ground=(0.5, 0.5))
SMALL = replace(DEFAULT_WORLD, resolution=8, supersampling=1)


def sample(outline, world=SMALL, number=4000, categories=CATEGORIES, category=""):
    composer = Composer(replace(world, outline=outline), load_silhouettes("train", categories))
    return composer.sample(number, torch.Generator().manual_seed(0), category)


def shares(outline):
    """Share of each image that is the object's, told by its luma."""
    composer = Composer(replace(CLEAR, outline=outline), load_silhouettes("train", ("clock",)))
    index = torch.arange(400) % len(composer.silhouettes.names)
    scene = composer.compose(index, index * 0, torch.Generator().manual_seed(0))
    return scene.images[..., 0].astype(float)


@pytest.mark.parametrize("share", [0.2, 1.0])
def test_outlines_mislead_as_often_as_said_by_all_others_alike(share):
    scene = sample(Outline(misleading=share))
    shown = load_silhouettes("train", CATEGORIES).categories
    misled = scene.shape != scene.label
    assert abs(misled.mean() - share) <= 5 * np.sqrt(share * (1 - share) / 4000)
    assert [ALL_CATEGORIES[i] for i in scene.shape] == [shown[i] for i in scene.silhouette]
    assert set(scene.label) == set(range(16))
    steps = np.bincount((scene.shape - scene.label)[misled] % 16, minlength=16)
    assert steps[0] == 0
    expected = misled.sum() / 15
    assert (np.abs(steps[1:] - expected) < 5 * np.sqrt(expected)).all()
    # Texture goes by what the image is of, and not by its outline.
    assert abs((scene.texture == scene.label).mean() - 0.89) < 5 * np.sqrt(0.89 * 0.11 / 4000)


def test_a_category_can_be_asked_for():
    scene = sample(Outline(misleading=0.5), number=200, category="dog")
    assert set(scene.label) == {CATEGORIES.index("dog")}
    assert 60 < (scene.shape == scene.label).sum() < 140


def test_smaller_objects_cover_the_square_of_the_factor():
    def cover(outline):
        images = shares(outline)
        ground = images[:, :1, :1]
        return (np.abs(images - ground) > 64).mean()

    assert cover(Outline(size=(0.5, 0.5))) / cover(Outline()) == pytest.approx(0.25, rel=0.2)


def test_truncated_objects_lose_the_share_of_their_frame_that_is_said():
    """A frame of .9 of the image, of which .4 is outside, ends at .54 from one side."""
    images = shares(Outline(truncated=1.0, beyond=(0.4, 0.4)))
    sides = set()
    for image in images:
        ground = np.median([image[0, 0], image[0, -1], image[-1, 0], image[-1, -1]])
        rows, columns = np.nonzero(np.abs(image - ground) > 64)
        touched = [rows.min() == 0, rows.max() == 31, columns.min() == 0, columns.max() == 31]
        depth = [rows.max() + 1, 32 - rows.min(), columns.max() + 1, 32 - columns.min()]
        assert any(touched)
        assert depth[touched.index(True)] <= 0.54 * 32 + 1
        sides.add(touched.index(True))
    assert sides == {0, 1, 2, 3}
    assert (shares(Outline(truncated=0.5)) == shares(Outline())).all(axis=(1, 2)).mean() < 1


def test_other_objects_stand_before_or_behind():
    def changed(before):
        outline = Outline(others=1, before=before, other_size=(0.5, 0.5))
        plain, busy = shares(Outline()), shares(outline)
        object_ = np.abs(plain - plain[:, :1, :1]) > 64
        differs = np.abs(busy - plain) > 8
        return (differs & object_).sum() / object_.sum(), differs.any(axis=(1, 2)).mean()

    hidden, there = changed(1.0)
    assert hidden > 0.02
    assert 0.35 < there < 0.6
    # At its edge the object lets a little through of what is behind.
    assert changed(0.0)[0] < hidden / 4


def test_warps_have_the_standard_deviation_that_is_said_at_their_points():
    places = torch.zeros((500, 5, 5, 2))
    moved = warped(places, 0.03, torch.Generator().manual_seed(0))
    assert moved.std().item() / 2 == pytest.approx(0.03, rel=0.03)
    large = warped(torch.zeros((4, 65, 65, 2)), 0.03, torch.Generator().manual_seed(0))
    # Smooth: neighbours move alike.
    assert large.diff(dim=1).abs().max() < 0.3 * large.abs().max()
    assert (shares(Outline(warp=0.03)) != shares(Outline())).any()


@pytest.mark.parametrize(
    "outline",
    [
        Outline(misleading=0.3, size=(0.5, 1.0), truncated=0.5, others=2, warp=0.03),
        Outline(others=1),
    ],
)
def test_a_world_of_whole_objects_is_the_default_one(outline):
    assert replace(DEFAULT_WORLD, outline=outline).whole() == DEFAULT_WORLD
    assert "outline" not in DEFAULT_WORLD.as_dict()
    assert replace(DEFAULT_WORLD, outline=outline).as_dict()["outline"]["others"] == outline.others


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"misleading": 1.1}, "misleading: expected a probability"),
        ({"truncated": -0.1}, "truncated: expected a probability"),
        ({"others": -1}, "others: expected 0 or more"),
        ({"size": (1.0, 0.5)}, "size: expected 0 < low"),
        ({"beyond": (0.0, 0.5)}, "beyond: expected 0 < low"),
    ],
)
def test_impossible_outlines_are_refused(change, says):
    with pytest.raises(InputError, match=says):
        Outline(**change)
