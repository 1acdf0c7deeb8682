"""Accuracy and cues against k, from scores written by hand."""

import numpy as np
import pytest
from tiny.shipped import CONFLICTS, forget, least, ship_model, ship_scores, use_data

from gcbook.miniworld.results.sweep import (
    DECAYS,
    curves_of,
    measures_under,
    resnet_bias,
)
from gcbook.stats.resampling import Resampling

NONE = Resampling(draws=0)
PLAIN = ["cat1-cat1.png", "dog1-dog1.png", "car1-car1.png", "oven1-oven1.png"]


def noisy(rows):
    """The texture's class is ahead up to t = ½; after it the shape's is, by ten times as much."""
    late = rows["t"] > 0.5
    named = np.where(late, rows["category"], rows["texture"])
    return np.where(late, 10, 1) * least(rows, named)


def clean(rows):
    """Right up to t = ½, and an oven after it."""
    late = rows["t"] > 0.5
    named = np.where(late, "oven", rows["category"])
    return np.where(late, 10, 1) * least(rows, named)


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = use_data(tmp_path / "data", monkeypatch)
    for model in ("mini-pixel", "mini-latent"):
        ship_model(folder, model)
        ship_scores(folder, model, "cue-conflict", CONFLICTS, noisy)
        ship_scores(folder, model, "in-distribution", PLAIN, clean)
    ship_model(folder, "mini-cnn")
    for name, images in (("cue-conflict", CONFLICTS), ("in-distribution", PLAIN)):
        ship_scores(
            folder,
            "mini-cnn",
            name,
            images,
            lambda rows: least(rows, rows["category"]),
            kind="discriminative",
        )
    return folder


@pytest.mark.usefixtures("data")
def test_equal_weights_name_the_shape_and_cost_accuracy():
    one = measures_under("mini-pixel", DECAYS, resampling=NONE).set_index("k")
    assert len(one) == len(DECAYS)
    assert (one.loc[0, "shape_bias"], one.loc[20, "shape_bias"]) == (1, 0)
    # Of the four images one is an oven's.
    assert (one.loc[0, "accuracy"], one.loc[20, "accuracy"]) == (0.25, 1)


def test_the_networks_of_a_recipe_are_pooled(data):
    ship_model(data, "mini-pixel-seed1")
    ship_scores(
        data,
        "mini-pixel-seed1",
        "cue-conflict",
        CONFLICTS,
        lambda rows: least(rows, rows["category"]),
    )
    ship_scores(data, "mini-pixel-seed1", "in-distribution", PLAIN, clean)
    rows = measures_under("mini-pixel", [7, 20], resampling=NONE)
    assert rows["shape_bias"].tolist()[1] == 0.5
    each = curves_of("mini-pixel", [7, 20], resampling=NONE)
    assert each.at("shape_bias", 20).tolist() == [[0], [1]]
    assert each.accuracy.shape == (2, 2, 1)


@pytest.mark.usefixtures("data")
def test_a_change_of_accuracy_is_taken_image_by_image():
    rows = measures_under("mini-pixel", [0, 7], resampling=Resampling(draws=100))
    changes = rows.set_index("k")[["change", "change_low", "change_high"]]
    assert changes.loc[7].tolist() == [0, 0, 0]
    assert changes.loc[0, "change"] == -0.75
    assert changes.loc[0, "change_low"] <= -0.75 <= changes.loc[0, "change_high"]


def test_resnets_are_paired_with_the_curves_and_resampled_as_networks(data):
    some = Resampling(draws=200)
    one = resnet_bias(resampling=some)
    forget()
    ship_model(data, "mini-cnn-seed1")
    for name, images in (("cue-conflict", CONFLICTS), ("in-distribution", PLAIN)):
        ship_scores(
            data,
            "mini-cnn-seed1",
            name,
            images,
            lambda rows: least(rows, rows["texture"]),
            kind="discriminative",
        )
    curves = curves_of("mini-pixel", [7], resampling=some)
    two = resnet_bias(resampling=some)
    assert one.shape == two.shape == curves.at("shape_bias", 7)[0].shape
    # A network that always names the shape does not vary by itself; beside one that never does,
    # what is drawn does.
    assert set(one) == {1}
    assert two[0] == 0.5 and min(two) == 0 and max(two) == 1
