"""Drawings that can be seen in two ways: what is drawn, where the parts are, and the controls."""

import numpy as np
import pytest

from gcbook.files.errors import InputError
from gcbook.illusions.drawings import (
    DRAWINGS,
    FIGURE,
    GROUND,
    Drawing,
    draw,
    mask_of,
    mirrored,
    rotated,
)
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


@pytest.mark.parametrize("name", DRAWINGS)
def test_what_can_be_seen_is_known_to_the_models_and_parts_are_where_something_is(name):
    drawing = DRAWINGS[name]
    assert set(drawing.readings) <= set(ALL_CATEGORIES)
    assert {reading for reading, _ in drawing.parts} <= set(drawing.readings)
    edges = np.hypot(*np.gradient(ink(drawing)))
    for part, points in drawing.parts.items():
        assert all(-1e-9 <= value <= 1 + 1e-9 for point in points for value in point), part
        inside = mask_of(points, SIDE)
        # A part has outlines in it, and is not the whole picture.
        assert (edges * inside).sum() > 0.02 * edges.sum(), part
        assert inside.mean() < 0.6, part


def test_controls_are_of_ambiguous_drawings_and_show_less():
    controls = [each for each in DRAWINGS.values() if each.control_of]
    assert {each.control_of for each in controls} == {
        each.name for each in DRAWINGS.values() if not each.control_of
    }
    for control in controls:
        whole = DRAWINGS[control.control_of]
        assert set(control.readings) < set(whole.readings)


def test_the_duck_differs_from_the_duck_rabbit_in_its_bill_and_its_nape():
    ambiguous, control = DRAWINGS["duck–rabbit"], DRAWINGS["duck"]
    difference = np.abs(ink(ambiguous) - ink(control))
    inside = np.zeros((SIDE, SIDE))
    for (_, part), points in ambiguous.parts.items():
        if part in ("bill", "back of the head"):
            inside = np.maximum(inside, mask_of(points, SIDE))
    assert (difference * inside).sum() > 0.9 * difference.sum()


def test_the_rock_has_the_face_s_outline_and_as_large_holes_elsewhere():
    face, rock = (ink(DRAWINGS[name]) for name in ("face in a rock", "rock"))
    assert DRAWINGS["rock"].outlines == DRAWINGS["face in a rock"].outlines
    assert face.sum() == pytest.approx(rock.sum(), rel=0.01)
    assert np.abs(face - rock).sum() > 100


def test_mirrors_and_turns_move_the_parts_too():
    drawing = DRAWINGS["duck–rabbit"]
    mirror = mirrored(drawing)
    turned = rotated(drawing)
    # Polygons are filled to within a fraction of a pixel.
    assert np.abs(ink(mirror) - ink(drawing)[:, ::-1]).mean() < 0.01
    assert np.abs(ink(turned) - np.rot90(ink(drawing), -1)).mean() < 0.01
    for key, points in drawing.parts.items():
        bill = mask_of(points, SIDE)
        assert np.abs(mask_of(mirror.parts[key], SIDE) - bill[:, ::-1]).mean() < 0.01
        assert np.abs(mask_of(turned.parts[key], SIDE) - np.rot90(bill, -1)).mean() < 0.01
    assert rotated(drawing, 4).outlines == drawing.outlines
    assert turned.name == "duck–rabbit, turned by 90°"


def test_masks_cover_what_they_enclose():
    assert mask_of(SQUARE, SIDE).mean() == pytest.approx(0.25, abs=0.01)
    holed = Drawing("h", (), (SQUARE,), (((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)),))
    assert ink(holed)[SIDE // 2, SIDE // 2] == pytest.approx(0, abs=1e-6)
    assert ink(holed)[SIDE // 2, SIDE // 3] == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("wrong", [{"side": 4}, {"side": 32, "figure": 2.0}])
def test_wrong_sizes_and_lumas_are_refused(wrong):
    with pytest.raises(InputError, match="expected a side of at least 8"):
        draw(DRAWINGS["duck"], **wrong)
