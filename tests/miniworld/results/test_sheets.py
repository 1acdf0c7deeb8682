"""Sheets of reconstructions: written and read back."""

import json
from dataclasses import replace

import numpy as np
import pytest
from tiny.shipped import use_data

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.files.errors import GcbookError
from gcbook.illusions.reconstruct import EMPTY
from gcbook.miniworld.results import ambiguous, sheets
from gcbook.miniworld.results.ambiguous import Picture, ambiguous_pictures, prompt_of
from gcbook.miniworld.results.sheets import (
    make_sheet,
    read_sheet,
    reconstructed_models,
    write_record,
)
from gcbook.noise.schedules import CosineSchedule

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
    use_data(tmp_path, monkeypatch, ["illusions"])
    monkeypatch.setattr(sheets, "ambiguous_pictures", lambda: (made,))
    sheets._record.cache_clear()
    yield made
    sheets._record.cache_clear()


def test_pictures_that_were_asked_otherwise_are_not_read(picture, tmp_path, monkeypatch):
    make_sheet(picture, flat(), tmp_path / "illusions/flat")
    write_record(tmp_path / "illusions/flat", flat(), complete=True)
    other = replace(picture, strengths=(0.4, 0.6))
    with pytest.raises(GcbookError, match=r"expected p made with .*0\.4.*, found .*0\.3"):
        read_sheet("flat", other)


def test_a_sheet_is_read_as_it_was_written(picture, tmp_path):
    make_sheet(picture, flat(), tmp_path / "illusions/flat")
    sheet = read_sheet("flat", picture)
    assert sheet.images.shape == (2, 2, 3, 32, 32)
    for place, grey in enumerate(GREYS.values()):
        assert np.allclose(sheet.images[:, :, place], (grey + 1) / 2, atol=1 / 255)
    assert np.allclose(sheet.original, picture.image[..., 0], atol=1 / 255)
    assert np.array_equal(sheet.original, sheet.untouched)
    assert [path.name for path in (tmp_path / "illusions/flat").iterdir()] == ["p.png"]


def test_a_model_counts_once_its_record_is_there(picture, tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "RECONSTRUCTING", ("flat", "other"))
    make_sheet(picture, flat(), tmp_path / "illusions/flat")
    write_record(tmp_path / "illusions/flat", flat(), complete=False)
    assert reconstructed_models() == ()
    written = json.loads(
        write_record(tmp_path / "illusions/flat", flat(), complete=True).read_text()
    )
    sheets._record.cache_clear()
    assert reconstructed_models() == ("flat",)
    assert written["steps"] == ambiguous.STEPS
    assert written["pictures"] == {
        "p": {"prompts": list(GREYS), "strengths": [0.3, 0.6], "draws": 2}
    }


def test_what_ships_is_whole():
    """Every picture of every model that has a record, at its size."""
    assert reconstructed_models() == sheets.RECONSTRUCTING
    for model in reconstructed_models():
        for picture in ambiguous_pictures():
            sheet = read_sheet(model, picture)
            assert np.abs(sheet.original - picture.image[..., 0]).max() < 1.01 / 255
            # Prompts make a difference, and a larger one from more noise.
            apart = sheet.images.std(axis=2).mean((1, 2, 3))
            assert apart[-1] > apart[0]
