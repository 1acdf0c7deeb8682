"""What a model sees by itself: with denoisers whose preference is known."""

import numpy as np
import pytest
from tiny.tokens import t5_vq

from gcbook.classifiers import load
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.miniatures.ambiguous import SIDE
from gcbook.noise import CosineSchedule
from gcbook.stimuli.drawings import DRAWINGS, draw, rotated
from gcbook.views import preferences
from gcbook.views.preferences import (
    LABELS,
    posed_drawings,
    preference_rows,
    preference_sentence,
)


@pytest.fixture
def knows_its_drawings(monkeypatch, tmp_path):
    """A model that restores the plain duck for "duck" and the plain rabbit for "rabbit"."""
    known = np.stack([draw(DRAWINGS[name], SIDE) for name in LABELS]).transpose(0, 3, 1, 2)

    def denoise(x, t, label):
        return x.new_tensor(2 * known - 1)[label]

    made = DiffusionClassifier(denoise, CosineSchedule(), labels=LABELS, name="m")
    monkeypatch.setattr(load, "load_classifier", lambda *_, **__: made)
    monkeypatch.setattr(preferences, "model_folder", lambda name: tmp_path)
    monkeypatch.setattr(preferences, "JUDGE_FOLDER", tmp_path / "none")


@pytest.mark.usefixtures("knows_its_drawings")
def test_the_nearer_drawing_is_preferred():
    rows = preference_rows(["m"], noise_draws=16).set_index("picture")
    assert list(rows.index) == [each.name for each in posed_drawings()]
    assert rows.loc["duck", "preference"] < 0 < rows.loc["rabbit", "preference"]
    assert (rows["draws"] == 16).all()
    assert (rows["low"] <= rows["preference"]).all()
    # One error is 0, and the other twice the mean of both, in every repeat.
    assert rows.loc["rabbit", "low"] > 0
    assert rows.loc["rabbit", "preference"] == pytest.approx(200, rel=1e-3)
    assert (rows["unit"] == "% of the error").all()


@pytest.mark.usefixtures("knows_its_drawings")
def test_in_words():
    rows = preference_rows(["m"], noise_draws=16)
    said = preference_sentence(rows)
    assert said.startswith("m names 2 of the two unambiguous drawings right, and says “duck” to")
    # Where 0 is within the interval, nothing was said.
    rows.loc[rows["picture"] == "duck", "high"] = 1.0
    said = preference_sentence(rows)
    assert said.startswith("m names 1 of the two unambiguous drawings right (rabbit), and")
    assert preference_sentence(preference_rows(["m"], noise_draws=16).iloc[:0]).startswith("No mod")


@pytest.mark.usefixtures("knows_its_drawings")
def test_few_draws_are_no_more_than_asked_for():
    assert set(preference_rows(["m"], noise_draws=2)["draws"]) == {2}
    assert set(preference_rows(["m"], noise_draws=20)["draws"]) == {16}


def test_a_network_without_noise_has_one_draw_and_no_interval(tmp_path, monkeypatch):
    folder = t5_vq(tmp_path / "ar")
    monkeypatch.setattr(preferences, "model_folder", lambda name: folder)
    monkeypatch.setattr(preferences, "JUDGE_FOLDER", tmp_path / "none")
    rows = preference_rows(["ar"], noise_draws=16)
    assert set(rows["draws"]) == {1}
    assert rows[["low", "high"]].isna().all(axis=None)
    assert set(rows["unit"]) == {"nats"}


def test_no_model_no_rows(monkeypatch, tmp_path):
    monkeypatch.setattr(preferences, "JUDGE_FOLDER", tmp_path / "none")
    assert preference_sentence(preference_rows([])).startswith("No model that knows ducks")


def test_poses():
    names = [each.name for each in posed_drawings()]
    assert names[2] == rotated(DRAWINGS["duck–rabbit"]).name
    up = draw(posed_drawings()[2], SIDE)[..., 0]
    # Ears point up: the upper third is dark in the middle, the lower corners are not.
    ears = draw(DRAWINGS["duck–rabbit"], SIDE)[..., 0]
    assert np.allclose(up, np.rot90(ears, -1), atol=0.02)
