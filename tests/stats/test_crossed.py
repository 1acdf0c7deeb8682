"""Crossed factors: their variance, its degrees of freedom, and that of differences."""

from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from gcbook.stats.crossed import Crossed, Crossing, Draws, together
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
RESAMPLING = Resampling(draws=1500)


def crossing(shape_strata: int = CATEGORIES, resampling: Resampling = RESAMPLING) -> Crossing:
    shapes = [CATEGORIES * SHAPES // shape_strata] * shape_strata
    textures = [TEXTURES] * CATEGORIES if shape_strata > 1 else [TEXTURES * CATEGORIES]
    return Crossing((Factor("s", shapes, SHAPE), Factor("t", textures, TEXTURE)), resampling)


def replicates(design: Crossing, answers: Floats) -> Floats:
    """Means of answers, (rows, images): the value, its draws, and with each image left out."""
    weights = design.resampling.weights(*design.factors)
    weights = np.concatenate([weights, 1 - np.eye(len(SHAPE))])
    return np.asarray(answers @ weights.T / weights.sum(axis=1))


def t_for_normal(freedom: float) -> float:
    return float(stats.t.ppf(0.975, freedom) / NormalDist().inv_cdf(0.975))


@pytest.mark.parametrize(
    ("effect", "strata", "expected"),
    [("image", 1, 1.0), ("image", CATEGORIES, 1.0), ("shape", 1, 8.0), ("shape", CATEGORIES, 8.0)],
)
def test_draws_get_the_variance_of_the_effects(effect: str, strata: int, expected: float) -> None:
    """Of n values of variance 1, a mean has variance 1/n, or 8/n if 8 of a shape are alike."""
    rng = np.random.default_rng(3)
    design = crossing(strata)
    units = {"image": np.arange(len(SHAPE)), "shape": SHAPE}[effect]
    answers = rng.standard_normal((20, len(SHAPE)))[:, units]
    narrowed = design.crossed(replicates(design, answers)).narrowed(0.95)
    found = narrowed[:, 1:].var(axis=1).mean() * len(SHAPE)
    units = CATEGORIES * np.array([SHAPES, TEXTURES]) - strata
    # Of single images each factor has all the variance, and their difference none; of shapes one.
    freedom = 1 / (1 / units).sum() if effect == "image" else expected**2 / (expected**2 / units[0])
    assert found / t_for_normal(freedom) ** 2 == pytest.approx(expected, rel=0.15)


def test_what_categories_differ_by_is_fixed() -> None:
    """All that an answer goes by is the category of its shape: other exemplars change little."""
    answers = (SHAPE // SHAPES % 2).astype(float)[None]
    fixed, drawn = (
        each.crossed(replicates(each, answers)).narrowed(0.95)[:, 1:].std()
        for each in (crossing(), crossing(1))
    )
    assert 2.5 * fixed < drawn > 0.05


def test_a_factor_has_the_freedom_of_its_units_with_an_influence() -> None:
    design = crossing()
    answers = np.random.default_rng(0).standard_normal((2, len(SHAPE)))
    values = replicates(design, answers)
    # Of the second only ten shapes count.
    without = values[1, design.n_draws :]
    without[SHAPE >= SHAPES] = values[1, 0]
    textures = len(np.unique(TEXTURE[SHAPE < SHAPES])) - CATEGORIES
    every = [CATEGORIES * (SHAPES - 1), CATEGORIES * (TEXTURES - 1)]
    assert design.crossed(values).freedom.tolist() == [every, [SHAPES - 1, textures]]


def test_a_difference_has_the_variance_of_what_the_two_do_not_share() -> None:
    rng = np.random.default_rng(5)
    design = crossing()
    common = 3 * rng.standard_normal(CATEGORIES * SHAPES)[SHAPE]
    own = rng.standard_normal((16, len(SHAPE)))
    values = design.crossed(replicates(design, common + own))
    draws = Draws(np.zeros((16, design.n_draws)), values)
    first, second = np.arange(8), np.arange(8, 16)
    found = draws.differences(first, second)
    direct = design.crossed(replicates(design, own[:8] - own[8:])).narrowed(0.95)
    assert found == pytest.approx(direct, abs=1e-12)
    # Two images' variance, and no shape's; each row narrowed for itself would have more.
    spread = (
        found[:, 1:].var(axis=1).mean()
        * len(SHAPE)
        / t_for_normal(CATEGORIES * (TEXTURES - 1)) ** 2
    )
    assert spread == pytest.approx(2, rel=0.2)
    each = (draws.values[first] - draws.values[second])[:, 1:]
    assert each.std(axis=1).mean() > 1.05 * found[:, 1:].std(axis=1).mean()


def test_plain_and_crossed_parts_add_up() -> None:
    rng = np.random.default_rng(6)
    design = crossing()
    crossed = design.crossed(replicates(design, rng.standard_normal((3, len(SHAPE)))))
    plain = rng.standard_normal((3, design.n_draws))
    draws = Draws(plain, crossed)
    assert draws.values == pytest.approx(plain + crossed.narrowed(0.95))
    some = draws.rows([2, 0])
    assert some.values == pytest.approx(draws.values[[2, 0]])
    moved = draws.recentred([0.1, 0.2, 0.3])
    assert moved.values[:, 0] == pytest.approx(draws.values[:, 0])
    expected = draws.values[:, 0] - [0.1, 0.2, 0.3]
    assert moved.values[:, 1:].mean(axis=1) == pytest.approx(expected)
    halves = crossed / np.full(design.n_draws, 2.0)
    assert halves.narrowed(0.95) == pytest.approx(crossed.narrowed(0.95) / 2)


def test_rows_with_and_without_crossed_factors_stand_together() -> None:
    rng = np.random.default_rng(7)
    design = crossing()
    crossed = design.crossed(replicates(design, rng.standard_normal((2, len(SHAPE)))))
    one = Draws(rng.standard_normal((2, design.n_draws)), crossed)
    other = Draws(rng.standard_normal((1, design.n_draws)))
    both = together([other, one])
    assert both.values == pytest.approx(np.concatenate([other.values, one.values]))
    assert both.differences(np.array([0]), np.array([1])) == pytest.approx(
        other.values - one.values[:1]
    )
    assert together([other, other]).crossed is None


def test_what_does_not_vary_and_what_is_undefined_stay() -> None:
    design = crossing()
    same = np.ones((1, design.n_draws + len(SHAPE)))
    assert (design.crossed(same).narrowed(0.95) == 1).all()
    assert np.isnan(design.crossed(np.full_like(same, np.nan)).narrowed(0.95)).all()
    nothing = Crossed(np.ones((1, 4)), (np.zeros((1, 2)),) * 2, np.zeros((1, 4)), np.zeros((1, 2)))
    assert nothing.narrowed(0.95).tolist() == [[1] * 4]


def test_nobody_is_no_row() -> None:
    """One human alone has no other human to be compared with."""
    design = crossing()
    nobody = design.crossed(np.empty((0, 1 + RESAMPLING.draws + len(SHAPE))))
    assert nobody.narrowed(0.95).shape == (0, 1 + RESAMPLING.draws)
