"""The bound of a likelihood that is known: its parts by simulation, its limit, its steps."""

import numpy as np
import pytest
from scipy import integrate
from tiny.bound import bound_parts

from gcbook.classifiers.toy import make_toy
from gcbook.noise.mixture import Mixture
from gcbook.noise.variational import (
    LEAST,
    MOST,
    expected_errors,
    step_times,
    time_of,
)

A, B = (factors[0] for factors in make_toy().factors[:2])
BELL = Mixture((0.5,), (1.0,), 0.8)
"""One Gaussian, of which even the bound has a closed form."""


def test_times_have_the_log_snr_that_is_asked_for():
    times = step_times(9)
    ratio = 2 * np.log(np.cos(np.pi / 2 * times) / np.sin(np.pi / 2 * times))
    assert ratio == pytest.approx(np.linspace(MOST, LEAST, 9))
    assert time_of(0.0) == pytest.approx(0.5)


def test_a_gaussian_has_the_error_of_its_posterior():
    # x̂ − x has the mean (m − x)·σ²/v and the variance (α s²/v)²·σ².
    x, t = 1.7, 0.4
    alpha, sigma = np.cos(np.pi / 2 * t), np.sin(np.pi / 2 * t)
    v = alpha**2 * 0.64 + sigma**2
    expected = ((0.5 - x) * sigma**2 / v) ** 2 + (alpha * 0.64 / v) ** 2 * sigma**2
    assert expected_errors(BELL, x, [t]).item() == pytest.approx(expected)


@pytest.mark.parametrize("model", [A, BELL], ids=["mixture", "Gaussian"])
def test_the_mean_bound_closes_on_the_mean_likelihood_from_above(model):
    x = np.linspace(-10, 10, 20_001)
    truth = integrate.simpson(-np.exp(model.log_density(x)) * model.log_density(x), x=x)
    numbers, shares = model.quadrature()
    gaps = [bound_parts(model, numbers, T).sum(0) @ shares - truth for T in (64, 128, 256)]
    assert min(gaps) > 0
    # Of first order in the size of a step, once steps are small enough.
    assert gaps[0] > 1.8 * gaps[1] > 1.8**2 * gaps[2]
    assert gaps[1] / gaps[2] == pytest.approx(2, abs=0.15)


def test_the_classes_are_mirror_images_that_alternate():
    grid = np.linspace(-15, 15, 601)
    assert np.allclose(A.log_density(grid), B.log_density(-grid))
    places = np.sort([*A.means, *B.means])
    assert np.allclose(np.diff(places), 2 / 3)
    assert set(np.round(A.means, 6)).isdisjoint(np.round(B.means, 6))
    assert np.dot(A.means, A.weights) < 0 < np.dot(B.means, B.weights)


def test_samples_and_quadrature_have_the_same_moments():
    numbers, shares = A.quadrature()
    images, label = make_toy().sample(800_000, np.random.default_rng(0))
    drawn = images[label == 0, 0].numpy()
    assert shares.sum() == pytest.approx(1)
    for power in (1, 2, 3):
        assert numbers**power @ shares == pytest.approx((drawn**power).mean(), abs=0.03)
    assert A.log_density(np.zeros((2, 3))).shape == (2, 3)
