"""The equations of Appendix A, each computed in two ways on numbers whose likelihood is known.

One side is computed by the formula, the other by integration, by differences or step by step.
"""

import numpy as np
import pytest
from scipy import integrate
from tiny.bound import bound_parts

from gcbook.classifiers.toy import make_toy
from gcbook.noise import variational
from gcbook.noise.schedules import CosineSchedule, DiscreteSchedule
from gcbook.noise.variational import expected_errors, step_times
from gcbook.noise.weightings import vlb_weights

NUMBERS = np.linspace(-3, 3, 13)
TIMES = (0.05, 0.2, 0.5, 0.8)
WIDE = np.linspace(-12, 12, 4801)
"""Grid of the integrals."""
STEP = 1e-4
"""Of the differences."""


A, B = make_toy().factors[0][0], make_toy(0.6, 0.4).factors[1][0]
MODELS = pytest.mark.parametrize("model", [A, B])


def agree(one: np.ndarray, other: np.ndarray, within: float = 1e-9) -> None:
    """Differences are relative to the largest value where that is above 1."""
    scale = max(1.0, float(np.abs(other).max()))
    assert float(np.abs(np.asarray(one) - other).max()) / scale < within


@MODELS
def test_a_noised_mixture_is_one(model):
    one, other = [], []
    for t in TIMES:
        alpha, sigma = at(t)
        one.append(np.exp(model.log_density(NUMBERS, alpha, sigma)))
        noised = (NUMBERS[:, None] - alpha * WIDE) / sigma
        kernel = np.exp(-(noised**2) / 2) / (sigma * np.sqrt(2 * np.pi))
        clean = np.exp(model.log_density(WIDE))
        other.append(integrate.simpson(kernel * clean, x=WIDE))
    agree(np.array(one), np.array(other))


@MODELS
def test_the_best_guess_follows_the_density(model):
    one, other = [], []
    for t in TIMES:
        alpha, sigma = at(t)
        one.append(alpha * model.posterior_mean(NUMBERS, alpha, sigma))
        up, down = (model.log_density(NUMBERS + d, alpha, sigma) for d in (STEP, -STEP))
        other.append(NUMBERS + sigma**2 * (up - down) / (2 * STEP))
    agree(np.array(one), np.array(other), 1e-6)


@MODELS
def test_the_best_guess_is_a_mean(model):
    one, other = [], []
    for t in TIMES:
        alpha, sigma = at(t)
        one.append(model.posterior_mean(NUMBERS, alpha, sigma))
        joint = np.exp(
            model.log_density(WIDE) - (NUMBERS[:, None] - alpha * WIDE) ** 2 / (2 * sigma**2)
        )
        total = integrate.simpson(joint, x=WIDE)
        other.append(integrate.simpson(joint * WIDE, x=WIDE) / total)
    agree(np.array(one), np.array(other))


def test_the_prior_is_known_in_closed_form(monkeypatch):
    """What is left of the number in the last step, as the bound has it and integrated."""
    one, other = [], []
    for t in TIMES[1:]:
        alpha, sigma = at(t)
        monkeypatch.setattr(variational, "LEAST", 2 * np.log(alpha / sigma))
        one.append(bound_parts(A, NUMBERS, 2)[0])
        left = (WIDE[:, None] - alpha * NUMBERS) / sigma
        q = np.exp(-(left**2) / 2) / (sigma * np.sqrt(2 * np.pi))
        ratio = -(left**2) / 2 - np.log(sigma) + WIDE[:, None] ** 2 / 2
        other.append(integrate.simpson(q * ratio, x=WIDE, axis=0))
    agree(np.array(one), np.array(other))


@MODELS
def test_what_the_first_step_leaves_open(model, monkeypatch):
    """The first step's part, as the bound has it and integrated over the noise."""
    monkeypatch.setattr(variational, "MOST", 4.0)
    monkeypatch.setattr(variational, "NODES", 200)
    one = bound_parts(model, NUMBERS, 8)[1]
    (t,) = step_times(8)[:1]
    alpha, sigma = at(t)
    noise = np.linspace(-9, 9, 4001)
    guess = model.posterior_mean(alpha * NUMBERS[:, None] + sigma * noise, alpha, sigma)
    variance = (sigma / alpha) ** 2
    logs = -((NUMBERS[:, None] - guess) ** 2) / (2 * variance) - np.log(2 * np.pi * variance) / 2
    normal = np.exp(-(noise**2) / 2) / np.sqrt(2 * np.pi)
    other = integrate.simpson(normal * -logs, x=noise)
    agree(one, other)


@MODELS
def test_the_weights_elbo_are_those_of_the_bound(model):
    """The weights that the scorer uses are those of the bound."""
    times = step_times(32)
    kept = CosineSchedule().alpha(times) ** 2
    weights = vlb_weights(DiscreteSchedule(tuple(kept.tolist())))
    errors = expected_errors(model, NUMBERS, times)
    agree(weights @ errors, bound_parts(model, NUMBERS, 32)[2])


def at(t: float) -> tuple[float, float]:
    return float(np.cos(np.pi / 2 * t)), float(np.sin(np.pi / 2 * t))
