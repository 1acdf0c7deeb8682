"""Consistency of two observers: hand-worked tables and properties."""

import math

import numpy as np
import pandas as pd
import pytest

from gcbook.stats.agreement import (
    PAIR_COUNTS,
    error_consistency,
    expected_consistency,
    kappa,
    kappa_bias,
    observed_consistency,
    pair_counts,
    sums_of,
    weighted_pair_counts,
)
from gcbook.stats.responses import make_responses

RNG = np.random.default_rng(0)


def trials_of(right: dict[str, list[int | None]]) -> pd.DataFrame:
    """Sketch trials of observers who are right (1), wrong (0) or did not see the image (None)."""
    rows = [
        {
            "source": "s",
            "observer": observer,
            "observer_kind": "human" if observer.startswith("subject") else "model",
            "dataset": "sketch",
            "condition": "0",
            "image_id": f"cat-{image}-sketch-1.png",
            "category": "cat",
            "response": "cat" if answer else "dog",
        }
        for observer, answers in right.items()
        for image, answer in enumerate(answers)
        if answer is not None
    ]
    return pd.DataFrame(rows)


def test_two_by_two_by_hand() -> None:
    # 4 both right, 2 only a, 1 only b, 3 both wrong: accuracies .6 and .5
    a = [1, 1, 1, 1, 1, 1, 0, 0, 0, 0]
    b = [1, 1, 1, 1, 0, 0, 1, 0, 0, 0]
    assert observed_consistency(a, b) == pytest.approx(0.7)
    assert expected_consistency(a, b) == pytest.approx(0.6 * 0.5 + 0.4 * 0.5)
    assert error_consistency(a, b) == pytest.approx((0.7 - 0.5) / 0.5)
    assert float(kappa(4, 2, 1, 3)) == pytest.approx(0.4)


@pytest.mark.parametrize("seed", range(5))
def test_properties(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.random((2, 200)) < [[0.8], [0.6]]
    order = rng.permutation(200)
    value = error_consistency(a, b)
    assert value == pytest.approx(error_consistency(b, a))
    assert value == pytest.approx(error_consistency(a[order], b[order]))
    assert value == pytest.approx(error_consistency(~a, ~b))
    assert error_consistency(a, a) == pytest.approx(1)
    assert -1 <= value <= 1
    assert observed_consistency(a, b) == pytest.approx(np.mean(a == b))


def test_zero_by_zero() -> None:
    assert math.isnan(error_consistency([1, 1, 1], [1, 1, 1]))
    assert math.isnan(error_consistency([0, 0], [0, 0]))
    assert error_consistency([1, 1, 1], [1, 1, 1], "toolbox") == 1.0
    # One always right, the other not: no more agreement than by chance, under both conventions.
    assert error_consistency([1, 1, 1], [1, 1, 0]) == 0.0
    assert error_consistency([1, 1, 1], [1, 1, 0], "toolbox") == 0.0
    assert math.isnan(float(kappa(0, 0, 0, 0)))


@pytest.mark.parametrize("law", [[0.5, 0.2, 0.1, 0.2], [0.8, 0.1, 0.06, 0.04]])
def test_the_bias_is_what_samples_are_too_high_by_on_average(law: list[float]) -> None:
    n = 160
    counts = np.random.default_rng(0).multinomial(n, law, size=400_000).T
    off = kappa(*counts) - kappa(*law)
    bias = kappa_bias(*sums_of(*(n * np.array(law))))
    assert off.mean() == pytest.approx(bias, abs=4 * off.std() / np.sqrt(len(off)) + 2 / n**2)


def test_where_kappa_is_undefined_so_is_its_bias() -> None:
    assert np.isnan(kappa_bias(5, 5, 5, 5))
    assert np.isnan(kappa_bias(0, 0, 0, 0))


def test_pair_counts_agree_with_pair_by_pair() -> None:
    right = {name: list(RNG.integers(0, 2, 40)) for name in ("subject-01", "subject-02", "m", "n")}
    pairs = pair_counts(trials_of(right))
    assert len(pairs) == 6
    for pair in pairs.to_dict("records"):
        a, b = right[pair["observer_a"]], right[pair["observer_b"]]
        counts = [pair[name] for name in PAIR_COUNTS]
        assert sum(counts) == 40
        assert float(kappa(*counts)) == pytest.approx(error_consistency(a, b))


def test_only_images_that_both_saw_count() -> None:
    right = {"subject-01": [1, 1, 0, None, 0], "m": [1, 0, None, 1, 0]}
    (pair,) = pair_counts(trials_of(right)).to_dict("records")
    assert [pair[name] for name in PAIR_COUNTS] == [1, 1, 0, 1]


def test_weights_count_images_that_often() -> None:
    right = {"subject-01": [1, 1, 0, None, 0], "m": [1, 0, 0, 1, 0]}
    responses = make_responses(trials_of(right))["sketch"]
    weights = np.array([[2, 0, 3, 5, 1]], dtype=np.float32)
    pair = np.array([0]), np.array([1])
    counts = weighted_pair_counts(responses.right, responses.seen, weights, *pair)
    assert [float(count[0, 0]) for count in counts] == [2, 0, 0, 4]
