"""What a model sees by itself: with denoisers whose preference is known."""

import numpy as np
import pytest
from tiny.tokens import t5_vq

from gcbook.chapters.illusions.preferences import (
    DOWN,
    LABELS,
    UP,
    UPRIGHT,
    classifier_preferences,
    posed_drawings,
    preference_sentence,
)
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.load import load_classifier
from gcbook.illusions.drawings import DRAWINGS, draw
from gcbook.miniworld.results.ambiguous import SIDE
from gcbook.noise.schedules import CosineSchedule


@pytest.fixture
def knows_its_drawings():
    """A model that restores the plain duck for "duck" and the plain rabbit for "rabbit"."""
    known = np.stack([draw(DRAWINGS[name], SIDE) for name in LABELS]).transpose(0, 3, 1, 2)

    def denoise(x, t, label):
        return x.new_tensor(2 * known - 1)[label]

    return DiffusionClassifier(denoise, CosineSchedule(), labels=LABELS, name="m")


def test_the_nearer_drawing_is_preferred(knows_its_drawings):
    rows = classifier_preferences(knows_its_drawings, noise_draws=16).set_index(["drawing", "pose"])
    assert len(rows) == len(posed_drawings())
    duck, rabbit = (rows.loc[(name, UPRIGHT)] for name in LABELS)
    assert duck["preference"] < 0 < rabbit["preference"]
    assert (rows["draws"] == 16).all()
    assert (rows["low"] <= rows["preference"]).all()
    # One error is 0, and the other twice the mean of both, in every repeat.
    assert rabbit["low"] > 0
    assert rabbit["preference"] == pytest.approx(200, rel=1e-3)
    assert (rows["unit"] == "% of the error").all()


def test_in_words(knows_its_drawings):
    rows = classifier_preferences(knows_its_drawings, noise_draws=16)
    said = preference_sentence(rows)
    assert said.startswith("- m names 2 of the two unambiguous drawings right. To the duck–rabbit")
    assert "it says “duck” (" in said
    # Where 0 is within the interval, nothing was said.
    rows.loc[(rows["drawing"] == "duck") & (rows["pose"] == UPRIGHT), "high"] = 1.0
    said = preference_sentence(rows)
    assert said.startswith("- m names 1 of the two unambiguous drawings right (rabbit). To")


def test_the_duck_rabbit_is_compared_with_its_controls_in_the_same_pose(knows_its_drawings):
    rows = classifier_preferences(knows_its_drawings, noise_draws=16)
    assert rows.loc[rows["drawing"].isin(LABELS), "beyond"].isna().all()
    of_pose = rows.pivot(index="pose", columns="drawing", values="preference")
    own = rows[rows["drawing"] == "duck–rabbit"].set_index("pose")
    expected = of_pose["duck–rabbit"] - of_pose[list(LABELS)].mean(axis=1)
    assert np.allclose(own["beyond"], expected[own.index])
    assert (own["beyond_low"] <= own["beyond"]).all()
    said = preference_sentence(rows)
    for pose in (UPRIGHT, UP, DOWN):
        assert f"{own.loc[pose, 'beyond']:+.2f}".replace("-", "−") in said.split("poses: ")[1]


def test_few_draws_are_no_more_than_asked_for(knows_its_drawings):
    assert set(classifier_preferences(knows_its_drawings, noise_draws=2)["draws"]) == {2}
    assert set(classifier_preferences(knows_its_drawings, noise_draws=20)["draws"]) == {20}


def test_a_network_without_noise_has_one_draw_and_no_interval(tmp_path):
    folder = t5_vq(tmp_path / "ar")
    model = load_classifier(folder, labels=LABELS, name="ar")
    rows = classifier_preferences(model, noise_draws=16)
    assert set(rows["draws"]) == {1}
    assert rows[["low", "high", "beyond_low"]].isna().all(axis=None)
    assert set(rows["unit"]) == {"nats"}


def test_poses():
    posed = {each.name: each for each in posed_drawings()}
    assert len(posed) == 3 * 5
    up = draw(posed[f"duck–rabbit, {UP}"], SIDE)[..., 0]
    # Ears point up: the upper third is dark in the middle, the lower corners are not.
    ears = draw(DRAWINGS["duck–rabbit"], SIDE)[..., 0]
    assert np.allclose(up, np.rot90(ears, -1), atol=0.02)
