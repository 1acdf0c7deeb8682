"""Trainings that a chapter asks for: made once, gone on with, and not mixed up."""

import json

import pytest
from tiny.made import set_of

from gcbook.files.errors import InputError
from gcbook.miniworld.results import noised
from gcbook.miniworld.results.noised import (
    CLEAN,
    MEAN_OF_DRAWS,
    ONE_DRAW,
    TRAINED,
    clean_answers,
    noise_answers,
)
from gcbook.miniworld.training import anew, recipes
from gcbook.miniworld.training.anew import train_seeds
from gcbook.miniworld.training.record import RECORD


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Few images, to learn from and to answer."""
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(noised, "make_test_set", lambda name, world: set_of(name).first(64))
    monkeypatch.setattr(recipes, "TRAIN_IMAGES", 64)
    monkeypatch.setattr(recipes, "VALIDATION_IMAGES", 16)
    return tmp_path


def test_networks_trained_for_a_chapter_are_what_it_shows(small, monkeypatch):
    found = train_seeds(small / "own", TRAINED, 2, steps=2)
    assert list(found) == ["mini-cnn", "mini-cnn-seed1", "mini-cnn-noise", "mini-cnn-noise-seed1"]
    seeds = [json.loads((f.parent / RECORD).read_text())["plan"]["seed"] for f in found.values()]
    assert seeds == [0, 1, 0, 1]
    answers = noise_answers(["mini-cnn"], noise_draws=2, folders=found)
    assert set(answers["observer"]) == set(found)
    assert set(answers["tested"]) == {CLEAN, ONE_DRAW, MEAN_OF_DRAWS}
    clean = answers[answers["tested"] == CLEAN]
    again = clean_answers({"mini-cnn": found["mini-cnn"]}, ["in-distribution"])
    own = clean[(clean["observer"] == "mini-cnn") & (clean["dataset"] == "in-distribution")]
    assert own["response"].tolist() == again["response"].tolist()
    # What is done is not done again.
    monkeypatch.setattr(anew, "make_trainer", lambda *names, **how: pytest.fail("trained again"))
    assert train_seeds(small / "own", TRAINED, 2, steps=2) == found
    with pytest.raises(InputError, match="expected a training of 3 steps, found one of 2"):
        train_seeds(small / "own", TRAINED, 1, steps=3)
