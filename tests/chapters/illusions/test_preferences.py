"""What a model sees by itself: with denoisers whose preference is known."""

import numpy as np
import pytest
from tiny.tokens import t5_vq

from gcbook.chapters.illusions import preferences
from gcbook.chapters.illusions.preferences import (
    DOWN,
    LABELS,
    UP,
    UPRIGHT,
    posed_drawings,
    preference_rows,
    preference_sentence,
)
from gcbook.classifiers import load
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.illusions.drawings import DRAWINGS, draw
from gcbook.miniworld.results.ambiguous import SIDE
from gcbook.noise.schedules import CosineSchedule


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
    rows = preference_rows(["m"], noise_draws=16).set_index(["drawing", "pose"])
    assert len(rows) == len(posed_drawings())
    duck, rabbit = (rows.loc[(name, UPRIGHT)] for name in LABELS)
    assert duck["preference"] < 0 < rabbit["preference"]
    assert (rows["draws"] == 16).all()
    assert (rows["low"] <= rows["preference"]).all()
    # One error is 0, and the other twice the mean of both, in every repeat.
    assert rabbit["low"] > 0
    assert rabbit["preference"] == pytest.approx(200, rel=1e-3)
    assert (rows["unit"] == "% of the error").all()


@pytest.mark.usefixtures("knows_its_drawings")
def test_in_words():
    rows = preference_rows(["m"], noise_draws=16)
    said = preference_sentence(rows)
    assert said.startswith("- m names 2 of the two unambiguous drawings right. To the duck–rabbit")
    assert "it says “duck” (" in said
    # Where 0 is within the interval, nothing was said.
    rows.loc[(rows["drawing"] == "duck") & (rows["pose"] == UPRIGHT), "high"] = 1.0
    said = preference_sentence(rows)
    assert said.startswith("- m names 1 of the two unambiguous drawings right (rabbit). To")
    assert preference_sentence(preference_rows(["m"], noise_draws=16).iloc[:0]).startswith("No mod")


@pytest.mark.usefixtures("knows_its_drawings")
def test_the_duck_rabbit_is_compared_with_its_controls_in_the_same_pose():
    rows = preference_rows(["m"], noise_draws=16)
    assert rows.loc[rows["drawing"].isin(LABELS), "beyond"].isna().all()
    of_pose = rows.pivot(index="pose", columns="drawing", values="preference")
    own = rows[rows["drawing"] == "duck–rabbit"].set_index("pose")
    expected = of_pose["duck–rabbit"] - of_pose[list(LABELS)].mean(axis=1)
    assert np.allclose(own["beyond"], expected[own.index])
    assert (own["beyond_low"] <= own["beyond"]).all()
    said = preference_sentence(rows)
    for pose in (UPRIGHT, UP, DOWN):
        assert f"{own.loc[pose, 'beyond']:+.2f}".replace("-", "−") in said.split("poses: ")[1]


@pytest.mark.usefixtures("knows_its_drawings")
def test_few_draws_are_no_more_than_asked_for():
    assert set(preference_rows(["m"], noise_draws=2)["draws"]) == {2}
    assert set(preference_rows(["m"], noise_draws=20)["draws"]) == {20}


def test_a_network_without_noise_has_one_draw_and_no_interval(tmp_path, monkeypatch):
    folder = t5_vq(tmp_path / "ar")
    monkeypatch.setattr(preferences, "model_folder", lambda name: folder)
    monkeypatch.setattr(preferences, "JUDGE_FOLDER", tmp_path / "none")
    rows = preference_rows(["ar"], noise_draws=16)
    assert set(rows["draws"]) == {1}
    assert rows[["low", "high", "beyond_low"]].isna().all(axis=None)
    assert set(rows["unit"]) == {"nats"}


def test_no_model_no_rows(monkeypatch, tmp_path):
    monkeypatch.setattr(preferences, "JUDGE_FOLDER", tmp_path / "none")
    assert preference_sentence(preference_rows([])).startswith("No model that knows ducks")


def test_poses():
    posed = {each.name: each for each in posed_drawings()}
    assert len(posed) == 3 * 5
    up = draw(posed[f"duck–rabbit, {UP}"], SIDE)[..., 0]
    # Ears point up: the upper third is dark in the middle, the lower corners are not.
    ears = draw(DRAWINGS["duck–rabbit"], SIDE)[..., 0]
    assert np.allclose(up, np.rot90(ears, -1), atol=0.02)
