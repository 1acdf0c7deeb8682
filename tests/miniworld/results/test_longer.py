"""The comparison of a miniature with its twin that was trained longer."""

import json
import math

import pandas as pd
import pytest
from tiny.shipped import use_data

from gcbook.miniworld.results import longer as miniature_longer
from gcbook.miniworld.results.answers import mark
from gcbook.miniworld.results.longer import bias_change, images_seen
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


@pytest.fixture
def both(monkeypatch, tmp_path):
    record = {"images_seen": 5000, "plan": {"steps": 40}}
    (tmp_path / "scores" / TWIN).mkdir(parents=True)
    (tmp_path / "scores" / TWIN / "training.json").write_text(json.dumps(record))
    use_data(tmp_path, monkeypatch)
    monkeypatch.setattr(miniature_longer, "model_card", lambda model: {"images_seen": 500})
    monkeypatch.setattr(miniature_longer, "miniature_answers", answers)


def test_two_models_are_compared_image_by_image(both):
    found = bias_change("mini-cnn", TWIN, resampling=Resampling(draws=200))
    # By shape 3 and by texture 1, then 1 and 2.
    assert (found["before"], found["after"]) == (0.75, pytest.approx(1 / 3))
    assert found["low"] <= found["change"] <= found["high"]
    bare = bias_change("mini-cnn", TWIN, resampling=Resampling(draws=0))
    assert math.isnan(bare["low"])


def test_images_of_a_miniature_and_of_its_twin(both):
    assert (images_seen("mini-cnn"), images_seen(TWIN)) == (500, 5000)
