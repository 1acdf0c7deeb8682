"""Sentences that have to be true whichever way the numbers turn out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tiny.gaussian import class_means, gaussian_classifier

from gcbook.chapters.step_by_step.race import Raced
from gcbook.chapters.step_by_step.words import (
    answers_sentences,
    changed_sentence,
    end_sentence,
    likeness_sentence,
    list_examples,
    model_sentence,
    scores_sentence,
    spread_sentences,
    steady_sentence,
    weight_formula,
)
from gcbook.miniworld.results.steps import Example, Steps, choose_examples
from gcbook.noise.schedules import CosineSchedule

STIMULUS = choose_examples(conflicts=1, ordinary=0)[0].stimulus
EXAMPLE = Example("one", "a", "b", STIMULUS)
SPREAD = pd.DataFrame(
    {
        "t": [0.1, 0.5, 0.9],
        "error": [0.01, 0.05, 0.2],
        "spread": [0.314, 12.6, 5.0],
        "texture_ahead": [3, 2, 0],
        "conflicts": [4, 4, 4],
    }
)
ANSWERS = pd.DataFrame(
    [
        ("w", "cat", "dog", "cat", "shape", "cat", 1),
        ("x", "cat", "oven", "oven", "texture", "cat", 9),
        ("y", "cat", "bear", "knife", "neither", "bear", 4),
        ("z", "car", "car", "car", "shape and texture", "car", 1),
    ],
    columns=["image", "shape", "texture", "answer", "role", "first", "settled"],
)


def test_weights_in_words():
    assert weight_formula("exp:7") == r"the weight $w_t = \exp(-7\,t)$"
    assert weight_formula("exp:0.5") == r"the weight $w_t = \exp(-0.5\,t)$"
    assert weight_formula("uniform") == "equal weights"
    assert weight_formula("snr:5") == "the weighting `snr:5`"


def test_images_are_listed_with_their_names():
    line = list_examples([EXAMPLE])
    assert line == f"- one: `{STIMULUS.imagename}`, of the set *cue-conflict*"


def test_spread_names_both_ends_and_every_time():
    words = spread_sentences(SPREAD)
    assert "At t = 0.1 the largest" in words and "by 0.31 %" in words
    assert "at t = 0.9 by 5 %" in words
    assert "has grown meanwhile 20-fold" in words
    assert words.endswith("on 3 at t = 0.1, 2 at t = 0.5 and 0 at t = 0.9.")
    falling = SPREAD.assign(error=[0.2, 0.1, 0.05], conflicts=0)
    assert "has shrunk meanwhile 4-fold." in spread_sentences(falling)
    assert "at odds" not in spread_sentences(falling)


def test_spread_at_one_time():
    words = spread_sentences(SPREAD.iloc[:1])
    assert words.count("t = ") == 2 and "meanwhile" not in words
    assert words.endswith("on 3 at t = 0.1.")
    assert end_sentence(SPREAD.iloc[:1]) == ""
    assert end_sentence(SPREAD).endswith(
        "by 0.31 % at t = 0.1, 13 % at t = 0.5 and 5 % at t = 0.9."
    )


def test_answers_are_counted_by_cue():
    words = answers_sentences(ANSWERS, 32)
    assert "Of the 3 images" in words
    assert "1 is answered with the shape, 1 with the texture, and 1 with neither." in words
    assert "The one image on which both say the same is answered with it." in words
    assert "first draw is also the answer after 32: 2 of 4." in words
    assert "that of *x*, at draw 9." in words


@pytest.mark.parametrize(
    ("row", "expected"),
    [(0, "with the shape."), (1, "with the texture."), (2, "with neither.")],
)
def test_one_conflict_is_told_in_the_singular(row, expected):
    words = answers_sentences(ANSWERS.iloc[[row]], 8)
    assert words.startswith("The one image whose shape and texture are at odds is answered")
    assert expected in words and "both say the same" not in words
    assert ("change hands" in words) == (row > 0)


def test_agreeing_images_that_are_missed():
    missed = ANSWERS.iloc[[3]].assign(answer="bus")
    assert "is answered with another category." in answers_sentences(missed, 8)
    two = pd.concat([ANSWERS.iloc[[3]], missed])
    assert "Of the 2 images on which both say the same, 1 is answered" in answers_sentences(two, 8)


def test_what_equal_weights_would_change():
    raced = Raced(
        (EXAMPLE, EXAMPLE),
        ("a", "b"),
        np.zeros((2, 2)),
        np.array([[[1, 2], [9, 3.0]], [[1, 2], [1, 2.0]]]),
        np.array([[1, 0.1], [1, 0.1]]),
        True,
    )
    # a: 1.9 and b: 2.3 weighted, but 10 and 5 alike; the other image stays with a.
    assert changed_sentence(raced, "exp:7").endswith(": 1 of 2.")
    assert "count all draws alike already" in changed_sentence(raced, "uniform")
    assert "The 8 errors are read" in scores_sentence(raced)
    assert "were computed for this page" in scores_sentence(replace(raced, shipped=False))


def test_how_alike_restorations_are():
    clean = np.zeros((1, 2, 2), np.float32)
    restored = np.full((1, 2, 2, 2, 2), 3, np.float32)
    # At the first time the two are alike; at the second they are 1 and 5, 4 apart, and
    # off by sqrt((1 + 25) / 2).
    restored[0, 1, 0], restored[0, 1, 1] = 1, 5
    steps = Steps((EXAMPLE,), ("a", "b"), (0.2, 0.8), clean, clean, restored, np.zeros((1, 2, 2)))
    assert round(100 * 4 / np.sqrt(13), -1) == 110
    assert "is 0 % at t = 0.2 and 110 % at t = 0.8 " in likeness_sentence(steps)


def test_the_model_is_described():
    classifier = gaussian_classifier(CosineSchedule(), class_means(16))
    assert model_sentence(classifier, "runs/own") == "The model is `own`, a diffusion model."
    classifier.details = {"resolution": 32, "prompts": ["A bad photo of a cat."]}
    assert model_sentence(classifier, "own") == (
        "The model is `own`, a diffusion model of 32 × 32 pixels. It is asked with prompts like "
        "*A bad photo of a cat.*"
    )
    classifier.details = {"resolution": 32, "space": "latents"}
    assert "errors are differences of codes" in model_sentence(classifier, "own")


def test_images_that_have_one_best_class_throughout():
    rows = [("i", 0.1, "a", 1), ("i", 0.9, "a", 1), ("j", 0.1, "a", 1), ("j", 0.9, "b", 1)]
    rows += [("i", 0.1, "b", 2), ("j", 0.1, "b", 2)]
    errors = pd.DataFrame(rows, columns=["image", "t", "label", "place"])
    assert steady_sentence(errors).endswith(": 1 of 2.")
    assert steady_sentence(errors[errors["t"] == 0.1]) == ""
