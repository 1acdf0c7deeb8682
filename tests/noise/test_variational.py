"""The bound of a likelihood that is known: its parts by simulation, its limit, its steps."""

import numpy as np
import pytest
from scipy import integrate
from tiny.bound import bound_parts

from gcbook.classifiers.toy import make_toy
from gcbook.noise import variational
from gcbook.noise.mixture import Mixture
from gcbook.noise.variational import (
    LEAST,
    MOST,
    expected_errors,
    step_times,
    time_of,
)

A = make_toy().factors[0][0]
BELL = Mixture((0.5,), (1.0,), 0.8)
"""One Gaussian, of which even the bound has a closed form."""


def test_times_have_the_log_snr_that_is_asked_for():
    times = step_times(9)
    ratio = 2 * np.log(np.cos(np.pi / 2 * times) / np.sin(np.pi / 2 * times))
    assert ratio == pytest.approx(np.linspace(MOST, LEAST, 9))
    assert time_of(0.0) == pytest.approx(0.5)


def test_errors_are_those_of_simulated_noise():
    x, times = np.array([-1.2, 0.4]), [0.1, 0.5, 0.9]
    noise = np.random.default_rng(0).standard_normal(400_000)
    found = expected_errors(A, x, times)
    for row, t in zip(found, times, strict=True):
        alpha, sigma = np.cos(np.pi / 2 * t), np.sin(np.pi / 2 * t)
        for value, number in zip(row, x, strict=True):
            errors = (number - A.posterior_mean(alpha * number + sigma * noise, alpha, sigma)) ** 2
            assert value == pytest.approx(errors.mean(), rel=0.02)


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


def test_parts_are_what_they_are_called(monkeypatch):
    prior, reconstruction, _ = bound_parts(A, np.array([0.3]), 32)
    # Almost nothing is left of the number in the last step.
    assert 0 < prior.item() < 1e-3
    monkeypatch.setattr(variational, "LEAST", 0.0)
    early, _, _ = bound_parts(A, np.array([3.0]), 32)
    assert early.item() == pytest.approx((0.5 * 9 - 0.5 + np.log(2)) / 2)
    # A Gaussian of the variance 1/SNR around a guess that is almost right.
    ratio = np.exp(MOST)
    assert reconstruction.item() == pytest.approx(0.5 * np.log(2 * np.pi * np.e / ratio), abs=0.01)
