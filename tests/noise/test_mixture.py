"""Classes of numbers: their densities, scores and best guesses, against integration."""

import numpy as np
import pytest
from scipy import integrate

from gcbook.classifiers.toy import make_toy

PAIR = {name: factors[0] for name, factors in zip("AB", make_toy().factors, strict=False)}
GRID = np.linspace(-15, 15, 6001)
NOISES = [(1.0, 0.0), (0.9, np.sqrt(1 - 0.81)), (0.3, np.sqrt(1 - 0.09))]


@pytest.mark.parametrize(("alpha", "sigma"), NOISES)
def test_densities_have_mass_1_before_and_after_noise(alpha, sigma):
    for model in PAIR.values():
        mass = integrate.simpson(np.exp(model.log_density(GRID, alpha, sigma)), x=GRID)
        assert mass == pytest.approx(1, abs=1e-9)


def test_the_classes_are_mirror_images_that_alternate():
    a, b = PAIR.values()
    assert np.allclose(a.log_density(GRID), b.log_density(-GRID))
    places = np.sort([*a.means, *b.means])
    assert np.allclose(np.diff(places), 2 / 3)
    assert set(np.round(a.means, 6)).isdisjoint(np.round(b.means, 6))
    assert np.dot(a.means, a.weights) < 0 < np.dot(b.means, b.weights)


def test_without_noise_the_guess_is_the_number():
    x = np.array([-1.0, 0.2])
    assert np.allclose(PAIR["A"].posterior_mean(x, 1.0, 0.0), x)


def test_samples_and_quadrature_have_the_same_moments():
    a = PAIR["A"]
    numbers, shares = a.quadrature()
    images, label = make_toy().sample(800_000, np.random.default_rng(0))
    drawn = images[label == 0, 0].numpy()
    assert shares.sum() == pytest.approx(1)
    for power in (1, 2, 3):
        assert numbers**power @ shares == pytest.approx((drawn**power).mean(), abs=0.03)
    assert a.log_density(np.zeros((2, 3))).shape == (2, 3)
