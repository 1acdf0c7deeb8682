"""The comparison of a miniature with its twin that was trained longer."""

import json

import pandas as pd
import pytest

from gcbook.miniworld.results import longer as miniature_longer
from gcbook.miniworld.results.answers import mark
from gcbook.miniworld.results.longer import (
    changes_between,
    longer_sentence,
    noise_or_length_sentence,
)
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
    monkeypatch.setattr(miniature_longer, "DATA", tmp_path)
    monkeypatch.setattr(miniature_longer, "shipped_models", lambda: ("mini-cnn",))
    monkeypatch.setattr(miniature_longer, "shipped_sets", lambda model: tuple(NAMES))
    monkeypatch.setattr(miniature_longer, "model_card", lambda model: {"images_seen": 500})
    monkeypatch.setattr(miniature_longer, "miniature_answers", answers)


def test_a_miniature_is_compared_with_its_twin(both):
    said = longer_sentence("mini-cnn", resampling=Resampling(draws=200))
    assert "saw 10 times as many images (40 steps): accuracy in distribution 0.500 → 0.750" in said
    changes = changes_between("mini-cnn", TWIN, resampling=Resampling(draws=200))
    found = changes["accuracy"]
    assert (found["change"], found["low"], found["high"]) == (0.25, 0.0, 0.5)
    assert ", +0.250 (0.000 to 0.500); shape bias 0.750 → 0.333, −0.417 (" in said
    # It names the shape in 3 cases less 1, and one of the others by accident in 15.
    assert changes["texture_excess"]["before"] == pytest.approx(0.25 - 0.25 / 15)
    assert changes["texture_excess"]["after"] == pytest.approx(0.5 - 0.75 / 15)


def test_what_is_clear_follows_the_intervals(both, monkeypatch):
    nothing = {"before": 0.5, "after": 0.5, "change": 0.0, "low": -0.1, "high": 0.1}
    rise = {"before": 0.5, "after": 0.7, "change": 0.2, "low": 0.1, "high": 0.3}
    found = {"accuracy": nothing, "shape_bias": rise, "texture_excess": nothing}
    monkeypatch.setattr(miniature_longer, "changes_between", lambda *names, **how: found)
    assert longer_sentence("mini-cnn").endswith(
        "So a longer training clearly changes shape bias, and does not clearly change accuracy in "
        "distribution and naming texture beyond accident."
    )
    assert "clear" not in longer_sentence("mini-cnn", resampling=Resampling(draws=0))


@pytest.mark.parametrize(("low", "unclear"), [(-0.01, True), (0.01, False)])
def test_noise_is_compared_with_more_clean_training(both, monkeypatch, low, unclear):
    longer = {"before": 0.93, "after": 0.96, "change": 0.03, "low": 0.01, "high": 0.05}
    more = {"before": 0.96, "after": 0.97, "change": 0.01, "low": low, "high": 0.02}
    found = {("mini-cnn", TWIN): longer, (TWIN, "mini-cnn-noise"): more}
    monkeypatch.setattr(
        miniature_longer, "changes_between", lambda *names, **how: {"shape_bias": found[names]}
    )
    assert noise_or_length_sentence("mini-cnn", "mini-cnn-noise") == ""
    monkeypatch.setattr(miniature_longer, "shipped_models", lambda: ("mini-cnn", "mini-cnn-noise"))
    said = noise_or_length_sentence("mini-cnn", "mini-cnn-noise")
    assert "goes from 0.930 to 0.960, +0.030 (0.010 to 0.050), and" in said
    assert f"it is +0.010 ({'−' * (low < 0)}0.010 to 0.020) to `mini-cnn-noise`" in said
    assert ("does not show that noise does more" in said) == unclear
    if unclear:
        # 40 steps against 4 of the noisy one, in equal batches.
        assert "saw 10 times the images of `mini-cnn-noise`, and 0.040 were left to gain" in said


def test_without_resamples_there_is_no_interval(both):
    assert "+0.250 (interval not computed)" in longer_sentence(
        "mini-cnn", resampling=Resampling(draws=0)
    )


def test_nothing_is_said_without_a_twin(both, monkeypatch):
    monkeypatch.setattr(miniature_longer, "shipped_sets", lambda model: ("in-distribution",))
    assert longer_sentence("mini-cnn") == ""
    assert longer_sentence("mini-ar") == ""
