"""Test sets show what their names say."""

import re
from collections import Counter

import numpy as np
import pytest
from tiny.made import set_of

from gcbook.files.errors import InputError
from gcbook.miniworld.silhouettes import load_silhouettes
from gcbook.miniworld.testsets import TEST_SETS, conditions_made, make_test_set, silhouette_of
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stimuli.distortions import DISTORTIONS


@pytest.fixture(scope="module")
def sets():
    return {name: set_of(name) for name in TEST_SETS}


def shapes():
    """The test silhouettes by the names that they should have, as masks of 32 pixels."""
    silhouettes = load_silhouettes("test", CATEGORIES)
    numbers = Counter()
    found = {}
    for category, image in zip(silhouettes.categories, silhouettes.images, strict=True):
        numbers[category] += 1
        found[f"{category}{numbers[category]}"] = image
    return found


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
