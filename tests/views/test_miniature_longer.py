"""The comparison of a miniature with its twin that was trained longer."""

import json

import pandas as pd
import pytest

from gcbook.miniatures.answers import mark
from gcbook.views import miniature_longer
from gcbook.views.miniature_longer import longer_sentence

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


@pytest.fixture
def both(monkeypatch, tmp_path):
    record = {"images_seen": 5000, "plan": {"steps": 40}}
    (tmp_path / "scores" / TWIN).mkdir(parents=True)
    (tmp_path / "scores" / TWIN / "training.json").write_text(json.dumps(record))
    monkeypatch.setattr(miniature_longer, "DATA", tmp_path)
    monkeypatch.setattr(miniature_longer, "shipped_models", lambda: ("mini-cnn",))
    monkeypatch.setattr(miniature_longer, "shipped_sets", lambda model: tuple(NAMES))
    monkeypatch.setattr(miniature_longer, "model_card", lambda model: {"images_seen": 500})
    monkeypatch.setattr(miniature_longer, "miniature_answers", answers)


def test_a_miniature_is_compared_with_its_twin(both):
    said = longer_sentence("mini-cnn", draws=200)
    assert "saw 10 times as many images (40 steps)" in said
    assert (
        "right on 75.0% of the in-distribution images, where `mini-cnn` is right on 50.0%" in said
    )
    assert "a difference of +0.250 (0.000 to 0.500)" in said
    assert said.endswith("Their shape biases are 0.33 and 0.75.")


def test_without_resamples_there_is_no_interval(both):
    assert "+0.250 (interval not computed)" in longer_sentence("mini-cnn", draws=0)


def test_nothing_is_said_without_a_twin(both, monkeypatch):
    monkeypatch.setattr(miniature_longer, "shipped_sets", lambda model: ("in-distribution",))
    assert longer_sentence("mini-cnn") == ""
    assert longer_sentence("mini-ar") == ""
