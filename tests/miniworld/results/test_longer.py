"""The comparison of a miniature with its twin that was trained longer."""

import json

import pandas as pd
import pytest

from gcbook.miniworld.results import longer as miniature_longer
from gcbook.miniworld.results.answers import mark
from gcbook.miniworld.results.longer import changes_between, images_seen
from gcbook.stats.resampling import Resampling

TWIN = "mini-cnn-long"
NAMES = {
    "in-distribution": ["cat1-cat1.png", "cat2-dog2.png", "dog1-dog1.png", "dog2-cat1.png"],
    "cue-conflict": ["cat1-dog1.png", "cat2-dog2.png", "dog1-cat1.png", "dog2-cat2.png"],
}
RESPONSES = {
    ("in-distribution", "mini-cnn"): ["cat", "dog", "dog", "cat"],
    ("in-distribution", TWIN): ["cat", "cat", "dog", "cat"],
    ("cue-conflict", "mini-cnn"): ["cat", "cat", "dog", "cat"],
    ("cue-conflict", TWIN): ["cat", "dog", "cat", "bird"],
}


def answers(test_sets, models):
    tables = [
        pd.DataFrame(
            {
                "observer": model,
                "dataset": test_set,
                "condition": "0",
                "image_id": NAMES[test_set],
                "imagename": NAMES[test_set],
                "category": [name[:3] for name in NAMES[test_set]],
                "response": RESPONSES[test_set, model],
            }
        )
        for test_set in test_sets
        for model in models
    ]
    return mark(pd.concat(tables, ignore_index=True))


def test_a_miniature_is_compared_with_its_twin(monkeypatch):
    monkeypatch.setattr(miniature_longer, "miniature_answers", answers)
    changes = changes_between("mini-cnn", TWIN, resampling=Resampling(draws=200))
    found = changes["accuracy"]
    assert (found["before"], found["after"]) == (0.5, 0.75)
    assert (found["change"], found["low"], found["high"]) == (0.25, 0.0, 0.5)
    # It names the shape in 3 cases less 1, and one of the others by accident in 15.
    assert changes["texture_excess"]["before"] == pytest.approx(0.25 - 0.25 / 15)
    assert changes["texture_excess"]["after"] == pytest.approx(0.5 - 0.75 / 15)
    assert changes["shape_bias"]["before"] == pytest.approx(0.75)
    assert changes["shape_bias"]["after"] == pytest.approx(1 / 3)


def test_images_are_read_from_the_record_of_a_twin_and_the_card_of_a_model(monkeypatch, tmp_path):
    (tmp_path / "scores" / TWIN).mkdir(parents=True)
    (tmp_path / "scores" / TWIN / "training.json").write_text(json.dumps({"images_seen": 5000}))
    monkeypatch.setattr(miniature_longer, "DATA", tmp_path)
    monkeypatch.setattr(miniature_longer, "model_card", lambda model: {"images_seen": 500})
    assert (images_seen("mini-cnn"), images_seen(TWIN)) == (500, 5000)
