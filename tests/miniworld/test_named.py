"""Worlds are read by name, and what a record of a training says is known by its name."""

import json
from dataclasses import replace

import pytest

from gcbook.files.errors import InputError
from gcbook.miniworld.named import DEFAULT, named_world, read_worlds, world_name, world_names
from gcbook.miniworld.outlines import Outline
from gcbook.miniworld.results.shipped import model_card, shipped_models
from gcbook.miniworld.world import DEFAULT_WORLD

LISTED = """
default: {}
other:
  diagnosticity: 0.5
  scale: [0.5, 0.6]
  outline: {misleading: 0.2, size: [0.5, 1.0]}
"""


def test_a_world_changes_what_is_listed_and_nothing_else():
    found = read_worlds(LISTED)
    assert found["default"] == DEFAULT_WORLD
    outline = Outline(misleading=0.2, size=(0.5, 1.0))
    expected = replace(DEFAULT_WORLD, diagnosticity=0.5, scale=(0.5, 0.6), outline=outline)
    assert found["other"] == expected


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        ("w: {colours: 1}", r"worlds\.yml, w: expected some of resolution, .*found {'colours': 1}"),
        ("w: {outline: {warped: 1}}", r"worlds\.yml, w, outline: expected some of misleading"),
        ("w: [1]", r"worlds\.yml, w: expected some of resolution"),
        ("w: {diagnosticity: 2}", "expected a probability, found 2"),
    ],
)
def test_impossible_worlds_are_refused(listed, says):
    with pytest.raises(InputError, match=says):
        read_worlds(listed)


def test_every_listed_world_is_found_by_its_choices():
    assert world_names()[0] == DEFAULT
    for name in world_names():
        assert world_name(json.loads(json.dumps(named_world(name).as_dict()))) == name
    assert world_name(replace(DEFAULT_WORLD, shift=0.5).as_dict()) == ""
    assert world_name(replace(DEFAULT_WORLD, outline=Outline(others=7)).as_dict()) == ""
    with pytest.raises(InputError, match="expected one of default"):
        named_world("photographs")


def test_shipped_models_were_trained_in_a_world_with_a_name():
    assert {world_name(model_card(model)["world"]) for model in shipped_models()} <= set(
        world_names()
    )
