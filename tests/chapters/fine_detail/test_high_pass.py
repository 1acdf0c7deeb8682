"""High-pass images by weighting and by size of the input."""

import numpy as np
import pytest
from tiny.shipped import CONFLICTS, least, ship_model, ship_scores, use_data

from gcbook.chapters.fine_detail.high_pass import (
    SETS,
    answers_to_reduced,
    decay_rows,
    high_pass_stores,
    reduce_and_enlarge,
    reduced_rows,
)
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.stats.resampling import Resampling


def late(rows):
    """Right at much noise alone."""
    return least(rows, np.where(rows["t"] > 0.5, rows["category"], "oven"))


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = use_data(tmp_path, monkeypatch)
    for model, kind in (("mini-pixel", "diffusion"), ("mini-cnn", "discriminative")):
        ship_model(folder, model)
        for name in SETS:
            condition = "1.0" if name == "high-pass" else "3" if name == "low-pass" else "0"
            names = [name for name in CONFLICTS if not name.startswith("oven")]
            ship_scores(folder, model, name, names, late, kind=kind, condition=condition)
    return folder


def test_only_what_can_be_weighted_is_weighed(data):
    assert list(high_pass_stores()) == ["mini-pixel"]


def test_a_steep_weighting_listens_to_little_noise(data):
    rows = decay_rows(high_pass_stores(), (0, 7, 20), resampling=Resampling(draws=100))
    assert list(dict.fromkeys(rows["test_set"])) == list(SETS.values())
    high = rows[rows["test_set"] == "High-pass"].set_index("k")["accuracy"].to_dict()
    assert high[20.0] == 0
    assert high[0.0] >= high[7.0]
    changes = rows[rows["test_set"] == "High-pass"].set_index("k")
    assert changes.loc[7.0, ["change", "change_low", "change_high"]].tolist() == [0, 0, 0]
    assert changes.loc[20.0, "change"] == pytest.approx(high[20.0] - high[7.0], abs=1e-4)
    # At little noise everything is an oven.
    assert changes.loc[20.0, "commonest"] == 1


def test_reduced_images_lose_what_is_finer_than_their_pixels():
    x = np.tile(np.arange(32) / 32, (32, 1))
    images = np.stack([0.5 + 0.4 * np.sin(2 * np.pi * f * x) for f in (2, 12)])
    images = np.repeat(images[..., None], 3, axis=-1).astype(np.float32)
    assert reduce_and_enlarge(images, 1) is images
    back = reduce_and_enlarge(images, 2)
    assert back.shape == images.shape
    kept = back.std(axis=(1, 2, 3)) / images.std(axis=(1, 2, 3))
    assert kept[0] > 0.9
    assert kept[1] < 0.2


def test_images_that_were_not_reduced_are_answered_as_ever():
    answers = answers_to_reduced(["mini-cnn"], (1, 4), ["high-pass"])
    stored = miniature_answers(["high-pass"], ["mini-cnn"]).set_index("image_id")["response"]
    whole = answers[answers["factor"] == 1].set_index("image_id")["response"]
    assert (whole == stored.loc[whole.index]).mean() > 0.99
    rows = reduced_rows(answers, resampling=Resampling(draws=0))
    assert set(rows["factor"]) == {1.0, 4.0}
    # Of four conditions one is not filtered and does not count.
    assert set(rows["n"]) == {240}
