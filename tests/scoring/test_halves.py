"""The correction for few draws, on the toy whose endless draws are known, and by hand."""

import numpy as np
import pytest

from gcbook.chapters.generative_classifier import (
    drawn_errors,
    expected_errors,
    weights_of,
)
from gcbook.classifiers.toy import make_toy, toy_classifier
from gcbook.scoring.halves import FEW_OPEN, with_draws

DRAWS = (8, 16, 32, 64, 128)


@pytest.fixture(scope="module")
def conflicts():
    """Images whose cues disagree: their class and cues; errors of endless draws, and of draws."""
    world = make_toy()
    images, truth = world.sample(2000, np.random.default_rng(0))
    cues = truth, world.coarse_cue(images), world.fine_cue(images)
    apart = cues[1] != cues[2]
    endless = expected_errors(toy_classifier(world), images[apart])
    drawn = drawn_errors(world, images[apart], max(DRAWS), seed=0)
    return [each[apart].numpy() for each in cues], endless, *drawn


def accuracy_and_bias(right, coarse, fine):
    return np.array([right.mean(), coarse.sum() / (coarse + fine).sum()])


def off(conflicts, k, draws):
    """Share of open answers; accuracy and bias less those of endless draws, raw and corrected."""
    cues, endless, t, errors = conflicts
    decided = (endless * weights_of(f"exp:{k}")[:, None]).sum(axis=1).argmin(axis=1)
    true = accuracy_and_bias(*(1.0 * (decided == cue) for cue in cues))
    halves = (len(t), 2, draws // 2)
    weights = np.exp(-k * t[:, :draws].reshape(halves))
    of_draws = errors[:, :draws].reshape(*halves, -1)
    found = [with_draws(of_draws, weights, lambda chosen, cue=cue: chosen == cue) for cue in cues]
    raw = accuracy_and_bias(*(each.of_all for each in found)) - true
    return found[0].is_open.mean(), raw, accuracy_and_bias(*(e.corrected for e in found)) - true


def test_the_error_is_bounded_where_few_answers_are_open(conflicts):
    each = [off(conflicts, k, draws) for k in (0, 1, 2, 3, 7) for draws in DRAWS]
    few = [(raw, corrected) for is_open, raw, corrected in each if is_open < FEW_OPEN]
    assert 5 < len(few) < len(each)
    raw, corrected = np.abs(few).transpose(1, 2, 0)
    assert corrected[0].max() < 0.02
    assert corrected[1].max() < 0.03
    assert corrected[1].mean() < 0.8 * raw[1].mean()


@pytest.mark.parametrize(("k", "draws"), [(3, 16), (7, 32), (7, 64), (7, 128)])
def test_it_does_not_repair_where_a_fifth_and_more_are_open(conflicts, k, draws):
    is_open, raw, corrected = off(conflicts, k, draws)
    assert is_open > 0.18
    assert abs(corrected[1]) > 0.03
    if k == 7:  # further off than what it corrects
        assert corrected[1] > raw[1] > 0.02


def test_by_hand():
    # Two times, of which the second counts half; two halves; three classes.
    errors = np.array(
        [
            [[[0, 4, 9], [2, 0, 0]], [[0, 4, 9], [4, 0, 0]]],  # 0 both times
            [[[0, 4, 9], [2, 0, 0]], [[6, 4, 9], [4, 0, 0]]],  # 0, then 1; together 1
        ],
        float,
    )
    found = with_draws(errors, np.array([1, 0.5]), lambda decided: decided == 0)
    assert found.of_all.tolist() == [1, 0]
    assert found.of_halves.tolist() == [1, 0.5]
    assert found.is_open.tolist() == [False, True]
    assert found.corrected.tolist() == [1, -0.5]
    # As many weights as errors: here those of the second half alone count.
    weights = np.broadcast_to(np.array([0, 1])[None, :, None], (2, 2, 2))
    assert with_draws(errors, weights, lambda decided: decided == 1).of_all.tolist() == [0, 1]


def test_without_chance_nothing_is_corrected():
    errors = np.random.default_rng(0).normal(size=(50, 1, 1, 4))
    found = with_draws(errors, np.ones(1), lambda decided: decided == 2)
    assert found.corrected.tolist() == (errors[:, 0, 0].argmin(axis=1) == 2).tolist()
    assert not found.is_open.any()
