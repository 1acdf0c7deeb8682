"""Weights and intervals."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from gcbook.files.errors import InputError
from gcbook.stats.resampling import Factor, Resampling, correct_bias, recentred, strata


def test_units_are_drawn_within_their_strata_and_the_first_row_is_the_data() -> None:
    weights = Resampling(draws=50, seed=3).weights(Factor("images", [10, 20]))
    assert weights.shape == (51, 30)
    assert (weights[0] == 1).all()
    assert weights[:, :10].sum(axis=1) == pytest.approx(10)
    assert weights[:, 10:].sum(axis=1) == pytest.approx(20)
    # Of ten nine are drawn, of twenty nineteen.
    times = weights[1:] * np.repeat([9 / 10, 19 / 20], [10, 20])
    np.testing.assert_allclose(times, times.round(), atol=1e-5)
    assert weights.dtype == np.float32


def test_draws_go_with_the_seed_and_the_name_of_the_factor_alone() -> None:
    resampling = Resampling(draws=20, seed=1)
    drawn = resampling.weights(Factor("b", [20]))
    np.testing.assert_array_equal(drawn, resampling.weights(Factor("b", [20])))
    assert (drawn != resampling.weights(Factor("c", [20]))).any()
    assert (drawn != Resampling(draws=20, seed=2).weights(Factor("b", [20]))).any()


def test_blocks_are_the_weights_cut_up(monkeypatch: pytest.MonkeyPatch) -> None:
    factors = Factor("a", [3, 4]), Factor("c", [7], np.arange(7)[::-1])
    for draws in (0, 4, 5, 24):
        whole = Resampling(draws=draws).weights(*factors)
        with monkeypatch.context() as smaller:
            smaller.setattr("gcbook.stats.resampling._BLOCK", 5)
            blocks = list(Resampling(draws=draws).blocks(*factors))
        assert len(blocks) == -(-(1 + draws) // 5)
        assert [rows.start for rows, _ in blocks] == list(range(0, 1 + draws, 5))
        np.testing.assert_array_equal(np.concatenate([each for _, each in blocks])[0], whole[0])
        assert [len(each) for _, each in blocks] == [r.stop - r.start for r, _ in blocks]


def test_items_count_as_their_unit_and_crossed_factors_multiply() -> None:
    resampling = Resampling(draws=30)
    rows, columns = Factor("rows", [3]), Factor("columns", [2, 2])
    crossed = (
        Factor("rows", [3], np.repeat(np.arange(3), 4)),
        Factor("columns", [2, 2], np.tile(np.arange(4), 3)),
    )
    expected = resampling.weights(rows)[:, :, None] * resampling.weights(columns)[:, None, :]
    np.testing.assert_allclose(resampling.weights(*crossed), expected.reshape(31, 12), rtol=1e-6)


def test_values_of_items_add_up_by_unit() -> None:
    factor = Factor("units", [2, 1], np.array([0, 2, 2, 1]))
    assert factor.of_units(np.array([1.0, 2.0, 4.0, 8.0])).tolist() == [1, 8, 6]
    assert factor.of_units(np.ones((2, 4))).tolist() == [[1, 1, 2]] * 2
    assert Factor("units", [2]).of_units(np.array([1.0, 2.0])).tolist() == [1, 2]
    assert factor.stratum.tolist() == [0, 0, 1]


def test_strata_of_one_unit_are_put_together() -> None:
    sizes, place = strata(["dog", "cat", "owl", "cat", "fox"])
    assert sizes == (2, 3)
    assert sorted(place.tolist()) == list(range(5))
    assert place[[1, 3]].tolist() == [0, 1]
    assert strata([])[0] == ()
    assert strata(["one"])[0] == (1,)


@pytest.mark.parametrize("n", [2, 5, 40])
def test_means_of_few_units_vary_as_means_of_so_many_do(n: int) -> None:
    values = np.random.default_rng(0).normal(size=n)
    weights = Resampling(draws=20_000).weights(Factor("units", [n]))
    assert weights.sum(axis=1) == pytest.approx(n, rel=1e-6)
    means = weights[1:] @ values / n
    assert means.mean() == pytest.approx(values.mean(), abs=0.02)
    # Without a bias, where plain resampling has one of 1 in n.
    assert means.var() == pytest.approx(values.var(ddof=1) / n, rel=0.05)


def test_one_unit_alone_always_counts_once() -> None:
    assert Resampling(draws=3).weights(Factor("unit", [1])).tolist() == [[1]] * 4


@pytest.mark.parametrize("sizes", [[], [0]])
def test_of_nothing_there_are_no_weights(sizes: list[int]) -> None:
    assert Resampling(draws=3).weights(Factor("nothing", sizes)).shape == (4, 0)


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


def test_one_answer_to_all_categories_gets_wilsons_interval_too() -> None:
    """Right in one category of sixteen and wrong in the others, in every draw but for rounding."""
    resampling = Resampling(draws=200)
    right = np.repeat([1.0] + [0.0] * 15, 10)
    weights = resampling.weights(Factor("images", [10] * 16))
    values = weights @ right / weights.sum(axis=1)
    low, high = resampling.interval(values, n=160)
    wilson = stats.binomtest(10, 160).proportion_ci(method="wilson")
    assert (low, high) == pytest.approx((wilson.low, wilson.high))


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


def test_draws_are_moved_to_where_the_truth_is_expected() -> None:
    values = np.array([[0.2, 0.3, np.nan, 0.5], [0.2, 0.3, 0.3, 0.3], [np.nan] * 4])
    moved = recentred(values, [-0.1, 0.04, 0])
    assert moved[0] == pytest.approx([0.2, 0.2, np.nan, 0.4], nan_ok=True)
    assert moved[1] == pytest.approx([0.2, 0.16, 0.16, 0.16])
    assert np.isnan(moved[2]).all()
    assert recentred(np.array([[0.3]]), 0.1).tolist() == [[0.3]]


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
