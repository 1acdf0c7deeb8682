"""Weights and intervals."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from gcbook.files.errors import InputError
from gcbook.stats.resampling import Factor, Resampling, centred, correct_bias, halve_bias


def test_units_are_drawn_within_their_strata_and_the_first_row_is_the_data() -> None:
    weights = Resampling(draws=50, seed=3).weights(Factor({"a": 10, "b": 20}))
    assert weights.shape == (51, 30)
    assert (weights[0] == 1).all()
    assert (weights[:, :10].sum(axis=1) == 10).all()
    assert (weights[:, 10:].sum(axis=1) == 20).all()
    assert weights.dtype == np.float32


def test_draws_go_with_the_seed_and_the_name_of_the_stratum_alone() -> None:
    resampling = Resampling(draws=20, seed=1)
    alone = resampling.weights(Factor({"b": 20}))
    together = resampling.weights(Factor({"a": 10, "b": 20}))
    np.testing.assert_array_equal(alone, together[:, 10:])
    assert (alone != resampling.weights(Factor({"c": 20}))).any()
    assert (alone != Resampling(draws=20, seed=2).weights(Factor({"b": 20}))).any()


@pytest.mark.parametrize("rescaled", [False, True])
def test_blocks_are_the_weights_cut_up(rescaled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    factors = Factor({"a": 3, "b": 4}, rescaled=rescaled), Factor({"c": 7}, np.arange(7)[::-1])
    for draws in (0, 4, 5, 24):
        whole = Resampling(draws=draws).weights(*factors)
        with monkeypatch.context() as smaller:
            smaller.setattr("gcbook.stats.resampling._BLOCK", 5)
            blocks = list(Resampling(draws=draws).blocks(*factors))
        assert len(blocks) == -(-(1 + draws) // 5)
        np.testing.assert_array_equal(np.concatenate([each for _, each in blocks]), whole)
        np.testing.assert_array_equal(np.concatenate([whole[rows] for rows, _ in blocks]), whole)


def test_items_count_as_their_unit_and_crossed_factors_multiply() -> None:
    resampling = Resampling(draws=30)
    rows, columns = Factor({"rows": 3}), Factor({"columns": 4}, rescaled=True)
    crossed = (
        Factor({"rows": 3}, np.repeat(np.arange(3), 4)),
        Factor({"columns": 4}, np.tile(np.arange(4), 3), rescaled=True),
    )
    expected = resampling.weights(rows)[:, :, None] * resampling.weights(columns)[:, None, :]
    np.testing.assert_allclose(resampling.weights(*crossed), expected.reshape(31, 12), rtol=1e-6)


def test_each_unit_is_drawn_once_on_average() -> None:
    weights = Resampling(draws=4000).weights(Factor({"units": 20}))[1:]
    assert weights.mean(axis=0) == pytest.approx(1, abs=0.08)
    assert weights.var() == pytest.approx(1 - 1 / 20, abs=0.03)


@pytest.mark.parametrize("n", [2, 5, 40])
def test_means_of_few_units_vary_as_means_of_so_many_do(n: int) -> None:
    values = np.random.default_rng(0).normal(size=n)
    weights = Resampling(draws=20_000).weights(Factor({"units": n}, rescaled=True))
    assert weights.sum(axis=1) == pytest.approx(n)
    means = weights[1:] @ values / n
    assert means.mean() == pytest.approx(values.mean(), abs=0.02)
    # Without a bias, where plain resampling has one of 1 in n.
    assert means.var() == pytest.approx(values.var(ddof=1) / n, rel=0.05)


def test_one_unit_alone_always_counts_once() -> None:
    for rescaled in (False, True):
        weights = Resampling(draws=3).weights(Factor({"unit": 1}, rescaled=rescaled))
        assert weights.tolist() == [[1]] * 4


def test_of_nothing_there_are_no_weights() -> None:
    for strata in ({}, {"none": 0}):
        for rescaled in (False, True):
            factor = Factor(strata, rescaled=rescaled)
            assert Resampling(draws=3).weights(factor).shape == (4, 0)


@pytest.mark.parametrize(
    "wrong", [{"draws": -1}, {"draws": 10**6}, {"confidence": 1}, {"seed": -1}]
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        Resampling(**wrong)


def test_no_draws_no_interval() -> None:
    low, high = Resampling().interval(np.array([[0.5], [0.7]]))
    assert low.shape == (2,)
    assert np.isnan([low, high]).all()


def test_interval_is_the_percentiles_and_leaves_nan_out() -> None:
    rng = np.random.default_rng(0)
    draws = rng.normal(0.5, 0.1, 999)
    low, high = Resampling(confidence=0.9).interval(np.append(0.5, draws))
    assert [low, high] == pytest.approx(np.quantile(draws, [0.05, 0.95]))
    holes = np.append(draws, np.full(500, np.nan))
    assert np.stack(Resampling(confidence=0.9).interval(np.append(0.5, holes))) == pytest.approx(
        np.stack([low, high])
    )
    assert np.isnan(Resampling().interval(np.append(np.nan, draws))).all()


def test_wider_confidence_contains_narrower() -> None:
    values = np.append(0.5, np.random.default_rng(1).normal(0.5, 0.1, 500))
    low, high = Resampling(confidence=0.8).interval(values)
    lower, higher = Resampling(confidence=0.99).interval(values)
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
    assert Resampling().interval(values)[1] - Resampling().interval(corrected)[1] == pytest.approx(
        2 * noise**2, abs=2e-4
    )


def test_the_interval_of_a_biased_metric_is_that_of_its_corrected_draws() -> None:
    draws = np.random.default_rng(2).normal(0.05, 0.05, (3, 1001)) ** 2
    draws[1, 1::3] = np.nan
    draws[2] = 0.0
    expected = Resampling().interval(correct_bias(draws, 0, 1))
    np.testing.assert_allclose(Resampling().interval(draws, within=(0, 1)), expected, atol=1e-12)


def test_bias_correction_leaves_unbiased_draws_and_undefined_ones() -> None:
    draws = np.append(0.5, np.random.default_rng(1).normal(0.5, 0.01, 10_000))
    assert correct_bias(draws, 0, 1) == pytest.approx(draws, abs=1e-3)
    assert np.isnan(correct_bias(np.array([np.nan, 0.1]), 0, 1)).all()
    assert correct_bias(np.array([[0.3]]), 0, 1).tolist() == [[0.3]]


@pytest.mark.parametrize("right", [0, 20])
def test_a_share_of_none_or_all_gets_wilsons_interval_of_its_units(right: int) -> None:
    sure = np.full((1, 101), right / 20)
    assert Resampling().interval(sure)[0][0] == right / 20
    low, high = Resampling().interval(sure, n=[20])
    wilson = stats.binomtest(right, 20).proportion_ci(method="wilson")
    assert (low[0], high[0]) == pytest.approx((wilson.low, wilson.high))


def test_rounding_leaves_no_end_of_a_share_outside_of_0_to_1() -> None:
    values = np.concatenate([np.zeros((200, 2)), np.ones((200, 2))])
    low, high = Resampling().interval(values, n=np.tile(np.arange(1, 201), 2))
    assert low.min() == 0
    assert high.max() == 1


def test_a_share_gets_wilsons_interval_of_the_answers_it_varies_as_if_taken_of() -> None:
    rng = np.random.default_rng(0)
    draws = rng.binomial(50, 0.9, 100_000) / 50
    low, high = Resampling(confidence=0.9).interval(np.append(0.9, draws), n=7)
    wilson = stats.binomtest(45, 50).proportion_ci(0.9, method="wilson")
    assert (low, high) == pytest.approx((wilson.low, wilson.high), abs=2e-3)
    holes = np.concatenate([[0.9], draws, np.full(500, np.nan)])
    assert Resampling(confidence=0.9).interval(holes, n=7) == pytest.approx((low, high))


def test_half_an_image_is_added_to_each_cell_of_each_draw_but_not_to_the_value() -> None:
    resampling = Resampling(draws=50_000)
    added = resampling.half_images("sketch/0")
    assert added.shape == (4, 50_001)
    assert (added[:, 0] == 0).all()
    assert added[:, 1:].mean(axis=1) == pytest.approx(0.5, abs=0.02)
    assert added[:, 1:].var(axis=1) == pytest.approx(0.5, abs=0.03)
    assert np.corrcoef(added[:, 1:])[0, 1] == pytest.approx(0, abs=0.02)
    assert (added == resampling.half_images("sketch/0")).all()
    assert (added != resampling.half_images("stylized/0"))[:, 1:].all()


def test_draws_move_half_of_the_way_to_the_value() -> None:
    moved = halve_bias(np.array([[0.2, 0.3, np.nan, 0.5], [np.nan] * 4]))
    assert moved[0] == pytest.approx([0.2, 0.2, np.nan, 0.4], nan_ok=True)
    assert np.isnan(moved[1]).all()
    assert halve_bias(np.array([[0.3]])).tolist() == [[0.3]]
    draws = np.array([[0.2, 0.3, 0.5]])
    assert halve_bias(draws, out=draws) is draws
    assert draws[0] == pytest.approx([0.2, 0.2, 0.4])


def test_means_over_many_conditions_move_once_more_less_half_of_their_bias() -> None:
    moved = centred(np.array([[0.2, 0.3, np.nan, 0.5], [0.2, 0.3, 0.3, 0.3]]), [-0.1, 0.04])
    assert moved[0] == pytest.approx([0.2, 0.25, np.nan, 0.45], nan_ok=True)
    assert moved[1] == pytest.approx([0.2, 0.23, 0.23, 0.23])


def test_a_few_units_deviate_as_students_t() -> None:
    scales = Resampling(draws=50_000).t_scales("seeds", 5)
    assert scales[0] == 1
    t = scales[1:] * np.random.default_rng(0).standard_normal(50_000)
    assert stats.kstest(t, stats.t(4).cdf).pvalue > 0.01
    assert (scales == Resampling(draws=50_000).t_scales("seeds", 5)).all()
    assert (scales != Resampling(draws=50_000).t_scales("others", 5))[1:].all()


def test_an_interval_contains_its_value() -> None:
    draws = np.linspace(0.4, 0.6, 100)
    assert Resampling().interval(np.append(1.0, draws))[1] == 1
    assert Resampling().interval(np.append(0.1, draws))[0] == 0.1


@pytest.mark.parametrize(("effect", "expected"), [("image", 1.0), ("shape", 8.0)])
def test_narrowed_draws_have_the_variance_of_the_effects(effect: str, expected: float) -> None:
    """Of n values of variance 1, a mean has variance 1/n, or 8/n if 8 of a shape are alike."""
    rng = np.random.default_rng(3)
    shapes, textures = 160, 80
    shape = np.repeat(np.arange(shapes), 8)
    texture = np.concatenate([rng.choice(textures, 8, replace=False) for _ in range(shapes)])
    units = {"image": np.arange(len(shape)), "shape": shape}[effect]
    resampling = Resampling(draws=2000)
    crossed = Factor({"shapes": shapes}, shape), Factor({"textures": textures}, texture)
    weights = np.concatenate([resampling.weights(*crossed), 1 - np.eye(len(shape))])
    found = []
    for _ in range(20):
        answers = rng.standard_normal(len(shape))[units]
        values = weights @ answers / weights.sum(axis=1)
        found.append(np.var(resampling.shrink(values, textures)[1:]) * len(shape))
    t_for_normal = stats.t.ppf(0.975, textures - 1) / stats.norm.ppf(0.975)
    assert np.mean(found) / t_for_normal**2 == pytest.approx(expected, rel=0.15)


def test_narrowing_leaves_what_does_not_vary_and_what_is_undefined() -> None:
    resampling = Resampling(draws=3)
    assert resampling.shrink(np.ones((1, 6)), 48).tolist() == [[1] * 4]
    assert np.isnan(resampling.shrink(np.full(6, np.nan), 48)).all()
