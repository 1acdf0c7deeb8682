"""The toy against integrals over its images, which are written out here without its code."""

from functools import cache

import numpy as np
import pytest
import torch

from gcbook.classifiers.protocol import Draw
from gcbook.classifiers.toy import make_toy, toy_classifier
from gcbook.noise.schedules import CosineSchedule, FlowSchedule

STEP = 0.02
AXIS = np.arange(-6, 6 + STEP / 2, STEP)
PLACES = {"even": [-7 / 3, -1, 1 / 3, 5 / 3], "odd": [-5 / 3, -1 / 3, 1, 7 / 3]}
CLASSES = [  # columns, rows, centre
    ("even", "odd", (-4 / 3, 4 / 3)),
    ("odd", "odd", (4 / 3, 4 / 3)),
    ("even", "even", (-4 / 3, -4 / 3)),
    ("odd", "even", (4 / 3, -4 / 3)),
]
NOISED = np.array([[-0.4, 1.05], [0.0, 0.0], [1.3, -0.7], [-2.5, 3.0]])


def density(c: int, x: np.ndarray, y: np.ndarray, coarse: float, fine: float) -> np.ndarray:
    """p(x | c), clump by clump."""
    columns, rows, (cx, cy) = CLASSES[c]
    found, total = np.zeros(np.broadcast(x, y).shape), 0.0
    for mx in PLACES[columns]:
        for my in PLACES[rows]:
            share = np.exp(-((mx - cx) ** 2 + (my - cy) ** 2) / (2 * coarse**2))
            bump = np.exp(-((x - mx) ** 2 + (y - my) ** 2) / (2 * fine**2))
            found += share * bump / (2 * np.pi * fine**2)
            total += share
    return found / total


@cache
def lattice(c: int, coarse: float, fine: float) -> np.ndarray:
    """p(x | c) on the lattice."""
    return density(c, AXIS[None, :], AXIS[:, None], coarse, fine)


def integrals(c: int, point: np.ndarray, alpha: float, sigma: float, coarse: float, fine: float):
    """p(x_t | c) and E[x | x_t, c] by sums over a lattice of clean images."""
    x, y = AXIS[None, :], AXIS[:, None]
    square = (point[0] - alpha * x) ** 2 + (point[1] - alpha * y) ** 2
    joint = lattice(c, coarse, fine) * np.exp(-square / (2 * sigma**2))
    joint /= 2 * np.pi * sigma**2
    mass = joint.sum()
    return mass * STEP**2, np.array([(joint * x).sum(), (joint * y).sum()]) / mass


@pytest.mark.parametrize(("coarse", "fine"), [(1.1, 0.25), (0.6, 0.4)])
@pytest.mark.parametrize("t", [0.05, 0.2, 0.5, 0.9, 1.0])
def test_posterior_mean_and_density_are_the_integrals(t, coarse, fine):
    toy = make_toy(coarse, fine)
    alpha, sigma = np.cos(np.pi / 2 * t), np.sin(np.pi / 2 * t)
    points = torch.from_numpy(NOISED)
    logs = toy.log_density(points, alpha, sigma)
    for c in range(4):
        full = [torch.full((len(points),), value) for value in (alpha, sigma, c)]
        full = [full[0].double(), full[1].double(), full[2]]
        found = toy.posterior_mean(points, *full)
        for i, point in enumerate(NOISED):
            mass, mean = integrals(c, point, alpha, sigma, coarse, fine)
            assert found[i].numpy() == pytest.approx(mean, abs=1e-6)
            assert float(logs[i, c]) == pytest.approx(np.log(mass), abs=1e-6)


def test_best_decision_is_bayes_by_numeric_densities():
    toy = make_toy(0.9, 0.3)
    x, y = np.meshgrid(np.linspace(-3, 3.1, 41), np.linspace(-2.9, 3, 37))
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    values = np.stack([density(c, *points.T, 0.9, 0.3) for c in range(4)], axis=1)
    found = toy.log_density(torch.from_numpy(points))
    assert found.exp().numpy() == pytest.approx(values, rel=1e-9)
    posterior = values / values.sum(1, keepdims=True)
    assert found.softmax(1).numpy() == pytest.approx(posterior, abs=1e-9)
    assert (found.argmax(1).numpy() == posterior.argmax(1)).all()


