"""Where prompts put things: on reconstructions that are made to have the answer."""

from dataclasses import replace

import numpy as np
import pytest

from gcbook.chapters.illusions import placement
from gcbook.chapters.illusions.placement import (
    AXES,
    BOTH_ENDS,
    blend_overlap,
    overlap_rows,
    place_between,
    placement_rows,
)
from gcbook.illusions.drawings import DRAWINGS, FIGURE, GROUND, draw, mirrored
from gcbook.miniworld.results import ambiguous
from gcbook.miniworld.results.ambiguous import SIDE, ambiguous_pictures
from gcbook.miniworld.results.sheets import Sheet
from gcbook.stats.resampling import Resampling

PROMPTED = {
    ("duck–rabbit", "rabbit"): "duck–rabbit",
    ("duck–rabbit", "duck"): "duck",
    ("face in a rock", "face"): "face in a rock",
    ("vase and faces", "face"): "vase and faces",
    ("vase and faces", "bottle"): "vase",
}
FAMILY = {name: axis.drawing for axis in AXES for name in (axis.drawing, axis.control)}


def made(place):
    """What a model that understands everything would make, at the right place or mirrored."""

    def read(model, picture):
        shape = (len(picture.strengths), picture.draws, len(picture.prompts), SIDE, SIDE)
        rng = np.random.default_rng(len(picture.name))
        images = np.empty(shape, np.float32)
        for column, prompt in enumerate(picture.prompts):
            if picture.blend is not None:
                masks = dict(zip(picture.blend.categories, picture.blend.masks, strict=True))
                mask = masks.get(prompt)
                cell = picture.image[..., 0] if mask is None else GROUND + (FIGURE - GROUND) * mask
                cell = cell[:, ::-1] if place == "mirrored" else cell
            else:
                flipped = picture.name.endswith("mirrored")
                family = FAMILY.get(picture.drawing.name.removesuffix(", mirrored"))
                default = {"face in a rock": "rock"}.get(family, picture.drawing.name)
                name = PROMPTED.get((family, prompt), default.removesuffix(", mirrored"))
                turn = flipped != (place == "mirrored")
                chosen = mirrored(DRAWINGS[name]) if turn else DRAWINGS[name]
                cell = draw(chosen, SIDE)[..., 0]
            images[:, :, column] = cell
        noise = rng.normal(0, 0.02, (*shape[:2], 1, SIDE, SIDE))
        return Sheet(picture.image[..., 0], picture.image[..., 0], images + noise)

    return read


def test_place_on_an_axis_is_0_at_the_control_and_1_at_the_drawing():
    control, drawing = np.zeros((4, 4), np.float32), np.eye(4, dtype=np.float32)
    halves = np.stack([control, drawing, (control + drawing) / 2, 1 - drawing])
    assert place_between(halves, control, drawing).tolist() == [0, 1, 0.5, 0]


def test_what_is_drawn_in_its_place_moves_all_of_the_way(monkeypatch):
    monkeypatch.setattr(placement, "read_sheet", made("right"))
    rows = placement_rows("any", resampling=Resampling(draws=100))
    assert len(rows) == 3 * 3 * 6
    assert np.allclose(rows["moved"], 1, atol=1e-5)
    assert np.allclose(rows["null"], 0, atol=1e-5)
    turned = rows[rows["drawing"] == "duck–rabbit"]
    assert (turned["elsewhere"].abs() < 0.5).all()
    assert np.allclose(turned["more_here"], turned["moved"] - turned["elsewhere"])
    # A vase and its mirror image are one, and a face nearly.
    others = rows[rows["drawing"] != "duck–rabbit"]
    assert others[["elsewhere", "more_here"]].isna().all(axis=None)
    both = rows["shown"] == BOTH_ENDS
    assert (rows.loc[both, "n"] == 32).all()
    assert (rows.loc[~both, "n"] == 16).all()


def test_what_is_drawn_on_the_other_side_moves_on_the_other_axis(monkeypatch):
    monkeypatch.setattr(placement, "read_sheet", made("mirrored"))
    rows = placement_rows("any", resampling=Resampling(draws=100))
    turned = rows[rows["drawing"] == "duck–rabbit"]
    assert np.allclose(turned["elsewhere"], 1, atol=1e-5)
    assert (turned["moved"].abs() < 0.5).all()


