"""*The fair test, on photographs*: answers from errors, with all draws and with endless ones."""

import numpy as np
import pandas as pd
import pytest
from tiny.notebooks import names_after, run_chapter

CLASSES = 11


@pytest.fixture(scope="module")
def chapter():
    return run_chapter("photographs")[0]


@pytest.fixture(scope="module")
def measure():
    return names_after("photographs", "measure")


def of_margins(measure, right, wrong):
    """Let the measure read errors (images, halves, 1) of the right class and of another one."""
    errors = np.full((len(right), 2, 1, CLASSES), 9.0)
    errors[..., 0], errors[..., 1] = right, wrong
    images = pd.DataFrame({"category": measure["LABELS"][[0] * len(right)]})
    measure["read"] = lambda network, test_set: (images, np.array([0.5]), errors)
    return measure["named"]("", "", "category").mean()


def test_endless_draws_are_approached_from_few(measure):
    rng = np.random.default_rng(0)
    margin, error = rng.normal(0.5, 1, 200_000), rng.normal(0, 0.8, (200_000, 2, 1))
    endless = (margin > 0).mean()
    found = of_margins(measure, np.zeros_like(error), margin[:, None, None] + error)
    with_all = (margin + error.mean((1, 2)) > 0).mean()
    assert with_all < endless - 0.02
    assert abs(found - endless) < abs(with_all - endless) / 3


def test_without_noise_nothing_changes(measure):
    right, wrong = (
        np.zeros((4, 2, 1)),
        np.array([1.0, -1, 2, 3])[:, None, None] * np.ones((4, 2, 1)),
    )
    assert of_margins(measure, right, wrong) == 0.75


def test_shares_and_ratio_fit_each_other(chapter):
    rows = chapter["rows"]
    assert np.allclose(rows["shape"] + rows["texture"] + rows["neither"], 1)
    assert np.allclose(rows["shape"] / (rows["shape"] + rows["texture"]), rows["shape_bias"])
    assert (rows["shape_bias_low"] <= rows["shape_bias"]).all()


def test_people_and_resnet50_on_the_same_conflicts(chapter):
    # Of all 1,280 conflicts the paper prints .96 and .21: these 550 are of 11 categories.
    assert chapter["beside"]["shape_bias"].round(2).to_dict() == {"People": 0.95, "ResNet-50": 0.18}
    assert len(chapter["seen"].query("name == 'People'")) == 10 * 550


def test_the_interval_of_an_own_weighting_is_of_its_own_images(chapter):
    assert chapter["at"].loc[("photo-cnn", "k = 7"), "accuracy"] == pytest.approx(0.70, abs=0.005)
