"""The tables of Appendix A: the bound, the weights, and the decisions."""

import numpy as np
import pytest
from scipy import integrate

from gcbook.chapters.diffusion_bound.tables import (
    DECIMALS,
    PARTS,
    STEPS,
    agreement_rows,
    bound_rows,
    ratio_rows,
    weight_rows,
)
from gcbook.noise.mixture import make_pair
from gcbook.noise.variational import bound_terms

PAIR = make_pair()


def test_rows_of_the_bound_add_up():
    rows = bound_rows(PAIR["A"])
    shown = [(spacing, steps) for spacing in ("log-SNR", "t") for steps in STEPS]
    assert list(zip(rows["spacing"], rows["steps"], strict=True)) == shown
    assert (STEPS[0], STEPS[-1]) == (16, 1024)
    assert np.allclose(rows[list(PARTS)].sum(axis=1), rows["bound"], atol=1e-5)
    assert np.allclose(rows["bound"] - rows["exact"], rows["gap"], atol=1e-5)
    x = np.linspace(-10, 10, 20_001)
    logs = PAIR["A"].log_density(x)
    entropy = integrate.simpson(-np.exp(logs) * logs, x=x)
    assert rows["exact"].iloc[0] == pytest.approx(entropy + DECIMALS * np.log(10), abs=1e-5)
    assert (rows[list(PARTS)] >= 0).all(axis=None)


def test_weights_share_out_the_sum():
    rows = weight_rows(PAIR)
    for _, group in rows.groupby("weighting"):
        assert group["below"].iloc[-1] == pytest.approx(1, abs=1e-5)
        assert (np.diff(group["below"]) >= 0).all()
        widths = np.gradient(group["t"].to_numpy())
        assert group["density"].to_numpy() @ widths == pytest.approx(1, abs=0.03)
    middle = {
        name: np.interp(0.5, group["below"], group["t"])
        for name, group in rows.groupby("weighting")
    }
    assert middle["elbo"] < middle["exp:7"] < middle["uniform"]


def test_the_bound_of_the_difference_is_the_divergence_between_the_classes():
    # Weighted as the bound weighs them, errors differ by KL(A ‖ B) on average over A.
    x = np.linspace(-10, 10, 20_001)
    logs = [model.log_density(x) for model in PAIR.values()]
    divergence = integrate.simpson(np.exp(logs[0]) * (logs[0] - logs[1]), x=x)
    numbers, shares = PAIR["A"].quadrature()
    a, b = (bound_terms(model, numbers, 1024).total @ shares for model in PAIR.values())
    assert b - a == pytest.approx(divergence, rel=0.02)


def test_a_perfect_bound_decides_as_the_likelihoods_do():
    rows = ratio_rows(PAIR)
    curves = rows.pivot(index="x", columns="score", values="value")
    apart = (curves["bound"] - curves["exact"]).abs()
    assert (apart < 0.1 + 0.02 * curves["exact"].abs()).all()
    # Mirrored classes: what speaks for A at x speaks for B at −x.
    assert np.allclose(curves["exp:7"], -curves["exp:7"].to_numpy()[::-1], atol=1e-3)
    # Scaled to fit best: what is left over has nothing in common with it.
    left = curves["exact"] - curves["exp:7"]
    assert left @ curves["exp:7"] == pytest.approx(0, abs=1e-3 * curves["exact"] @ curves["exact"])


def test_no_score_is_right_more_often_than_the_likelihoods():
    rows = agreement_rows(PAIR).set_index("score")
    assert rows["right"].idxmax() == "exact"
    assert rows.loc["exact", "as_bayes"] == 1
    assert rows.loc["bound, 16 steps", "right"] <= rows.loc["exact", "right"]
    assert rows.loc["exp:7", "right"] > rows.loc["uniform", "right"]
    # By simulation.
    drawn = PAIR["A"].sample(100_000, np.random.default_rng(0))
    right = (PAIR["A"].log_density(drawn) > PAIR["B"].log_density(drawn)).mean()
    assert rows.loc["exact", "right"] == pytest.approx(right, abs=0.005)
    # Equal weights see nothing but the hills.
    assert rows.loc["uniform", "as_coarse"] == 1
