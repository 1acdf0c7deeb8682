"""What is said of high-pass images follows the numbers."""

import pandas as pd
import pytest

from gcbook.chapters.fine_detail.high_pass_words import (
    decay_sentence,
    floor_sentence,
    small_input_sentence,
)

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
    assert "No diffusion miniature" in decay_sentence(pd.DataFrame(columns=COLUMNS))


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
