"""What the intervals know of the noise of draws, and what they do not.

A diffusion classifier's answer to an image is random: another seed draws other times and noise. The
images of an experiment have draws of their own, so that an interval over images holds the variance
of both. It does not hold a bias: with few draws images are answered more at random, and accuracy is
lower than that of endless draws. Here the probabilities of all answers are known.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal, norm

from gcbook.paper.categories import CATEGORIES
from gcbook.stats.agreement import kappa
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.measures import DatasetMeasures
from gcbook.stats.resampling import Resampling
from gcbook.stats.responses import Responses, image_factors

# Hundreds of experiments.
pytestmark = pytest.mark.nightly

# As in `test_coverage`.
EXPERIMENTS, DEMANDED, ALLOWED = 200, 0.91, 0.985
N_IMAGES = 320
MEAN, NOISE, SHARED = 0.8, 1.5, 0.5
"""Mean margin by which the right class wins, standard deviation 1 over images; that of its noise;
correlation of the margins of two observers. An image is right with probability Φ(margin / NOISE).
"""

FEW, ENDLESS = norm.cdf(MEAN / np.sqrt(1 + NOISE**2)), norm.cdf(MEAN)
"""Accuracy of these draws, and of endless ones, over images at random."""
KAPPA = "error_consistency"


def true_kappa() -> float:
    quantile, shared = norm.ppf(FEW), SHARED / (1 + NOISE**2)
    both = multivariate_normal([0, 0], [[1, shared], [shared, 1]]).cdf([quantile, quantile])
    cells = both, FEW - both, FEW - both, 1 - 2 * FEW + both
    return float(kappa(*(np.array([each]) for each in cells))[0])


def margins(rng: np.random.Generator) -> np.ndarray:
    """Margins of other images, (2 observers, images)."""
    own = rng.normal(size=(2, N_IMAGES))
    return MEAN + np.sqrt(SHARED) * rng.normal(size=N_IMAGES) + np.sqrt(1 - SHARED) * own


def intervals(of: np.ndarray, experiment: int) -> dict[str, tuple[float, float]]:
    """Intervals of accuracy and kappa, where images with these margins are given fresh draws."""
    right = np.random.default_rng([4, experiment]).random(of.shape) < norm.cdf(of / NOISE)
    images = pd.DataFrame(
        {
            "image_id": [f"{i}.png" for i in range(N_IMAGES)],
            "condition": "0",
            "category": np.resize(CATEGORIES, N_IMAGES),
        }
    )
    observers = pd.DataFrame({"source": "s", "observer": ["a", "b"], "observer_kind": "model"})
    responses = Responses(
        "sketch", observers, images, np.ones_like(right), right, np.full(right.shape, "")
    )
    resampling = Resampling(400, seed=experiment)
    factors = image_factors({"sketch": responses})["sketch"]
    measures = DatasetMeasures(responses, factors, SummarySettings(resampling=resampling))
    one, other = np.array([0]), np.array([1])
    drawn = np.s_[: measures.n_bootstrap]  # without the jackknife's replicates
    accuracy = dict(measures.accuracy(one))["0"][0]
    of_pair = dict(measures.pairs(one, other, [KAPPA]))["0"][KAPPA][0]
    return {
        "accuracy": resampling.interval(accuracy[drawn], n=N_IMAGES),
        "kappa": resampling.interval(of_pair[drawn]),
    }


def contained(found: tuple[float, float], true: float) -> bool:
    low, high = found
    return bool(low <= true <= high)


@cache
def coverages() -> dict[str, float]:
    rng = np.random.default_rng(3)
    same, true = margins(rng), true_kappa()
    of_same = norm.cdf(same[0] / NOISE).mean()
    rows = []
    for experiment in range(EXPERIMENTS):
        other = intervals(margins(rng), experiment)
        rows.append(
            {
                "accuracy": contained(other["accuracy"], FEW),
                "kappa": contained(other["kappa"], true),
                "accuracy of endless draws": contained(other["accuracy"], ENDLESS),
                "the same images": contained(intervals(same, experiment)["accuracy"], of_same),
            }
        )
    return pd.DataFrame(rows).mean().to_dict()


def test_intervals_hold_the_noise_of_draws() -> None:
    found = coverages()
    for name in ("accuracy", "kappa"):
        assert DEMANDED <= found[name] <= ALLOWED, found


def test_where_the_same_images_get_other_draws_intervals_are_wide_enough() -> None:
    assert coverages()["the same images"] >= max(DEMANDED, coverages()["accuracy"] - 0.02)


def test_intervals_know_nothing_of_the_bias_of_few_draws() -> None:
    assert ENDLESS - FEW > 0.1
    assert coverages()["accuracy of endless draws"] < 0.1
