"""Colours and marks of the miniatures."""

from gcbook.charts.miniature_look import COLORS, SHAPES
from gcbook.charts.theme import HUMAN
from gcbook.miniworld.results.shipped import KINDS


def test_every_miniature_has_a_look_of_its_own_and_none_that_of_people():
    for look in (COLORS, SHAPES):
        assert list(look) == list(KINDS)
    assert len(set(COLORS.values())) == len(set(SHAPES.values())) == len(KINDS)
    assert HUMAN not in COLORS.values()
