"""Weights of conflicts whose shapes and textures are crossed, and the chance of a training."""

import numpy as np
import pandas as pd
import pytest

from gcbook.files.manifest import DATA
from gcbook.stats.crossed import SHRUNK, crossed_weights, over_trainings
from gcbook.stats.resampling import Resampling

MANY = Resampling(4000)
ALLOWED = 4 * (2 / MANY.draws) ** 0.5
"""Four standard errors of a variance of as many normal draws, as a share of it."""


@pytest.fixture(scope="module")
def ids():
    table = pd.read_parquet(DATA.path("photographs/photo-cnn/cue-conflict.parquet"))
    return table["image_id"].sort_values().to_numpy()


@pytest.fixture(scope="module")
def weights(ids):
    return crossed_weights(ids, MANY)


def exemplars(ids, side):
    return np.array([each.removesuffix(".png").split("-")[side] for each in ids])


def categories(ids, side):
    return np.array([each.rstrip("0123456789") for each in exemplars(ids, side)])


def test_first_come_the_images_as_they_are_and_order_does_not_matter(ids, weights):
    assert (weights[0] == 1).all()
    order = np.random.default_rng(0).permutation(len(ids))
    assert crossed_weights(ids[order], MANY) == pytest.approx(weights[:, order], abs=1e-4)


def test_what_pairs_of_categories_add_never_varies(ids, weights):
    """They were chosen: each pair of categories counts as often as it did."""
    pairs = pd.Series(categories(ids, 0)) + pd.Series(categories(ids, 1))
    for pair in set(pairs):
        there = (pairs == pair).to_numpy()
        # Sums of five float32 deviates of order 1, of both factors.
        assert weights[:, there].sum(axis=1) == pytest.approx(there.sum(), abs=1e-3)


@pytest.mark.parametrize("side", [0, 1])
def test_effects_of_one_factor_vary_a_sum_by_what_they_do(ids, weights, side):
    """Over many worlds of effects, the draws' variance is the true one, or more by the other."""
    rng = np.random.default_rng(1)
    names, unit, n = np.unique(exemplars(ids, side), return_inverse=True, return_counts=True)
    effects = rng.standard_normal((len(names), 400))
    found = (weights[1:] @ effects[unit]).var(axis=0).mean() / SHRUNK**2
    assert found > (n**2).sum() * (1 - ALLOWED)
    assert found < 1.5 * (n**2).sum()


def test_effects_that_nothing_shares_are_not_missed(ids, weights):
    """A sum of independent images varies by at least as much as they do."""
    noise = np.random.default_rng(2).standard_normal((len(ids), 400))
    assert (weights[1:] @ noise).var(axis=0).mean() > len(ids)


def test_trainings_alike_add_nothing_and_two_are_taken_as_they_are():
    draws = np.random.default_rng(3).normal(0.4, 0.05, 1 + MANY.draws)
    assert over_trainings([draws] * 3, "cnn", MANY) == pytest.approx(draws)
    two = np.stack([draws, draws + 0.3])
    assert over_trainings(two, "cnn", MANY) == pytest.approx(two.mean(axis=0))


def test_a_training_adds_as_students_t_what_images_do_not_explain():
    """With images that move nothing, the mean's interval is that of a t test of the networks."""
    values = np.array([0.3, 0.4, 0.5])
    many = Resampling(20_000)
    drawn = over_trainings(np.tile(values[:, None], 1 + many.draws), "cnn", many)
    assert drawn[0] == pytest.approx(0.4)
    reach = 4.3027 * 0.1 / 3**0.5  # t's quantile with two degrees of freedom
    low, high = many.interval(drawn)
    # The density of t there is .0105 per standard error, so one of a tail's share, .0011, is .105.
    assert (high - 0.4, 0.4 - low) == pytest.approx((reach, reach), abs=4 * 0.105 * 0.1 / 3**0.5)


def test_what_images_explain_of_networks_is_no_chance_of_training():
    rng = np.random.default_rng(4)
    each = rng.normal(0.5, 0.05, (3, 1 + MANY.draws))
    each[:, 0] = 0.5 + np.array([-0.01, 0, 0.01])  # closer than images alone would make them
    assert over_trainings(each, "cnn", MANY) == pytest.approx(each.mean(axis=0))
