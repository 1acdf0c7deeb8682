"""Sheets of reconstructions that ship are whole, and of the pictures that are asked about."""

import numpy as np

from gcbook.miniworld.results import sheets
from gcbook.miniworld.results.ambiguous import ambiguous_pictures
from gcbook.miniworld.results.sheets import read_sheet, reconstructed_models


def test_what_ships_is_whole():
    """Every picture of every model that has a record, at its size."""
    assert reconstructed_models() == sheets.RECONSTRUCTING
    for model in reconstructed_models():
        for picture in ambiguous_pictures():
            sheet = read_sheet(model, picture)
            assert sheets._record(model)["pictures"][picture.name] == sheets.asked_of(picture)
            asked = (len(picture.strengths), picture.draws, len(picture.prompts))
            assert sheet.images.shape == (*asked, 32, 32)
            assert np.abs(sheet.original - picture.image[..., 0]).max() < 1.01 / 255
            # Prompts make a difference, and a larger one from more noise.
            apart = sheet.images.std(axis=2).mean((1, 2, 3))
            assert apart[-1] > apart[0]
