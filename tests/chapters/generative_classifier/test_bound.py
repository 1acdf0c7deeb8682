"""The bound of the toy: its parts, its limit, what it decides, and where its weights look."""

import numpy as np
import pytest
from scipy import integrate

from gcbook.chapters.generative_classifier.tables import (
    PARTS,
    STEPS,
    bound_decisions,
    bound_table,
    weight_table,
)
from gcbook.classifiers.toy import make_toy
from gcbook.noise.variational import bound_terms

TOY = make_toy()
LEFT, RIGHT = (factors[0] for factors in TOY.factors[:2])
GRID = np.linspace(-10, 10, 20_001)


def test_rows_of_the_bound_add_up_and_close_on_the_entropy():
    rows = bound_table(TOY)
    assert tuple(rows["steps"]) == STEPS
    assert np.allclose(rows[list(PARTS)].sum(axis=1), rows["bound"], atol=1e-5)
    assert np.allclose(rows["bound"] - rows["exact"], rows["gap"], atol=1e-5)
    entropy = 0.0
    for factor in TOY.factors[0]:
        logs = factor.log_density(GRID)
        entropy += integrate.simpson(-np.exp(logs) * logs, x=GRID)
    assert rows["exact"].iloc[0] == pytest.approx(entropy, abs=1e-5)
    # By simulation, in two dimensions.
    images, label = TOY.sample(40_000, np.random.default_rng(0))
    own = TOY.log_density(images).numpy()[np.arange(len(label)), label]
    assert rows["exact"].iloc[0] == pytest.approx(-own.mean(), abs=0.05)
    assert rows["gap"].is_monotonic_decreasing and rows["gap"].iloc[-1] > 0


def test_the_bound_of_the_difference_is_the_divergence_between_the_classes():
    # Weighted as the bound weighs them, errors differ by KL(A || B) on average over A.
    logs = [model.log_density(GRID) for model in (LEFT, RIGHT)]
    divergence = integrate.simpson(np.exp(logs[0]) * (logs[0] - logs[1]), x=GRID)
    numbers, shares = LEFT.quadrature()
    a, b = (bound_terms(model, numbers, 1024).total @ shares for model in (LEFT, RIGHT))
    assert b - a == pytest.approx(divergence, rel=0.02)


def test_a_few_steps_decide_as_the_likelihood_does():
    images, _ = TOY.sample(400, np.random.default_rng(1))
    best = TOY.log_density(images).argmax(1).numpy()
    assert (bound_decisions(TOY, images, 16) == best).mean() > 0.99
    # Two steps do not: then the bound says almost nothing.
    assert (bound_decisions(TOY, images, 2) == best).mean() < 0.9


def test_weights_share_out_the_sum():
    groups = dict(list(weight_table(TOY).groupby("weighting")))
    for rows in groups.values():
        assert rows["below"].iloc[-1] == pytest.approx(1, abs=1e-5)
        assert (np.diff(rows["below"]) >= 0).all()
    middle = {name: np.interp(0.5, rows["below"], rows["t"]) for name, rows in groups.items()}
    assert middle["elbo"] < middle["exp:7"] < middle["uniform"]
