"""Deviations of what was sampled: their variance, degrees of freedom, and those of differences."""

from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from gcbook.stats.jackknife import Part, Sampled, Spread, narrowed, of_people, spread_of, stacked
from gcbook.stats.resampling import Factor, Resampling

Floats = npt.NDArray[np.floating]

CATEGORIES, SHAPES, TEXTURES = 8, 10, 10
SHAPE = np.repeat(np.arange(CATEGORIES * SHAPES), 8)
TEXTURE = np.concatenate(
    [
        np.random.default_rng(i).choice(CATEGORIES * TEXTURES, 8, replace=False)
        for i in range(CATEGORIES * SHAPES)
    ]
)
N = len(SHAPE)
RESAMPLING = Resampling(draws=1500)


def crossed(shape_strata: int = CATEGORIES) -> tuple[Factor, Factor]:
    shapes = [CATEGORIES * SHAPES // shape_strata] * shape_strata
    textures = [TEXTURES] * CATEGORIES if shape_strata > 1 else [TEXTURES * CATEGORIES]
    return Factor("s", shapes, SHAPE), Factor("t", textures, TEXTURE)


def spread(factors: tuple[Factor, ...], answers: Floats) -> Spread:
    """Of means of answers, (rows, images)."""
    without = (answers.sum(axis=1, keepdims=True) - answers) / (answers.shape[1] - 1)
    influences = answers.mean(axis=1, keepdims=True) - without
    return spread_of(influences, [Sampled(slice(None), factors)])


def drawn(factors: tuple[Factor, ...], answers: Floats) -> Floats:
    """The same means with their draws, narrowed."""
    weights = RESAMPLING.weights(*factors)
    draws = np.asarray(answers @ weights.T / weights.sum(axis=1))
    return narrowed(draws, spread(factors, answers), 0.95)


def t_for_normal(freedom: float) -> float:
    return float(stats.t.ppf(0.975, freedom) / NormalDist().inv_cdf(0.975))


def test_images_in_strata_have_the_variance_of_a_stratified_mean() -> None:
    rng = np.random.default_rng(2)
    answers = rng.random((3, 40)) + np.repeat(np.arange(4.0), 10)
    found = spread((Factor("images", [10] * 4),), answers)
    within = answers.reshape(3, 4, 10).var(axis=2, ddof=1).mean(axis=1)
    variance, _, freedom = found.moments(of_units=False)
    assert variance == pytest.approx(within / 40, rel=0.06)  # (40 / 39)², on the safe side
    assert freedom == pytest.approx(36)


def test_few_units_that_matter_leave_few_degrees_of_freedom() -> None:
    """One large deviation among many small ones tells of hardly more than itself."""
    many, one = np.resize([1.0, -1.0], 100), np.append(50.0, np.resize([1.0, -1.0], 99))
    parts = {"images": Part(np.stack([many, one]), np.full(2, 99.0))}
    assert Spread(parts).moments(of_units=False).freedom.tolist() == [99, 99]
    few = Spread(parts).moments().freedom
    assert few[0] == 99
    assert 1 <= few[1] < 3
    normal = np.random.default_rng(0).standard_normal((1, 5000))
    assert Spread({"images": Part(normal, np.full(1, 4999.0))}).moments().freedom[0] > 4500


def test_skewness_is_that_of_the_mean() -> None:
    answers = np.random.default_rng(1).exponential(size=(200, 400))
    found = spread((Factor("images", [400]),), answers).moments().skewness
    assert found.mean() == pytest.approx(2 / np.sqrt(400), rel=0.1)


@pytest.mark.parametrize(
    ("effect", "strata", "expected"),
    [("image", 1, 1.0), ("image", CATEGORIES, 1.0), ("shape", 1, 8.0), ("shape", CATEGORIES, 8.0)],
)
def test_draws_get_the_variance_of_the_effects(effect: str, strata: int, expected: float) -> None:
    """Of n values of variance 1, a mean has variance 1/n, or 8/n if 8 of a shape are alike."""
    rng = np.random.default_rng(3)
    units = {"image": np.arange(N), "shape": SHAPE}[effect]
    answers = rng.standard_normal((20, N))[:, units]
    found = drawn(crossed(strata), answers)[:, 1:].var(axis=1).mean() * N
    units = CATEGORIES * np.array([SHAPES, TEXTURES]) - strata
    # Of single images each factor has all the variance, and their difference none; of shapes one.
    freedom = 1 / (1 / units).sum() if effect == "image" else expected**2 / (expected**2 / units[0])
    assert found / t_for_normal(freedom) ** 2 == pytest.approx(expected, rel=0.15)


def test_what_categories_differ_by_is_fixed() -> None:
    """All that an answer goes by is the category of its shape: other exemplars change little."""
    answers = (SHAPE // SHAPES % 2).astype(float)[None]
    fixed, across = (drawn(each, answers)[:, 1:].std() for each in (crossed(), crossed(1)))
    assert 2.5 * fixed < across > 0.05


def test_a_factor_has_the_freedom_of_its_units_with_an_influence() -> None:
    influences = np.random.default_rng(0).standard_normal((2, N))
    influences[1, SHAPE >= SHAPES] = 0  # only ten shapes count
    found = spread_of(influences, [Sampled(slice(None), crossed())]).parts
    textures = len(np.unique(TEXTURE[SHAPE < SHAPES])) - CATEGORIES
    assert found["s"].freedom.tolist() == [CATEGORIES * (SHAPES - 1), SHAPES - 1]
    assert found["t"].freedom.tolist() == [CATEGORIES * (TEXTURES - 1), textures]


def test_a_difference_has_the_variance_of_what_the_two_do_not_share() -> None:
    rng = np.random.default_rng(5)
    common = 3 * rng.standard_normal(CATEGORIES * SHAPES)[SHAPE]
    own = rng.standard_normal((16, N))
    first, second = np.arange(8), np.arange(8, 16)
    both = spread(crossed(), common + own)
    found = both.between(first, second).moments()
    direct = spread(crossed(), own[:8] - own[8:]).moments()
    for one, other in zip(found, direct, strict=True):
        assert one == pytest.approx(other)
    # Two images' variance, and no shape's.
    assert found.variance.mean() * N == pytest.approx(2, rel=0.2)
    covariance = both.covariance()
    sides = covariance[first, first] + covariance[second, second]
    assert sides - 2 * covariance[first, second] == pytest.approx(found.variance)


def test_what_decides_an_answer_has_most_of_the_variance() -> None:
    rng = np.random.default_rng(8)
    of_texture = rng.standard_normal((30, CATEGORIES * TEXTURES))[:, TEXTURE]
    own = rng.standard_normal((30, N))
    textures, images = spread(crossed(), 2 * of_texture + own).of_crossed()
    # Of m images of a texture: m times the variance of 4, of which single images hold one, and 1.
    m = (np.bincount(TEXTURE) ** 2).sum() / N
    assert textures.mean() == pytest.approx(4 * (m - 1) / (4 * m + 1), abs=0.05)
    assert images.mean() == pytest.approx(5 / (4 * m + 1), abs=0.05)
    assert spread(crossed(), own).of_crossed()[1].mean() > 0.9


def test_datasets_of_the_same_exemplars_vary_together_and_others_apart() -> None:
    rng = np.random.default_rng(6)
    shapes, others = rng.standard_normal((2, 40)), rng.standard_normal((2, 30))
    shared, alone = Factor("shapes", [10] * 4), Factor("images", [10] * 3)
    one, other = spread((shared,), shapes), spread((alone,), others)
    twice, apart = one + one, one + other
    assert twice.moments().variance == pytest.approx(4 * one.moments().variance)
    assert twice.times(0.5).moments().variance == pytest.approx(one.moments().variance)
    expected = one.moments().variance + other.moments().variance
    assert apart.moments().variance == pytest.approx(expected)
    # Rows that miss a factor do not vary by it.
    rows = stacked([other.rows([1]), apart])
    assert rows.moments().variance == pytest.approx([other.moments().variance[1], *expected])
    assert rows.covariance()[0, 2] == pytest.approx(other.moments().variance[1])


def test_people_have_the_variance_of_their_mean() -> None:
    people = np.array([[0.9, 0.7, 0.45, 0.2]])
    without = (people.sum() - people) / 3
    found = of_people(people.mean() - without, "people").moments(of_units=False)
    assert found.variance[0] == pytest.approx(people.var(ddof=1) / 4)
    assert found.freedom[0] == 3


def test_what_does_not_vary_and_what_is_undefined_stay() -> None:
    same, nothing = np.ones((1, N)), np.full((1, N), np.nan)
    assert (drawn(crossed(), same) == 1).all()
    zero = spread_of(np.zeros((1, N)), [Sampled(slice(None), crossed())])
    assert np.isnan(narrowed(nothing, zero, 0.95)).all()


def test_nobody_is_no_row() -> None:
    """One human alone has no other human to be compared with."""
    nobody = np.empty((0, N))
    assert drawn(crossed(), nobody).shape == (0, 1 + RESAMPLING.draws)
