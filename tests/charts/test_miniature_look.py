"""Colours and marks of the miniatures."""

from gcbook.charts.miniature_look import (
    COLORS,
    SHAPES,
    recipe_color,
    recipe_shape,
)
from gcbook.charts.theme import HUMAN
from gcbook.miniworld.results.shipped import KINDS


def test_every_miniature_has_a_look_of_its_own_and_none_that_of_people():
    for look in (COLORS, SHAPES):
        assert list(look) == list(KINDS)
    assert len(set(COLORS.values())) == len(set(SHAPES.values())) == len(KINDS)
    assert HUMAN not in COLORS.values()


def test_scales_show_what_there_is_in_order():
    shown = ["mini-cnn", "mini-pixel", "mini-cnn"]
    for channel, values in (
        (recipe_color(shown), COLORS),
        (recipe_shape(shown), SHAPES),
    ):
        spec = channel.to_dict()
        assert spec["field"] == "recipe"
        assert spec["scale"]["domain"] == ["mini-pixel", "mini-cnn"]
        assert spec["scale"]["range"] == [values["mini-pixel"], values["mini-cnn"]]
        assert spec["legend"]["title"] == "Miniature"
