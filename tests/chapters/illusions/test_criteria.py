"""Both criteria on blends, the place of the duck–rabbit, and the judge, with models made up."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tiny.notebooks import names_of_cell

from gcbook.chapters.illusions import criteria
from gcbook.chapters.illusions.criteria import (
    COMPARISONS,
    drawing_rows,
    judged_model,
    overlap_rows,
    place_between,
    plainly_seen,
)
from gcbook.illusions.drawings import DRAWINGS, FIGURE, GROUND, draw, mirrored
from gcbook.miniworld.results.ambiguous import BLENDS, DRAWS, SIDE, Sheet, ambiguous_pictures
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.stats.clustered import clustered_columns
from gcbook.stats.resampling import Resampling

FEW = Resampling(draws=100)
NAMED = {"rabbit": "duck–rabbit", "duck": "duck"}
"""What a model that understands makes of either drawing, by prompt."""
BLEND = next(each for each in ambiguous_pictures() if each.blend)
STRENGTHS = list(BLEND.strengths)


def understands(place="right", grey=False):
    """A model that redraws what is named, in its place, mirrored, or (``grey``) as a shade of it.

    A shade says which category it is: 0.05 a category, and a rabbit where nothing is named.
    """

    def read(model, picture):
        shape = (len(picture.strengths), picture.draws, len(picture.prompts), SIDE, SIDE)
        images = np.empty(shape, np.float32)
        for column, prompt in enumerate(picture.prompts):
            cell = picture.image[..., 0]
            if grey:
                cell = np.full_like(cell, 0.05 * ALL_CATEGORIES.index(prompt or "rabbit"))
            elif picture.blend is not None:
                masks = dict(zip(picture.blend.categories, picture.blend.masks, strict=True))
                if prompt in masks:
                    cell = GROUND + (FIGURE - GROUND) * masks[prompt]
                    cell = cell[:, ::-1] if place == "mirrored" else cell
            elif prompt in NAMED and picture.subject in NAMED.values():
                turn = picture.name.endswith("mirrored") != (place == "mirrored")
                named = DRAWINGS[NAMED[prompt]]
                cell = draw(mirrored(named) if turn else named, SIDE)[..., 0]
            images[:, :, column] = cell
        noise = np.random.default_rng(len(picture.name)).normal(
            0, 0.02, (*shape[:2], 1, SIDE, SIDE)
        )
        untouched = np.zeros((SIDE, SIDE), np.float32)
        return Sheet(picture.image[..., 0], untouched, images + (0 if grey else noise))

    return read


def shades(images):
    """A judge that reads the category off the shade."""
    chosen = np.rint(images.mean((-2, -1)) / 0.05).astype(int).clip(0, len(ALL_CATEGORIES) - 1)
    return np.eye(len(ALL_CATEGORIES))[chosen]


@pytest.fixture
def one_model(monkeypatch):
    """Let the only model be one that a test makes up."""

    def use(read):
        monkeypatch.setattr(criteria, "read_sheet", read)
        monkeypatch.setattr(criteria, "reconstructed_models", lambda: ("m",))
        monkeypatch.setattr(criteria, "judge_pictures", shades)
        judged_model.cache_clear()

    yield use
    judged_model.cache_clear()


def test_what_is_prompted_is_compared_with_the_same_category_under_other_prompts(one_model):
    one_model(understands(grey=True))
    judged = judged_model("m")
    assert len(judged) == BLENDS * 3 * len(STRENGTHS)
    of = judged[(judged["picture"] == BLEND.name) & (judged["strength"] == 0.6)].set_index("prompt")
    first, second = BLEND.blend.categories
    assert of["seen"].to_dict() == {first: True, second: True, BLEND.prompts[2]: False}
    assert (of["prompted"] == 1).all()
    assert of["right"].all()
    assert (of.loc[[first, second], ["wrong", "other"]] == 0).all(axis=None)
    assert of["empty"].to_dict() == {name: float(name == "rabbit") for name in of.index}
    # A prompt that names neither of the two has no other reading, and is no comparison of itself.
    assert of.loc[BLEND.prompts[2], ["wrong", "other"]].isna().all()


@pytest.mark.parametrize(("place", "larger"), [("right", "moved"), ("mirrored", "elsewhere")])
def test_blends_that_are_redrawn_move_all_of_the_way(place, larger, one_model):
    one_model(understands(place))
    rows = overlap_rows("m")
    # But for the noise of the made-up model.
    assert np.allclose(rows.groupby("strength")[larger].mean(), 1, atol=0.1)
    assert np.allclose(rows["in_place"], rows["moved"] - rows["elsewhere"])


def blends(judged, overlaps, draws=100):
    """What the notebook's cell makes of one model."""
    given = {
        "models": ["m"],
        "judged_model": lambda model: judged,
        "overlap_rows": lambda model: overlaps,
        "clustered_columns": clustered_columns,
        "p": SimpleNamespace(resampling=Resampling(draws=draws)),
        "pd": pd,
    }
    return names_of_cell("illusions", "criteria", given)["blends"]


