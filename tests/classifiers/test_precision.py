"""Half precision is taken where a model answers as in single precision, and only there."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from tiny.gaussian import stimulus
from tiny.scorers import LABELS, Likelihood, scored, toy

from gcbook.classifiers import precision
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.precision import (
    DRAWS,
    IMAGES,
    LIMIT,
    PrecisionWarning,
    class_errors,
    difference,
    load_fastest,
)
from gcbook.scoring.scores import score_array

ERRORS = np.random.default_rng(0).uniform(0.9, 1.1, (IMAGES, DRAWS, 5))


class Loader:
    """Stands for a model on a GPU: what it answers in each dtype, and what was loaded."""

    def __init__(self, monkeypatch, rounded):
        self.asked = []
        answers = {"float32": ERRORS, "float16": rounded}
        monkeypatch.setattr(precision, "class_errors", lambda loaded: answers[loaded.name])

    def __call__(self, dtype):
        self.asked.append(dtype)
        return toy(name=dtype)


def test_half_precision_that_answers_alike_is_taken(monkeypatch):
    load = Loader(monkeypatch, ERRORS * (1 + LIMIT / 4))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load_fastest(load).name == "float16"
    assert load.asked == ["float32", "float16"]


@pytest.mark.parametrize(
    ("factor", "says"),
    [(1 + 3 * LIMIT, "errors move by up to 3"), (np.nan, "to NaN"), (np.inf, "to NaN")],
)
def test_else_single_precision_is_taken_and_why_is_said(monkeypatch, factor, says):
    rounded = ERRORS.copy()
    rounded[3, 1, 2] *= factor
    load = Loader(monkeypatch, rounded)
    with pytest.warns(PrecisionWarning, match=says):
        assert load_fastest(load).name == "float32"
    assert load.asked == ["float32", "float16", "float32"]


def test_a_decision_that_turns_is_a_difference_however_small():
    exact = ERRORS.copy()
    exact[..., 0], exact[..., 1] = 0.5, 0.5001
    assert difference(exact, exact) == ""
    turned = exact.copy()
    turned[:3, :, 1] = 0.4999
    assert difference(exact, turned) == f"3 of {IMAGES} decisions turn"


def test_errors_are_compared_with_the_mean_over_classes():
    # A likelihood of nearly one has a negative logarithm of nearly nothing.
    exact = np.array([[[1e-6, 4.0, 8.0]]])
    assert difference(exact, exact + np.array([1e-3, 0, 0])) == ""
    assert difference(exact, exact + np.array([0.05, 0, 0])) != ""


def test_errors_are_those_of_the_scorer_weighted_as_in_the_paper(tmp_path):
    shown = {}
    classifier = toy()
    draw, cut = classifier.draw, _cut(classifier)

    def noted(image_id, *rest):
        shown.setdefault(image_id, len(shown))
        return draw(image_id, *rest)

    classifier.draw = noted
    found = class_errors(classifier)
    assert (len(shown), found.shape) == (IMAGES, (IMAGES, DRAWS, 4))
    images = [
        replace(stimulus(pixels, LABELS[0]), image_id=name, imagename=name)
        for name, pixels in zip(shown, cut[0], strict=True)
    ]
    store = scored(tmp_path, toy(), images, draws=DRAWS)
    rows = store.scores()
    errors = store.weights().errors(rows)
    expected = score_array(rows, errors, list(shown), store.labels, DRAWS)
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("joint", [False, True])
def test_likelihoods_are_taken_as_they_are(joint):
    classifier = Likelihood(joint=joint, deterministic=True)
    cut = _cut(classifier)
    found = class_errors(classifier)
    pixels = np.stack(cut[0]).reshape(IMAGES, 1, -1)
    assert found.shape == (IMAGES, 1, 4)
    assert found == pytest.approx(100 * pixels[..., :4], rel=1e-5)


def _cut(classifier):
    """Let a toy, which does not resize, see a part of each image; return what it has seen."""
    seen, prepare = [], classifier.prepare

    def cut_and_prepare(images):
        seen.append([image[:4, :4] for image in images])
        return prepare(seen[-1])

    classifier.prepare = cut_and_prepare
    return seen


def test_a_miniature_keeps_its_decisions_in_half_precision():
    exact, rounded, coarse = (
        class_errors(load_classifier("mini-cnn", dtype=dtype))
        for dtype in ("float32", "float16", "bfloat16")
    )
    assert difference(exact, rounded) == ""
    # Three bits fewer: how much more they lose depends on where a processor rounds.
    assert 0 < np.abs(rounded - exact).mean() < np.abs(coarse - exact).mean()
