"""Drawings that can be seen in two ways: what is drawn, and the controls."""

import numpy as np
import pytest

from gcbook.illusions.drawings import DRAWINGS, FIGURE, GROUND, draw, mirrored
from gcbook.miniworld.world import ALL_CATEGORIES

SIDE = 64
SQUARE = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))


def ink(drawing, side=SIDE):
    """How much of each pixel is figure."""
    return (draw(drawing, side)[..., 0] - GROUND) / (FIGURE - GROUND)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_on_a_ground_in_any_size(name):
    for side in (32, 65):
        picture = draw(DRAWINGS[name], side)
        assert picture.shape == (side, side, 3)
        assert picture.dtype == np.float32
        assert picture.min() == pytest.approx(FIGURE, abs=0.01)
        assert picture.max() == pytest.approx(GROUND, abs=1e-6)
        assert 0.1 < ink(DRAWINGS[name], side).mean() < 0.7
    assert set(DRAWINGS[name].readings) <= set(ALL_CATEGORIES)


def test_controls_are_of_ambiguous_drawings_and_show_less():
    controls = [each for each in DRAWINGS.values() if each.control_of]
    assert {each.control_of for each in controls} == {
        each.name for each in DRAWINGS.values() if not each.control_of
    }
    for control in controls:
        whole = DRAWINGS[control.control_of]
        assert set(control.readings) < set(whole.readings)


def test_the_duck_differs_from_the_duck_rabbit_in_its_bill_and_its_nape():
    difference = np.abs(ink(DRAWINGS["duck–rabbit"]) - ink(DRAWINGS["duck"]))
    bill = difference[: int(0.54 * SIDE), : int(0.41 * SIDE)].sum()
    nape = difference[int(0.3 * SIDE) : int(0.64 * SIDE), int(0.72 * SIDE) :].sum()
    assert min(bill, nape) > 0.01 * difference.sum()
    assert bill + nape > 0.9 * difference.sum()


def test_a_mirror_image():
    drawing = DRAWINGS["duck–rabbit"]
    mirror = mirrored(drawing)
    # Polygons are filled to within a fraction of a pixel.
    assert np.abs(ink(mirror) - ink(drawing)[:, ::-1]).mean() < 0.01
    assert mirror.name == "duck–rabbit, mirrored"