def made_up(**values):
    pictures = [each for each in ambiguous_pictures() if each.blend]
    pairs = [(p.name, n, s) for p in pictures for n in p.prompts[:2] for s in STRENGTHS]
    judged = pd.DataFrame(pairs, columns=["picture", "prompt", "strength"])
    judged = judged.assign(seen=True, prompted=0.5, **dict.fromkeys(COMPARISONS, 0.2) | values)
    overlaps = judged[["picture", "strength"]].drop_duplicates(ignore_index=True)
    return judged, overlaps.assign(moved=0.5, elsewhere=0.1, in_place=0.4)


@pytest.mark.parametrize("name", COMPARISONS)
def test_what_is_named_must_be_clearly_ahead_of_every_comparison(name):
    def met(value):
        return blends(*made_up(**{name: value}))["alike"].tolist()

    assert met(0.2) == [True] * 5 + [None]
    assert not met(0.46)[0]
    # By enough in the mean, but from a few blends.
    judged, overlaps = made_up()
    judged[name] = np.where(judged["picture"] == BLEND.name, -5.0, 0.5)
    assert not blends(judged, overlaps)["alike"][0]


def test_what_moves_no_further_than_its_mirror_image_is_not_in_place():
    judged, overlaps = made_up()
    assert blends(judged, overlaps)["placed"].tolist() == [True] * 5 + [None]
    assert not blends(judged, overlaps.assign(in_place=0.0))["placed"][0]
    assert not blends(judged, overlaps.assign(moved=-0.1))["placed"][0]
    # The smallest movement that is seen is that of an interval that ends at zero.
    spread = overlaps.assign(moved=np.where(overlaps["picture"] == BLEND.name, 5.0, 0.3))
    rows = blends(judged, spread.assign(in_place=1.0))
    assert np.allclose(rows["moved"] - rows["seen_from"], rows["moved_low"])


def test_place_on_the_way_is_0_at_the_control_and_1_at_the_drawing():
    control, drawing = np.zeros((4, 4), np.float32), np.eye(4, dtype=np.float32)
    halves = np.stack([control, drawing, (control + drawing) / 2, 1 - drawing])
    assert place_between(halves, control, drawing).tolist() == [0, 1, 0.5, 0]


def test_a_drawing_that_is_redrawn_in_its_place_moves_all_of_the_way(one_model):
    one_model(understands())
    rows = drawing_rows(resampling=FEW)
    assert np.allclose(rows["moved"], 1, atol=1e-5)
    # The drawing and its control, each with its mirror image.
    assert (rows["n"] == 4 * DRAWS).all()
    assert rows["placed"].tolist() == [True] * 5 + [None]
    assert (rows["moved"] > rows["seen_from"])[:5].all()


def test_what_wrong_prompts_move_as_far_is_not_placed(one_model):
    def swings(model, picture):
        sheet = understands()(model, picture)
        images = sheet.images.copy()
        if picture.drawing is not None:
            # "Bottle" draws the duck and "face" the rabbit.
            for wrong, named in (("bottle", "duck"), ("face", "rabbit")):
                images[:, :, picture.prompts.index(wrong)] = images[
                    :, :, picture.prompts.index(named)
                ]
        return replace(sheet, images=images)

    one_model(swings)
    rows = drawing_rows(resampling=FEW)
    assert np.allclose(rows["moved"], 1, atol=1e-5)
    assert not rows["placed"].eq(True).any()


def test_a_reading_is_judged_by_its_control_or_where_it_is_seen_best(monkeypatch):
    duck, face, rabbit = (ALL_CATEGORIES.index(name) for name in ("duck", "face", "rabbit"))
    names = [shown for each in DRAWINGS.values() for shown in (each.name, f"{each.name}, mirrored")]

    def says(images):
        said = np.zeros((len(images), len(ALL_CATEGORIES)))
        for place, name in enumerate(names):
            # The control duck in one of its mirror images; the duck–rabbit's duck in both.
            said[place, duck] = {"duck": 0.4, "duck–rabbit": 0.9, "duck–rabbit, mirrored": 0.9}.get(
                name, 0.0
            )
            said[place, face] = 0.6 if name.startswith("vase and") else 0.1
            said[place, rabbit] = 0.8 if name.startswith("rabbit") else 0.3
        return said

    monkeypatch.setattr(criteria, "judge_pictures", says)
    assert plainly_seen() == pytest.approx(
        {
            # Seen better in the drawing itself than in its control, and the other way round.
            ("duck–rabbit", "duck"): 0.9,
            ("duck–rabbit", "rabbit"): 0.8,
            # A face made of holes is another thing than a profile.
            ("face in a rock", "face"): 0.1,
            ("vase and faces", "face"): 0.6,
            ("vase and faces", "bottle"): 0.0,
        }
    )
