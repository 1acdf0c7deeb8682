"""High-pass images by weighting and by size of the input."""

import numpy as np
import pandas as pd
import pytest
from tiny.shipped import CONFLICTS, least, ship_model, ship_scores, use_data

from gcbook.miniatures.answers import miniature_answers
from gcbook.views.high_pass import (
    SETS,
    answers_to_reduced,
    decay_rows,
    decay_sentence,
    floor_sentence,
    high_pass_stores,
    reduce_and_enlarge,
    reduced_rows,
    reduced_sentence,
)


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
    rows = decay_rows(high_pass_stores(), (0, 7, 20), draws=100)
    assert list(dict.fromkeys(rows["test_set"])) == list(SETS.values())
    high = rows[rows["test_set"] == "High-pass"].set_index("k")["accuracy"].to_dict()
    assert high[20.0] == 0
    assert high[0.0] >= high[7.0]
    said = decay_sentence(rows)
    assert said.startswith(f"mini-pixel answers {high[7.0]:.1%} of the high-pass images")
    changes = rows[rows["test_set"] == "High-pass"].set_index("k")
    assert changes.loc[7.0, ["change", "change_low", "change_high"]].tolist() == [0, 0, 0]
    assert changes.loc[20.0, "change"] == pytest.approx(high[20.0] - high[7.0], abs=1e-4)
    # At little noise everything is an oven.
    assert changes.loc[20.0, "commonest"] == 1


def test_the_sentence_compares_with_the_papers_on_the_same_images():
    columns = ["model", "test_set", "k", "accuracy", "low", "high"]
    columns += ["change", "change_low", "change_high", "commonest"]
    rows = [
        ("m", "High-pass", 0.0, 0.1, 0.0, 0.2, -0.1, -0.2, -0.05, 0.3),
        ("m", "High-pass", 7.0, 0.2, 0.1, 0.3, 0.0, 0.0, 0.0, 0.4),
        ("m", "High-pass", 20.0, 0.6, 0.5, 0.7, 0.4, 0.3, 0.5, 0.5),
    ]
    said = decay_sentence(pd.DataFrame(rows, columns=columns))
    assert "20.0% of the high-pass images under the paper's k = 7 (0.100 to 0.300" in said
    assert (
        "−0.100 (−0.200 to −0.050) under k = 0 and +0.400 (+0.300 to +0.500) under k = 20" in said
    )
    assert said.endswith("40% of the answers are one and the same category.")
    assert "No diffusion miniature" in decay_sentence(pd.DataFrame(columns=columns))


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
    rows = reduced_rows(answers, draws=0)
    assert set(rows["factor"]) == {1.0, 4.0}
    # Of four conditions one is not filtered and does not count.
    assert set(rows["n"]) == {240}
    assert "mini-cnn, reduced by 4: high-pass" in reduced_sentence(rows)


@pytest.mark.parametrize(
    ("accuracy", "low", "says"),
    [
        (0.07, 0.05, "does not tell from guessing"),
        (0.13, 0.08, "not by much"),
        (0.7, 0.6, "which is above chance. The"),
    ],
)
def test_a_floor_is_called_one(accuracy, low, says):
    rows = pd.DataFrame(
        [
            ("a", "High-pass", 1.0, accuracy, low, accuracy + 0.1, 0.4),
            ("b", "High-pass", 1.0, 0.06, 0.02, 0.1, 1.0),
            ("a", "High-pass", 2.0, 1, 1, 1, 0.1),
        ],
        columns=["model", "test_set", "factor", "accuracy", "low", "high", "commonest"],
    )
    said = floor_sentence(rows)
    assert says in said
    assert "makes up 40% of the answers of the network that varies them most." in said
    assert floor_sentence(rows.assign(commonest=0.9)).endswith("happens to be that answer.")
