"""Paired differences and families of them: by hand, their floor, and their error rates."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import t

from gcbook.stats.jackknife import Part, Sampled, Spread, spread_of
from gcbook.stats.maxt import Family, draws_needed, level, paired, step_down
from gcbook.stats.resampling import Factor, Resampling

Floats = npt.NDArray[np.floating]

RESAMPLING = Resampling(draws=2000)


def moved(deviations: npt.ArrayLike) -> Spread:
    """Of rows that units move, (rows, units)."""
    each = np.atleast_2d(np.asarray(deviations, dtype=np.float64))
    return Spread({"images": Part(each, np.full(len(each), each.shape[1] - 1.0))})


def all_pairs(values: npt.ArrayLike, spread: Spread, resampling: Resampling = RESAMPLING) -> Family:
    first, second = np.triu_indices(len(np.asarray(values)), k=1)
    return step_down(np.asarray(values), spread, first, second, resampling)


def against_zero(values: list[float], resampling: Resampling = RESAMPLING) -> Family:
    """Independent values of standard error 1 against one that hardly varies."""
    n = len(values)
    units = np.kron(np.eye(n), np.resize([1.0, -1.0], 400) / 20)
    zero = 1e-6 * np.resize([1.0, -1.0], units.shape[1])
    spread = moved(np.concatenate([units, zero[None]]))
    return step_down(np.append(values, 0), spread, np.arange(n), np.full(n, n), resampling)


def test_without_skewness_it_is_students_t() -> None:
    deviations = np.resize([0.1, -0.1], 25 * 2)
    error = np.sqrt(50) * 0.1
    low, high, p = paired(np.array([2.0]), moved(deviations), 0.9)
    assert (low[0], high[0]) == pytest.approx(2 + t.ppf([0.05, 0.95], 49) * error)
    assert p[0] == pytest.approx(2 * t.sf(2 / error, 49))


def test_an_interval_that_reaches_zero_is_no_difference() -> None:
    rng = np.random.default_rng(1)
    deviations = rng.exponential(size=(400, 30)) - 1
    values = rng.normal(0, 12, 400)
    low, high, p = paired(values, moved(deviations), 0.95)
    assert (low < values).all() and (values < high).all()
    assert (((low > 0) | (high < 0)) == (p < 0.05)).all()
    assert 0.1 < (p < 0.05).mean() < 0.9


def test_of_skewed_values_both_sides_miss_more_alike_than_students_t() -> None:
    answers = np.random.default_rng(2).exponential(size=(4000, 60))
    n = answers.shape[1]
    without = (answers.sum(axis=1, keepdims=True) - answers) / (n - 1)
    means = answers.mean(axis=1)
    spread = spread_of(means[:, None] - without, [Sampled(slice(None), [Factor("images", [n])])])
    low, high, _ = paired(means - 1, spread, 0.95)
    reach = t.ppf(0.975, n - 1) * answers.std(axis=1, ddof=1) / np.sqrt(n)
    plain = (means + reach < 1).mean() - (means - reach > 1).mean()
    corrected = (high < 0).mean() - (low > 0).mean()
    assert plain > 0.035
    assert abs(corrected) < 0.6 * plain
    assert ((low <= 0) & (high >= 0)).mean() == pytest.approx(0.95, abs=0.015)


def test_each_step_leaves_out_what_is_decided() -> None:
    """Of independent tests the least p of k becomes 1 - (1 - p)^k, and then the least of k - 1."""
    found = against_zero([9.0, 2.3, 0.4, -0.2, 0.1], Resampling(draws=20_000))
    assert found.corrected[0] == 1 / 20_001
    assert found.corrected[1] == pytest.approx(1 - (1 - found.p[1]) ** 4, rel=0.1)
    undecided = against_zero([2.2, 2.3, 0.4, -0.2, 0.1], Resampling(draws=20_000))
    assert undecided.corrected[1] == pytest.approx(1 - (1 - found.p[1]) ** 5, rel=0.1)


def test_the_least_p_does_not_grow_with_the_family() -> None:
    """Holm's correction can tell no pair of 253 apart with 10,000 draws, nor of 36 with 1,000."""
    deviations = 0.001 * np.random.default_rng(1).standard_normal((23, 300))
    found = all_pairs(np.arange(23.0), moved(deviations), Resampling(draws=300))
    assert found.corrected.tolist() == [1 / 301] * 253
    assert (found.direction == -1).all()


def test_those_who_err_alike_count_as_fewer() -> None:
    """Nine networks that are nearly one are hardly more than one comparison with people."""
    rng = np.random.default_rng(3)
    common, own = rng.standard_normal((1, 500)), rng.standard_normal((10, 500))
    values = np.append(np.full(9, 2.2), 0) * np.sqrt(500)
    one, each = (
        step_down(values, moved(rows), np.arange(9), np.full(9, 9), RESAMPLING)
        for rows in (
            np.concatenate([common + 0.05 * own[:9], 0.001 * own[9:]]),
            np.concatenate([own[:9], 0.001 * own[9:]]),
        )
    )
    assert one.corrected.max() < 0.06 < 0.1 < each.corrected.min()


