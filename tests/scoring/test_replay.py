"""Races on stored errors against the published rule, class by class."""

import numpy as np
import pytest
from scipy.stats import ttest_rel

from gcbook.scoring.replay import race_lengths, race_outcomes, race_summary
from gcbook.scoring.settings import Racing


def literal_race(errors: np.ndarray, rule: Racing) -> tuple[list[int], int]:
    """Clark & Jaini (2023), Algorithm 1: when each class was dropped (0: never), and the answer."""
    dropped = [0] * errors.shape[1]
    for n in range(rule.min_draws, min(rule.max_draws, len(errors)) + 1):
        left = [c for c, at in enumerate(dropped) if not at]
        if len(left) == 1:
            break
        best = min(left, key=lambda c: errors[:n, c].mean())
        for c in left:
            if c != best and ttest_rel(errors[:n, c], errors[:n, best]).pvalue < rule.p:
                dropped[c] = n
    left = [c for c, at in enumerate(dropped) if not at]
    return dropped, min(left, key=lambda c: errors[:n, c].mean())


def test_outcomes_are_those_of_the_published_algorithm():
    rng = np.random.default_rng(1)
    errors = rng.normal(1, 0.1, (12, 150, 4)) + rng.normal(0, 0.03, (12, 1, 4))
    rule = Racing(max_draws=150)
    dropped, winner = race_outcomes(errors, rule)
    for i in range(12):
        assert (dropped[i].tolist(), winner[i]) == literal_race(errors[i], rule)
    assert (dropped > 20).any() and (dropped == 0).sum() > 12
    over = race_lengths(dropped, 150)
    assert (over >= dropped.max(1)).all() and over.max() == 150


def test_summary_counts_evaluations_class_by_class():
    rng = np.random.default_rng(0)
    base = rng.normal(1, 0.1, (4, 60, 1)) + rng.normal(0, 0.01, (4, 60, 3))
    base[0] += [0, 1, 1]  # decided at once
    base[1] += [1, 0, 0]  # a is out at once, b and c never
    base[2] += [0.006, 0, 1]
    base[3, :50] += [0, 0.02, 0]  # b falls behind
    rule = Racing(min_draws=20, p=2e-3, max_draws=60)
    label = np.array([0, 2, 0, 0])
    found = race_summary(base, label, rule)
    total, unfinished, cost, same, right = 0, 0, 0, 0, 0
    for errors, truth in zip(base, label, strict=True):
        dropped, answer = literal_race(errors, rule)
        open_end = dropped.count(0) > 1
        length = 60 if open_end else max(dropped)
        # While a class is in, every draw costs it one evaluation.
        nfe = sum(sum(1 for n in range(1, length + 1) if not at or n <= at) for at in dropped)
        total, unfinished, cost = total + nfe, unfinished + open_end, cost + nfe * open_end
        same += answer == errors.mean(0).argmin()
        right += answer == truth
    assert literal_race(base[0], rule)[0] == [0, 20, 20]
    assert 0 < unfinished < 4
    assert found["images"] == 4
    assert found["nfe"] == total / 4
    assert found["nfe_fixed"] == 180
    assert found["saved"] == pytest.approx(1 - total / 720)
    assert found["unfinished"] == unfinished / 4
    assert found["unfinished_part"] == pytest.approx(cost / total)
    assert (found["same"], found["accuracy"]) == (same / 4, right / 4)
    assert found["accuracy_fixed"] == np.mean(base.mean(1).argmin(1) == label)


def test_a_race_decided_by_the_last_draw_is_not_undecided():
    errors = np.array([[[0.0, 1 + 0.001 * i] for i in range(20)]])
    found = race_summary(errors, np.array([0]), Racing(max_draws=20))
    assert (found["nfe"], found["unfinished"], found["unfinished_part"]) == (40, 0, 0)
