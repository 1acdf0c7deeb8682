"""What the chapter computes in its cells: answers."""

import numpy as np
import pytest
from tiny.notebooks import names_after

from gcbook.miniworld.results.shipped import shipped_store
from gcbook.scoring.decisions import decide

CONFLICT = "cue-conflict"


@pytest.fixture(scope="module")
def measured():
    return names_after("step-by-step", "measure")


def test_the_weighted_mean_decides(measured):
    errors = np.array([[1, 2, 4], [4, 1, 4], [3, 3, 2.0]])  # draws × classes
    # Means of all draws: (8/3, 2, 10/3); the first draw alone has its least under the first class.
    assert measured["answers"](errors, np.ones(3)) == 1
    assert measured["answers"](errors, np.array([9, 1, 1.0])) == 0
    both = measured["answers"](np.array([errors, errors]), np.array([[1, 1, 1], [9, 1, 1.0]]))
    assert both.tolist() == [1, 0]


@pytest.mark.parametrize(("name", "weighting"), [("weighted", "exp:7"), ("equal", "uniform")])
def test_answers_are_those_of_the_decisions(measured, name, weighting):
    store = shipped_store("mini-pixel", CONFLICT)
    decided = decide(store, store.weights(weighting, "l2"), draws=32).set_index("image_id")
    for example, answer in zip(measured["examples"], measured[name], strict=True):
        if example.stimulus.dataset == CONFLICT:
            assert answer == decided.loc[example.stimulus.image_id, "response"]
