"""Sheets of reconstructions: written, read back, and made anew."""

import json

import numpy as np
import pytest

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.errors import DataNotFoundError, GcbookError
from gcbook.illusions import EMPTY
from gcbook.miniatures import ambiguous
from gcbook.miniatures.ambiguous import (
    DRAWING_PROMPTS,
    Picture,
    ambiguous_pictures,
    check_reconstructions,
    make_sheet,
    prompt_of,
    read_sheet,
    reconstructed_models,
    write_record,
)
from gcbook.miniatures.shipped import shipped_models
from gcbook.noise import CosineSchedule

GREYS = {"duck": -0.5, "rabbit": 0.5, EMPTY: 0.0}
PROMPTS = [prompt_of(name) for name in GREYS]


def flat(shift=0.0):
    """A model that sees one grey under each prompt."""

    def denoise(x, t, label):
        values = np.array(list(GREYS.values()), np.float32)[label.numpy()] + shift
        return x * 0 + x.new_tensor(values).reshape(-1, 1, 1, 1)

    return DiffusionClassifier(denoise, CosineSchedule(), labels=PROMPTS, name="flat")


@pytest.fixture
def picture(monkeypatch, tmp_path):
    image = np.random.default_rng(0).random((32, 32, 3), np.float32).mean(-1, keepdims=True)
    image = np.repeat(image, 3, axis=-1)
    made = Picture("p", "a picture", image, tuple(GREYS), (0.3, 0.6), 2)
    monkeypatch.setattr(ambiguous, "FOLDER", tmp_path)
    monkeypatch.setattr(ambiguous, "ambiguous_pictures", lambda: (made,))
    return made


def test_a_sheet_is_read_as_it_was_written(picture, tmp_path):
    make_sheet(picture, flat(), tmp_path / "flat")
    sheet = read_sheet("flat", picture)
    assert sheet.images.shape == (2, 2, 3, 32, 32)
    for place, grey in enumerate(GREYS.values()):
        assert np.allclose(sheet.images[:, :, place], (grey + 1) / 2, atol=1 / 255)
    assert np.allclose(sheet.original, picture.image[..., 0], atol=1 / 255)
    assert np.array_equal(sheet.original, sheet.untouched)
    assert [path.name for path in (tmp_path / "flat").iterdir()] == ["p.png"]


def test_missing_and_wrong_sheets(picture, tmp_path):
    with pytest.raises(DataNotFoundError, match=r"tools/reconstruct_miniatures\.py flat"):
        read_sheet("flat", picture)
    make_sheet(picture, flat(), tmp_path / "flat")
    longer = Picture("p", "", picture.image, tuple(GREYS), (0.3, 0.6, 0.9), 2)
    with pytest.raises(GcbookError, match="expected 7 rows of 3 pictures, found an image of 96 ×"):
        read_sheet("flat", longer)


@pytest.mark.parametrize("shift", [0.0, 0.1])
def test_pictures_of_another_model_are_noticed(shift, picture, tmp_path, monkeypatch):
    make_sheet(picture, flat(), tmp_path / "flat")
    monkeypatch.setattr(ambiguous, "model_folder", lambda name: tmp_path)
    monkeypatch.setattr(ambiguous, "load_for_prompts", lambda place, prompts: flat(shift))
    lines = []
    if shift:
        with pytest.raises(GcbookError, match="found 3 that differ, by up to"):
            check_reconstructions("flat", ["p"])
    else:
        assert check_reconstructions("flat", ["p"], report=lines.append) == 3
        assert lines == ["flat: 3 reconstructions made anew, as they ship"]


def test_a_model_counts_once_its_record_is_there(picture, tmp_path, monkeypatch):
    monkeypatch.setattr(ambiguous, "shipped_models", lambda: ("flat", "other"))
    make_sheet(picture, flat(), tmp_path / "flat")
    assert reconstructed_models() == ()
    written = json.loads(write_record(tmp_path / "flat", flat()).read_text())
    assert reconstructed_models() == ("flat",)
    assert written["steps"] == ambiguous.STEPS
    assert written["pictures"] == {
        "p": {"prompts": list(GREYS), "strengths": [0.3, 0.6], "draws": 2}
    }


def test_what_ships_is_whole():
    """Every picture of every model that has a record, at its size."""
    assert set(reconstructed_models()) <= set(shipped_models())
    for model in reconstructed_models():
        for picture in ambiguous_pictures():
            sheet = read_sheet(model, picture)
            assert np.abs(sheet.original - picture.image[..., 0]).max() < 1.01 / 255
            # Prompts make a difference, and a larger one from more noise.
            apart = sheet.images.std(axis=2).mean((1, 2, 3))
            assert apart[-1] > apart[0]


def test_every_drawing_is_asked_about_all_that_is_seen_in_any():
    drawn = [each for each in ambiguous_pictures() if each.drawing]
    seen = {name for each in drawn for name in each.drawing.readings}
    assert seen == set(DRAWING_PROMPTS) - {EMPTY}
    assert all(each.prompts == DRAWING_PROMPTS for each in drawn)
