"""*The fair test, on photographs*: answers from errors, and what is counted of them."""

import numpy as np
import pandas as pd
import pytest
from tiny.notebooks import names_after

CLASSES = 11


@pytest.fixture(scope="module")
def measure():
    return names_after("photographs", "measure")


def test_errors_of_all_draws_are_weighted_and_the_smallest_wins(measure):
    images = pd.DataFrame({"category": measure["LABELS"][[0, 0, 0]]})
    errors = np.full((3, 2, 2, CLASSES), 9.0)  # images, halves, times
    errors[..., 0] = 1
    errors[0, :, 0, 1], errors[1, :, 0, 1], errors[2, 0, 0, 1] = 0.5, 1.5, 0.9
    measure["read"] = lambda network, test_set: (images, np.array([0.1, 0.9]), errors)
    low_noise = lambda t: (t < 0.5) * 1.0  # noqa: E731
    assert measure["named"]("", "", "category", low_noise).tolist() == [0, 1, 1]
    halves = measure["answered"]("", "", "category", low_noise)
    assert halves.is_open.tolist() == [False, False, True]
    assert measure["named"]("", "", "category", np.ones_like).tolist() == [1, 1, 1]
