"""The equations of Appendix A, each computed in two ways on numbers whose likelihood is known.

One side is computed by the formula, the other by integration, by differences or step by step.
"""

from itertools import pairwise

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


def test_many_steps_of_noise_are_one():
    """T small steps of the forward process come to one large one."""
    times = step_times(64)
    kept = CosineSchedule().alpha(times) ** 2
    betas = 1 - kept / np.concatenate([[1.0], kept[:-1]])
    factor, variance, found = 1.0, 0.0, []
    for beta in betas:
        factor, variance = factor * np.sqrt(1 - beta), (1 - beta) * variance + beta
        found.append((factor, variance))
    expected = np.stack([np.sqrt(kept), 1 - kept], axis=1)
    agree(expected, np.array(found))


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


def step_back(earlier: float, later: float, x_t: float, clean: float) -> tuple[float, float]:
    """Mean and variance of the noised number one step earlier, if the clean one is known."""
    (a_s, s_s), (a_t, s_t) = at(earlier), at(later)
    a, added = a_t / a_s, s_t**2 - (a_t / a_s) ** 2 * s_s**2
    mean = (a * s_s**2 * x_t + a_s * added * clean) / s_t**2
    return mean, added * s_s**2 / s_t**2


def test_noise_read_backwards_is_gaussian():
    """By Bayes' rule: the step before is as likely as it is from x, and as it leads to x_i."""
    one, other = [], []
    for earlier, later in pairwise(step_times(16)[2:13]):
        (a_s, s_s), (a_t, _) = at(earlier), at(later)
        _, s_t = at(later)
        clean, x_t = 0.7, 0.2
        mean, variance = step_back(earlier, later, x_t, clean)
        one.append((mean, variance))
        # Wide enough for whichever of the two factors is the narrower.
        near = mean + np.sqrt(variance) * np.linspace(-12, 12, 8001)
        added = s_t**2 - (a_t / a_s) ** 2 * s_s**2
        logs = -((near - a_s * clean) ** 2) / (2 * s_s**2)
        logs -= (x_t - a_t / a_s * near) ** 2 / (2 * added)
        joint = np.exp(logs - logs.max())
        total = integrate.simpson(joint, x=near)
        found = integrate.simpson(joint * near, x=near) / total
        other.append((found, integrate.simpson(joint * (near - found) ** 2, x=near) / total))
    agree(np.array(one), np.array(other))


def test_a_step_of_the_bound_is_a_weighted_error():
    """A term of the bound is a divergence between two Gaussians, which can be integrated."""
    times = step_times(16)
    one, other = [], []
    for earlier, later in pairwise(times[2:13]):
        (a_s, s_s), (a_t, s_t) = at(earlier), at(later)
        clean, guess = 0.7, -0.4
        one.append(((a_s / s_s) ** 2 - (a_t / s_t) ** 2) / 2 * (clean - guess) ** 2)
        x_t = a_t * clean + s_t * 0.3
        steps = [step_back(earlier, later, x_t, value) for value in (clean, guess)]
        means, variance = [mean for mean, _ in steps], steps[0][1]
        sd = np.sqrt(variance)
        grid = means[0] + sd * np.linspace(-10, 10, 4001)
        logs = [-((grid - mean) ** 2) / (2 * variance) for mean in means]
        p = np.exp(logs[0]) / (sd * np.sqrt(2 * np.pi))
        other.append(integrate.simpson(p * (logs[0] - logs[1]), x=grid))
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