def test_samples_have_the_density_that_is_claimed():
    toy = make_toy()
    images, label = toy.sample(40_000, np.random.default_rng(5))
    counts = np.bincount(label, minlength=4)
    assert abs(counts / 40_000 - 0.25).max() < 5 * np.sqrt(0.25 * 0.75 / 40_000)
    # Of the images that Bayes' rule gives to a class with p between two tenths, p are of it.
    posterior = toy.log_density(images).softmax(1).numpy()
    for c in range(4):
        for low in np.arange(0, 1, 0.1):
            here = (posterior[:, c] >= low) & (posterior[:, c] < low + 0.1)
            p, hit = posterior[here, c], (label.numpy() == c)[here]
            assert abs(hit.sum() - p.sum()) < 4.5 * np.sqrt((p * (1 - p)).sum()) + 1
    # The first clump of class A is a rare one, and its share is met.
    share = toy.weights[0, 0].item()
    near = (images[label == 0] - toy.means[0, 0]).norm(dim=1) < 3 * toy.fine_sd
    expected = share * (1 - np.exp(-4.5)) * counts[0]
    assert abs(near.sum().item() - expected) < 4.5 * np.sqrt(expected)


def test_cues_by_hand():
    toy = make_toy()
    points = torch.tensor(
        [[-1.05, 0.95], [-0.4, 1.05], [0.3, -2.3], [1.5, 2.2], [2.3, -1.1], [-0.01, -0.01]],
        dtype=torch.float64,
    )
    assert [toy.labels[i] for i in toy.coarse_cue(points)] == ["A", "A", "D", "B", "D", "C"]
    assert [toy.labels[i] for i in toy.fine_cue(points)] == ["A", "B", "C", "A", "D", "B"]


@pytest.mark.parametrize("schedule", [None, FlowSchedule()])
def test_the_real_classifier_measures_the_distance_to_the_posterior_mean(schedule):
    toy = make_toy(1.1, 0.3)
    classifier = toy_classifier(toy, schedule)
    assert (classifier.labels, classifier.default_clip) == (("A", "B", "C", "D"), "none")
    t, noise, image = 0.3, np.array([0.5, -1.2]), np.array([-0.9, 1.8])
    at = schedule or CosineSchedule()
    alpha, sigma = float(at.alpha(np.array(t))), float(at.sigma(np.array(t)))
    x = classifier.prepare([image])
    assert x.shape == (1, 2, 1, 1)
    draw = Draw(0, t, noise=noise.reshape(2, 1, 1))
    for c in range(4):
        _, clean = integrals(c, alpha * image + sigma * noise, alpha, sigma, 1.1, 0.3)
        for clip, reach in (("none", 9), ("static", 1)):
            found = classifier.measure(x, [draw], torch.tensor([c]), clip)
            difference = image - np.clip(clean, -reach, reach)
            assert found["error_l2"].item() == pytest.approx((difference**2).mean(), abs=1e-6)
            assert found["error_l1"].item() == pytest.approx(abs(difference).mean(), abs=1e-6)


@pytest.mark.parametrize("widths", [(1.1, 0.25), (0.6, 0.4)])
def test_a_class_is_the_product_of_its_factors(widths):
    toy = make_toy(*widths)
    points = np.random.default_rng(0).uniform(-3, 3, (50, 2))
    for alpha, sigma in ((1.0, 0.0), (0.6, 0.8)):
        whole = toy.log_density(torch.from_numpy(points), alpha, sigma).numpy()
        for c, factors in enumerate(toy.factors):
            parts = [f.log_density(x, alpha, sigma) for f, x in zip(factors, points.T, strict=True)]
            assert whole[:, c] == pytest.approx(sum(parts))
