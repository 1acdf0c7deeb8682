"""Weights, intervals, p-values and Holm's correction."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gcbook.stats.panel import Panel
from gcbook.stats.resample import (
    correct_bias,
    holm,
    image_weights,
    interval,
    observer_weights,
    p_value,
)


def panel(dataset: str, image_ids: list[str], conditions: list[str]) -> Panel:
    n = len(image_ids)
    observers = pd.DataFrame(
        {
            "source": "s",
            "observer": ["subject-01", "subject-02", "net"],
            "observer_kind": ["human", "human", "model"],
        }
    )
    images = pd.DataFrame({"image_id": image_ids, "condition": conditions, "category": "cat"})
    return Panel(
        dataset,
        observers,
        images,
        np.ones((3, n), bool),
        np.ones((3, n), bool),
        np.full((3, n), ""),
    )


SHAPES = [f"cat{i}" for i in range(1, 7)]
TEXTURES = [f"dog{i}" for i in range(1, 5)]
CONFLICT = [f"{shape}-{texture}.png" for shape in SHAPES for texture in TEXTURES]
PANELS = {
    "rotation": panel("rotation", [f"{i}.png" for i in range(30)], ["0"] * 10 + ["90"] * 20),
    "edge": panel("edge", [f"{shape}.png" for shape in SHAPES], ["0"] * 6),
    "silhouette": panel("silhouette", [f"{shape}.png" for shape in SHAPES[::-1]], ["0"] * 6),
    "cue-conflict": panel("cue-conflict", CONFLICT, ["0"] * 24),
}


def test_first_row_is_the_data_and_conditions_keep_their_size() -> None:
    weights = image_weights(PANELS, 50, seed=3)
    for name, found in weights.items():
        assert found.shape == (51, len(PANELS[name].images))
        assert (found[0] == 1).all()
        assert (found >= 0).all()
        assert (found == found.round()).all()
    assert (weights["rotation"][:, :10].sum(axis=1) == 10).all()
    assert (weights["rotation"][:, 10:].sum(axis=1) == 20).all()


def test_exemplars_are_drawn_once_for_all_datasets_made_of_them() -> None:
    weights = image_weights(PANELS, 50, seed=3)
    np.testing.assert_array_equal(weights["edge"], weights["silhouette"][:, ::-1])
    by_shape_and_texture = weights["cue-conflict"].reshape(51, 6, 4)
    texture = image_weights({"cue-conflict": PANELS["cue-conflict"]}, 50, seed=3)["cue-conflict"]
    np.testing.assert_array_equal(texture, weights["cue-conflict"])
    # Each image counts as often as its shape times its texture: a matrix of rank one.
    shape = weights["edge"]
    for draw in range(51):
        matrix = by_shape_and_texture[draw]
        assert np.linalg.matrix_rank(matrix) <= 1
        assert (matrix[shape[draw] == 0] == 0).all()
        assert (
            matrix.sum()
            == shape[draw].sum()
            * matrix[shape[draw] > 0][0].sum()
            / (shape[draw][shape[draw] > 0][0])
        )


def test_draws_do_not_depend_on_other_datasets_and_do_on_the_seed() -> None:
    alone = image_weights({"rotation": PANELS["rotation"]}, 20, seed=1)["rotation"]
    together = image_weights(PANELS, 20, seed=1)["rotation"]
    np.testing.assert_array_equal(alone, together)
    assert (alone != image_weights(PANELS, 20, seed=2)["rotation"]).any()


def test_each_image_is_drawn_once_on_average() -> None:
    weights = image_weights(PANELS, 4000, seed=0)["rotation"][1:]
    assert weights.mean(axis=0) == pytest.approx(1, abs=0.08)
    assert weights[:, 10:].var() == pytest.approx(1 - 1 / 20, abs=0.03)


def test_observers_are_resampled_among_the_humans() -> None:
    weights = observer_weights(PANELS, 200, seed=0)["edge"]
    assert weights.shape == (201, 2)
    assert (weights.sum(axis=1) == 2).all()
    assert {0.0, 1.0, 2.0} == set(weights.ravel())


def test_no_draws_no_interval() -> None:
    low, high = interval(np.array([[0.5], [0.7]]))
    assert low.shape == (2,)
    assert np.isnan([low, high]).all()


def test_interval_is_the_percentiles_and_leaves_nan_out() -> None:
    rng = np.random.default_rng(0)
    draws = rng.normal(0.5, 0.1, 999)
    low, high = interval(np.append(0.5, draws), 0.9)
    assert [low, high] == pytest.approx(np.quantile(draws, [0.05, 0.95]))
    holes = np.append(draws, np.full(500, np.nan))
    assert np.stack(interval(np.append(0.5, holes), 0.9)) == pytest.approx(np.stack([low, high]))
    assert np.isnan(interval(np.append(np.nan, draws))).all()


def test_wider_confidence_contains_narrower() -> None:
    values = np.append(0.5, np.random.default_rng(1).normal(0.5, 0.1, 500))
    low, high = interval(values, 0.8)
    lower, higher = interval(values, 0.99)
    assert lower < low < high < higher


def test_bias_correction_moves_squared_differences_down() -> None:
    rng = np.random.default_rng(0)
    difference, noise = 0.1, 0.05
    estimate = (difference + noise) ** 2  # an unlucky sample
    draws = (difference + noise + rng.normal(0, noise, 20_000)) ** 2
    values = np.append(estimate, draws)
    corrected = correct_bias(values, 0, 1)
    assert corrected[0] == estimate
    assert corrected.min() == 0
    assert interval(values)[1] - interval(corrected)[1] == pytest.approx(2 * noise**2, abs=2e-4)


def test_bias_correction_leaves_unbiased_draws_and_undefined_ones() -> None:
    draws = np.append(0.5, np.random.default_rng(1).normal(0.5, 0.01, 10_000))
    assert correct_bias(draws, 0, 1) == pytest.approx(draws, abs=1e-3)
    assert np.isnan(correct_bias(np.array([np.nan, 0.1]), 0, 1)).all()
    assert correct_bias(np.array([[0.3]]), 0, 1).tolist() == [[0.3]]


def test_proportions_at_the_edge_get_the_exact_end() -> None:
    sure = np.ones((1, 101))
    assert interval(sure)[0][0] == 1.0
    low, high = interval(sure, n=[20])
    exact = stats.binomtest(20, 20).proportion_ci(method="exact")
    assert (low[0], high[0]) == pytest.approx((exact.low, exact.high))
    low, high = interval(np.zeros((1, 101)), n=[20])
    exact = stats.binomtest(0, 20).proportion_ci(method="exact")
    assert (low[0], high[0]) == pytest.approx((exact.low, exact.high))
    inner = np.append(0.5, np.linspace(0.4, 0.6, 100))
    assert interval(inner, n=20) == interval(inner)


def test_p_value() -> None:
    draws = np.concatenate([np.full(97, 0.2), [-0.1, 0.0]])
    assert float(p_value(np.append(0.2, draws))) == pytest.approx(2 * 3 / 100)
    assert float(p_value(np.append(-0.2, -draws))) == pytest.approx(2 * 3 / 100)
    assert float(p_value(np.zeros(100))) == 1.0
    assert np.isnan(p_value(np.array([np.nan, 0.1])))


def test_holm_by_hand_and_with_undefined_tests() -> None:
    corrected = holm([0.01, np.nan, 0.04, 0.03, 0.9])
    assert corrected[[0, 2, 3, 4]] == pytest.approx([0.04, 0.09, 0.09, 0.9])
    assert np.isnan(corrected[1])
    assert holm([]).shape == (0,)


def test_holm_is_monotone_and_never_below_p() -> None:
    p = np.random.default_rng(0).random(50) ** 3
    corrected = holm(p)
    assert (corrected >= p).all()
    assert (np.diff(corrected[np.argsort(p)]) >= 0).all()
    assert corrected.max() <= 1
