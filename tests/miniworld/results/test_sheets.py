"""Sheets of reconstructions: written, read back, and made anew."""

import json
from dataclasses import replace

import numpy as np
import pytest
from tiny import tokens
from tiny.shipped import use_data

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.files.errors import GcbookError
from gcbook.illusions.reconstruct import EMPTY, load_for_prompts
from gcbook.miniworld.results import ambiguous, sheets
from gcbook.miniworld.results.ambiguous import Picture, ambiguous_pictures, prompt_of
from gcbook.miniworld.results.sheets import (
    allowed_others,
    check_reconstructions,
    make_sheet,
    read_sheet,
    reconstructed_models,
    write_record,
)
from gcbook.miniworld.results.shipped import shipped_models
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


def test_of_a_masked_model_a_few_pictures_may_be_others(tmp_path):
    masked = load_for_prompts(tokens.amused(tmp_path / "amused"), PROMPTS)
    assert [allowed_others(masked, number) for number in (3, 10, 11)] == [1, 1, 2]
    assert allowed_others(flat(), 100) == 0


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


@pytest.mark.parametrize("shift", [0.0, 0.1])
def test_pictures_of_another_model_are_noticed(shift, picture, tmp_path, monkeypatch):
    make_sheet(picture, flat(), tmp_path / "illusions/flat")
    monkeypatch.setattr(sheets, "model_folder", lambda name: tmp_path)
    monkeypatch.setattr(sheets, "load_for_prompts", lambda place, prompts: flat(shift))
    if shift:
        with pytest.raises(GcbookError, match="found 3 that differ, by up to"):
            check_reconstructions("flat", ["p"])
    else:
        assert check_reconstructions("flat", ["p"]) == (3, 0)


def test_a_model_counts_once_its_record_is_there(picture, tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "shipped_models", lambda: ("flat", "other"))
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
    assert set(reconstructed_models()) <= set(shipped_models())
    for model in reconstructed_models():
        for picture in ambiguous_pictures():
            sheet = read_sheet(model, picture)
            assert np.abs(sheet.original - picture.image[..., 0]).max() < 1.01 / 255
            # Prompts make a difference, and a larger one from more noise.
            apart = sheet.images.std(axis=2).mean((1, 2, 3))
            assert apart[-1] > apart[0]


@pytest.mark.parametrize("model", sheets.RECONSTRUCTING)
def test_what_ships_is_what_the_shipped_models_make(model):
    number, others = check_reconstructions(model, ["blend-03"])
    assert (number, others) == (4, 0)