def test_differences_that_lie_in_the_parts_are_dense_there(monkeypatch):
    monkeypatch.setattr(placement, "read_sheet", made("right"))
    rows = overlap_rows("any", resampling=Resampling(draws=100)).set_index(["drawing", "strength"])
    # The parts of the third are nearly the whole picture.
    assert set(rows.index.get_level_values(0)) == {"duck–rabbit", "face in a rock"}
    # A face's are their own mirror image.
    assert rows.loc["face in a rock", ["elsewhere", "more_here"]].isna().all(axis=None)
    rows = rows.loc[["duck–rabbit"]]
    parts = DRAWINGS["duck–rabbit"].parts.values()
    mask = np.max([placement.mask_of(points, SIDE) for points in parts], axis=0)
    # All of the difference: as dense as can be.
    assert rows["readings"].between(0.9 / mask.mean(), 1 / mask.mean() + 1e-6).all()
    assert (rows["elsewhere"] < 0.5 * rows["readings"]).all()
    assert np.allclose(rows["more_here"], rows["readings"] - rows["elsewhere"])
    # Wrong prompts make no difference there, which then is nowhere.
    assert rows["null"].isna().all()


def test_a_prompt_that_merely_changes_more_moves_both_ends_apart_and_their_mean_not(monkeypatch):
    def fades(model, picture):
        sheet = made("right")(model, picture)
        images = np.broadcast_to(sheet.original, sheet.images.shape).copy()
        grey = np.float32(sheet.original.mean())
        for name in ("rabbit", "face"):
            if name in picture.prompts:
                place = picture.prompts.index(name)
                images[:, :, place] = 0.8 * images[:, :, place] + 0.2 * grey
        return replace(sheet, images=images)

    monkeypatch.setattr(placement, "read_sheet", fades)
    rows = placement_rows("any", resampling=Resampling(draws=100)).set_index(
        ["drawing", "shown", "strength"]
    )["moved"]
    drawing, control, both = (
        rows["duck–rabbit", shown, 0.6] for shown in ("duck–rabbit", "duck", BOTH_ENDS)
    )
    assert drawing < -0.05
    assert control > 0.05
    assert abs(both) < 0.5 * min(-drawing, control)


def test_what_wrong_prompts_can_do_is_a_size_without_a_sign(monkeypatch):
    def swings(model, picture):
        sheet = made("right")(model, picture)
        images = np.broadcast_to(sheet.original, sheet.images.shape).copy()
        if picture.drawing is not None and "bottle" in picture.prompts:
            bill = draw(DRAWINGS["duck"], SIDE)[..., 0]
            # "Bottle" comes before "face" in the alphabet and moves towards the control.
            images[:, :, picture.prompts.index("bottle")] = bill
        return replace(sheet, images=images)

    monkeypatch.setattr(placement, "read_sheet", swings)
    rows = placement_rows("any", resampling=Resampling(draws=100)).set_index(
        ["drawing", "shown", "strength"]
    )
    null = rows["null"]
    assert (null >= 0).all()
    assert null["duck–rabbit", "duck–rabbit", 0.6] > 0.3
    # Moved all of the way, but for what the two wrong prompts can do in the worse of their orders.
    beyond = rows.loc[("duck–rabbit", "duck–rabbit", 0.6)]
    assert beyond["beyond_low"] == pytest.approx(beyond["moved"] - beyond["null"], abs=0.02)


@pytest.mark.parametrize(("place", "larger"), [("right", "named"), ("mirrored", "elsewhere")])
def test_blends_that_turn_into_what_is_named(place, larger, monkeypatch):
    monkeypatch.setattr(placement, "read_sheet", made(place))
    rows = blend_overlap("any", resampling=Resampling(draws=100))
    assert (rows["n"] == ambiguous.BLENDS).all()
    assert (rows[larger] > 0.3).all()
    assert ((rows["more_here"] > 0) == (place == "right")).all()
    assert np.allclose(rows["more_here"], rows["named"] - rows["elsewhere"])


def test_a_picture_that_no_prompt_changes_leans_nowhere(monkeypatch):
    def copies(model, picture):
        sheet = made("right")(model, picture)
        return replace(sheet, images=np.broadcast_to(sheet.original, sheet.images.shape))

    monkeypatch.setattr(placement, "read_sheet", copies)
    assert np.allclose(blend_overlap("any", resampling=Resampling(draws=100))["named"], 0)
    rows = placement_rows("any", resampling=Resampling(draws=100))
    assert np.allclose(rows[["moved", "null"]], 0)


def test_every_ambiguous_drawing_has_an_axis_and_every_control_belongs_to_one():
    assert {axis.drawing for axis in AXES} == {
        each.name for each in DRAWINGS.values() if not each.control_of
    }
    assert all(DRAWINGS[axis.control].control_of == axis.drawing for axis in AXES)
    names = [each.name for each in ambiguous_pictures()]
    assert len(names) == len(set(names)) == 2 * len(DRAWINGS) + ambiguous.BLENDS
