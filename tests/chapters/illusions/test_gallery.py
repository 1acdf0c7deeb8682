"""Rows of the gallery, from reconstructions and a judge that are made up."""

import numpy as np
import pytest

from gcbook.chapters.illusions import gallery
from gcbook.chapters.illusions.gallery import gallery_rows, pair_of
from gcbook.miniworld.results.ambiguous import SIDE, ambiguous_pictures
from gcbook.miniworld.results.sheets import Sheet
from gcbook.miniworld.results.steps_pictures import png_text
from gcbook.miniworld.world import ALL_CATEGORIES

PICTURES = {each.name: each for each in ambiguous_pictures()}


@pytest.fixture
def made(monkeypatch):
    def read(model, picture):
        shape = (len(picture.strengths), picture.draws, len(picture.prompts), SIDE, SIDE)
        images = np.zeros(shape, np.float32)
        images += 0.1 * np.arange(shape[2], dtype=np.float32)[:, None, None]
        return Sheet(np.zeros((SIDE, SIDE), np.float32), np.ones((SIDE, SIDE), np.float32), images)

    monkeypatch.setattr(gallery, "read_sheet", read)
    monkeypatch.setattr(
        gallery, "judge_pictures", lambda images: np.tile(0.75 * np.eye(19)[17], (len(images), 1))
    )


@pytest.mark.usefixtures("made")
def test_a_row_a_model_picture_and_strength():
    rows = gallery_rows(["m", "n"], blends=2)
    assert len(rows) == 2 * (14 + 2) * 6
    first = rows.iloc[0]
    assert first["prompt"] == ["duck", "rabbit", "face", "bottle", "no prompt"]
    assert first["seen"] == [True, True, False, False, False]
    assert first["says"] == [f"{ALL_CATEGORIES[17]}, 75 %"] * 5
    # What the model's codec makes of the picture, not the picture.
    assert first["original"] == png_text(np.ones((SIDE, SIDE)))
    assert first["compared"] == "“duck” − “rabbit”"
    # Drawn as dark as can be, and said how much that is.
    assert first["difference"] == png_text(np.full((SIDE, SIDE), -1.0), 9)
    assert first["full"] == 0.1
    assert len(set(first["picture"])) == 5


def test_which_two_are_compared():
    def names(name):
        return [PICTURES[name].prompts[place] for place in pair_of(PICTURES[name])]

    assert names("vase-and-faces") == ["bottle", "face"]
    assert names("face-in-a-rock") == ["face", ""]
    assert names("rock") == ["duck", "rabbit"]
    assert names("blend-07") == list(PICTURES["blend-07"].blend.categories)


def test_no_model_no_rows():
    empty = gallery_rows([])
    assert empty.empty
    assert {"model", "original", "difference", "picture", "says"} <= set(empty.columns)
