"""Pictures that can be seen in two ways, what is asked about them, and what ships of it."""

import numpy as np

from gcbook.illusions.reconstruct import EMPTY
from gcbook.miniworld.results import ambiguous
from gcbook.miniworld.results.ambiguous import (
    BLENDS,
    DRAWING_PROMPTS,
    ambiguous_pictures,
    read_sheet,
    reconstructed_models,
)


def test_every_drawing_is_asked_about_all_that_is_seen_in_any():
    drawn = [each for each in ambiguous_pictures() if each.drawing]
    seen = {name for each in drawn for name in each.drawing.readings}
    assert seen == set(DRAWING_PROMPTS) - {EMPTY}
    assert all(each.prompts == DRAWING_PROMPTS for each in drawn)


def test_drawings_and_their_mirror_images_have_names_of_their_own():
    names = [each.name for each in ambiguous_pictures()]
    assert names[:6] == [
        "duck-rabbit",
        "duck-rabbit-mirrored",
        "duck",
        "duck-mirrored",
        "face-in-a-rock",
        "vase-and-faces",
    ]
    assert len(set(names)) == len(names) == 6 + BLENDS


def test_what_ships_is_whole():
    """Every picture of every model that has a record, at its size."""
    assert reconstructed_models() == ambiguous.RECONSTRUCTING
    for model in reconstructed_models():
        for picture in ambiguous_pictures():
            sheet = read_sheet(model, picture)
            assert ambiguous._record(model)["pictures"][picture.name] == ambiguous.asked_of(picture)
            asked = (len(picture.strengths), picture.draws, len(picture.prompts))
            assert sheet.images.shape == (*asked, 32, 32)
            assert np.abs(sheet.original - picture.image[..., 0]).max() < 1.01 / 255
            # Prompts make a difference, and a larger one from more noise.
            apart = sheet.images.std(axis=2).mean((1, 2, 3))
            assert apart[-1] > apart[0]