def test_corrected_is_at_least_p_and_in_its_order() -> None:
    rng = np.random.default_rng(2)
    found = all_pairs(20 * rng.standard_normal(9), moved(rng.standard_normal((9, 200))))
    assert (found.corrected >= found.p).all()
    assert (np.diff(found.corrected[np.argsort(found.p)]) >= 0).all()


def test_order_and_unit_do_not_matter() -> None:
    rng = np.random.default_rng(3)
    values, spread = 10 * rng.standard_normal(6), moved(rng.standard_normal((6, 200)))
    found = all_pairs(values, spread)
    larger = all_pairs(100 * values - 3, spread.times(100))
    np.testing.assert_allclose(larger.corrected, found.corrected, atol=2e-3)
    np.testing.assert_allclose(larger.p, found.p)
    np.testing.assert_allclose(larger.low, 100 * found.low)
    first, second = np.triu_indices(6, k=1)
    turned = step_down(values, spread, second[::-1], first[::-1], RESAMPLING)
    np.testing.assert_allclose(turned.corrected[::-1], found.corrected)
    np.testing.assert_allclose(turned.low[::-1], -found.high)
    assert (turned.direction[::-1] == -found.direction).all()


def test_what_images_cannot_tell_is_no_part_of_the_family() -> None:
    rng = np.random.default_rng(5)
    values, deviations = np.array([0.0, 30, 0]), rng.standard_normal((3, 200))
    alone = all_pairs(values, moved(deviations))
    flat, undefined = np.zeros((1, 200)), np.full((1, 200), np.nan)
    spread = moved(np.concatenate([deviations, flat, undefined]))
    found = all_pairs(np.append(values, [1, np.nan]), spread)
    inside = np.triu_indices(5, k=1)[1] < 3
    for one, other in zip(found, alone, strict=True):
        np.testing.assert_array_equal(one[inside], other)
        assert np.isnan(one[~inside]).all()
    assert np.isnan(all_pairs(values, Spread({}), Resampling(draws=0)).corrected).all()


def test_two_who_answer_alike_do_not_differ() -> None:
    one = np.random.default_rng(6).random(500)
    found = all_pairs([0.5, 0.5 + 1e-17, 0.5], moved(np.stack([one, one + 1e-17, one])))
    assert found.p.tolist() == found.corrected.tolist() == [1, 1, 1]
    assert found.direction.tolist() == [0, 0, 0]


@pytest.mark.parametrize(("confidence", "needed"), [(0.95, 20), (0.99, 100), (0.9, 10)])
def test_draws_needed_are_the_fewest_that_can_tell(confidence: float, needed: int) -> None:
    assert draws_needed(confidence) == needed
    spread = moved(np.random.default_rng(8).random((2, 100)))
    for draws, told in ((needed, True), (needed - 1, False)):
        found = all_pairs([1000.0, 0.0], spread, Resampling(draws, confidence))
        assert (found.corrected[0] < level(confidence)) == told


EXPERIMENTS, ALLOWED = 300, 0.085
"""At a true rate of 5 %, a rate above this is seen in 1 of 200 runs; at 12 %, in 97 of 100."""

FAMILIES: dict[str, Callable[[], Floats]] = {
    "all alike": lambda: np.full(8, 0.7),
    "two groups": lambda: np.repeat([0.55, 0.8], 4),
    "one apart": lambda: np.append(np.full(7, 0.9), 0.5),
    "hardly apart": lambda: np.linspace(0.7, 0.702, 8),
    "a ladder": lambda: np.linspace(0.6, 0.8, 8),
    "all near 1": lambda: np.full(8, 0.97),
}


def simulated(skills: Floats, experiment: int) -> tuple[Floats, Spread]:
    """Accuracies of observers on 320 images that are hard or easy for all."""
    rng = np.random.default_rng([9, experiment])
    hard = rng.random(320) < 0.5
    right = rng.random((len(skills), 320)) < skills[:, None] ** np.where(hard, 1.5, 0.5)
    means = right.mean(axis=1)
    influences = (right - means[:, None]) / 319
    return means, spread_of(influences, [Sampled(slice(None), [Factor("images", [320])])])


@pytest.mark.nightly
@pytest.mark.parametrize("family", FAMILIES)
def test_family_wise_error(family: str) -> None:
    """How often anything false is said: of two equals that they differ, or a wrong direction."""
    skills = FAMILIES[family]()
    first, second = np.triu_indices(len(skills), k=1)
    truth = np.sign(skills[first] - skills[second])
    wrong = []
    for experiment in range(EXPERIMENTS):
        found = all_pairs(*simulated(skills, experiment), Resampling(400, seed=experiment))
        wrong.append((found.direction != truth)[found.corrected < 0.05].any())
    assert np.mean(wrong) <= ALLOWED
