"""High-pass images by weighting and by size of the input."""

import numpy as np
import pandas as pd
import pytest
from tiny.shipped import CONFLICTS, least, ship_model, ship_scores, use_data

from gcbook.chapters.fine_detail.high_pass import (
    SETS,
    answers_to_reduced,
    decay_rows,
    decay_sentence,
    floor_sentence,
    high_pass_stores,
    reduce_and_enlarge,
    reduced_rows,
    reduced_sentence,
    small_input_sentence,
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
    said = decay_sentence(rows)
    assert said.startswith(f"mini-pixel answers {high[7.0]:.1%} of the high-pass images")
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
    assert "mini-cnn, reduced by 4: high-pass" in reduced_sentence(rows)


COLUMNS = ["model", "test_set", "k", "accuracy", "low", "high"]
COLUMNS += ["change", "change_low", "change_high", "commonest"]


def test_the_sentence_compares_with_the_papers_on_the_same_images():
    rows = [
        ("m", "High-pass", 0.0, 0.1, 0.0, 0.2, -0.1, -0.2, -0.05, 0.3),
        ("m", "High-pass", 7.0, 0.2, 0.1, 0.3, 0.0, 0.0, 0.0, 0.4),
        ("m", "High-pass", 20.0, 0.6, 0.5, 0.7, 0.4, 0.3, 0.5, 0.5),
    ]
    said = decay_sentence(pd.DataFrame(rows, columns=COLUMNS))
    assert "20.0% of the high-pass images under the paper's k = 7 (0.100 to 0.300" in said
    assert (
        "−0.100 (−0.200 to −0.050) under k = 0 and +0.400 (+0.300 to +0.500) under k = 20: more "
        "weight on little noise helps them, less weight on little noise costs them." in said
    )
    assert said.endswith("40% of the answers are one and the same category.")
    one_sided = decay_sentence(pd.DataFrame(rows, columns=COLUMNS).assign(commonest=0.8))
    assert one_sided.endswith(
        "by itself, that one can be right on no more than 6.2% of the images."
    )


@pytest.mark.parametrize(
    ("accuracy", "low", "says"),
    [
        (0.07, 0.05, "does not tell from guessing"),
        (0.13, 0.08, "but leaves little to lose"),
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
    assert floor_sentence(rows.assign(commonest=0.9)).endswith(
        "varies them most: by itself, that one can be right on no more than 6.2% of the images."
    )


def high_pass(*rows):
    table = [
        (model, "High-pass", k, value, low, high, 0, 0, 0, 0.3)
        for model, k, value, low, high in rows
    ]
    return pd.DataFrame(table, columns=COLUMNS)


def test_models_of_equal_input_that_differ_speak_against_the_input():
    rows = [("a", 7.0, 0.09, 0.07, 0.11), ("b", 7.0, 0.26, 0.2, 0.3), ("a", 20.0, 0.12, 0.1, 0.14)]
    said = small_input_sentence(high_pass(*rows), 32)
    assert "a and b are shown the same 32 pixels a side" in said
    assert "one answers 9% of the high-pass images rightly, the other 26%" in said
    assert "under no k of the figure does a come near (12% at most)" in said
    better = small_input_sentence(high_pass(*rows[:2], ("a", 20.0, 0.4, 0.3, 0.5)), 32)
    assert "though under another k a gets 40%" in better


def test_without_resamples_nothing_is_said_of_a_difference():
    nan = float("nan")
    said = small_input_sentence(high_pass(("a", 7.0, 0.1, nan, nan), ("b", 7.0, 0.3, nan, nan)), 32)
    assert said.startswith("Nothing was resampled")


def test_models_that_do_not_differ_cannot_tell():
    for rows in (
        [("a", 7.0, 0.09, 0.07, 0.11)],
        [("a", 7.0, 0.2, 0.1, 0.3), ("b", 7.0, 0.25, 0.2, 0.3)],
    ):
        assert "cannot tell which" in small_input_sentence(high_pass(*rows), 32)
