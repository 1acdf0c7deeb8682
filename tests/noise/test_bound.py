"""The variational bound against the likelihood of a Gaussian, which is known."""

import numpy as np
import pytest
import torch
from tiny.bound import prior_divergence, reconstruction, variational_bound
from tiny.gaussian import gaussian_classifier

from gcbook.classifiers.protocol import Draw
from gcbook.files.errors import InputError
from gcbook.noise.schedules import DiscreteSchedule

SD, SIZE = 0.5, 4
N_ELEMENTS = 3 * SIZE**2


def schedule(n_steps: int) -> DiscreteSchedule:
    """Evenly spaced log-SNR, from nearly no noise to nearly noise alone whatever T is."""
    return DiscreteSchedule(tuple((1 / (1 + np.exp(-np.linspace(12, -12, n_steps)))).tolist()))


def measured(n_steps: int, n_images: int = 400) -> tuple[float, float]:
    """Bound from the classifier's errors, and the exact mean log-likelihood, of the same images."""
    rule = schedule(n_steps)
    generator = torch.Generator().manual_seed(n_steps)
    mean = torch.full((1, 3, SIZE, SIZE), 0.3, dtype=torch.float64)
    shape = (n_images, 3, SIZE, SIZE)
    x = mean + SD * torch.randn(shape, generator=generator, dtype=torch.float64)
    classifier = gaussian_classifier(rule, mean, SD, labels=("one",), dtype=torch.float64)
    labels = torch.zeros(n_images, dtype=torch.int64)
    errors = []
    for step in range(n_steps):
        noise = torch.randn(shape, generator=generator, dtype=torch.float64).numpy()
        draws = [Draw(0, (step + 1) / n_steps, 0.0, each) for each in noise]
        errors.append(classifier.measure(x, draws, labels, "none")["error_l2"].mean().item())
    bound = variational_bound(np.array(errors), x.square().mean().item(), N_ELEMENTS, rule)
    exact = torch.distributions.Normal(mean, SD).log_prob(x).sum() / n_images
    return bound, exact.item()


def test_bound_lies_below_the_likelihood_and_the_gap_shrinks_as_1_over_T():
    steps = np.array([80, 160, 320, 640])
    gaps = np.array([exact - bound for bound, exact in (measured(n) for n in steps.tolist())])
    assert (gaps > 0).all()
    slope = np.polyfit(np.log(steps), np.log(gaps), 1)[0]
    assert slope == pytest.approx(-1, abs=0.1)


def test_terms_by_hand():
    rule = DiscreteSchedule((0.9, 0.5, 0.2))
    # KL(N(√0.2 x, 0.8) ‖ N(0, 1)) with x² = 4, and −E log N(x; z/α, 1/9).
    assert prior_divergence(4.0, 1, rule) == pytest.approx(0.5 * (0.8 + 0.8 - 1 - np.log(0.8)))
    assert reconstruction(1, rule) == pytest.approx(0.5 * np.log(2 * np.pi / 9) + 0.5)
    steps = 0.5 * (9 - 1) * 0.1 + 0.5 * (1 - 0.25) * 0.2
    whole = variational_bound(np.array([7.0, 0.1, 0.2]), 4.0, 3, rule)
    parts = prior_divergence(4.0, 3, rule) + 3 * steps + reconstruction(3, rule)
    assert whole == pytest.approx(-parts)


def test_one_error_a_step():
    with pytest.raises(InputError, match="expected 3 errors"):
        variational_bound(np.ones(2), 1.0, 1, DiscreteSchedule((0.9, 0.5, 0.2)))
