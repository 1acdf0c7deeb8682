"""Accuracy and cues against k in both worlds, from scores written by hand."""

import numpy as np
import pytest
from tiny.shipped import CONFLICTS, least, ship_model, ship_scores, use_data

from gcbook.miniworld.results.sweep import (
    DECAYS,
    curves_of,
    measures_under,
    resnet_bias,
    resnet_rows,
    sweep_rows,
)
from gcbook.miniworld.results.two_worlds import WORLDS
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
    for world in ("", "-calibrated"):
        for model in ("mini-pixel", "mini-latent"):
            ship_model(folder, model + world)
            ship_scores(folder, model + world, "cue-conflict", CONFLICTS, noisy)
            ship_scores(folder, model + world, "in-distribution", PLAIN, clean)
    for model in ("mini-cnn", "mini-cnn-calibrated", "mini-cnn-calibrated64"):
        ship_model(folder, model)
        for name, images in (("cue-conflict", CONFLICTS), ("in-distribution", PLAIN)):
            ship_scores(
                folder,
                model,
                name,
                images,
                lambda rows: least(rows, rows["category"]),
                kind="discriminative",
            )
    return folder


@pytest.mark.usefixtures("data")
def test_equal_weights_name_the_shape_and_cost_accuracy():
    rows = sweep_rows(resampling=NONE)
    assert rows.groupby(["world", "model"]).size().tolist() == [len(DECAYS)] * 4
    assert set(rows["world"]) == set(WORLDS.values())
    one = rows[(rows["world"] == "Default world") & (rows["model"] == "mini-pixel")].set_index("k")
    assert (one.loc[0, "shape_bias"], one.loc[20, "shape_bias"]) == (1, 0)
    # Of the four images one is an oven's.
    assert (one.loc[0, "accuracy"], one.loc[20, "accuracy"]) == (0.25, 1)


@pytest.mark.usefixtures("data")
def test_whole_and_broken_k_are_on_one_curve():
    rows = measures_under("mini-pixel", "default", [0, 2.5, 7], resampling=NONE)
    assert rows["k"].tolist() == [0, 2.5, 7]
    assert rows["shape_bias"].is_monotonic_decreasing


def test_the_networks_of_a_world_are_pooled(data):
    ship_model(data, "mini-pixel-calibrated-seed1")
    ship_scores(
        data,
        "mini-pixel-calibrated-seed1",
        "cue-conflict",
        CONFLICTS,
        lambda rows: least(rows, rows["category"]),
    )
    ship_scores(data, "mini-pixel-calibrated-seed1", "in-distribution", PLAIN, clean)
    rows = measures_under("mini-pixel", "calibrated", [7, 20], resampling=NONE)
    assert rows["shape_bias"].tolist()[1] == 0.5
    each = curves_of("mini-pixel", "calibrated", [7, 20], resampling=NONE)
    assert each.at("shape_bias", 20).tolist() == [[0], [1]]
    assert each.accuracy.shape == (2, 2, 1)


@pytest.mark.usefixtures("data")
def test_a_change_of_accuracy_is_taken_image_by_image():
    rows = measures_under("mini-pixel", "default", [0, 7], resampling=Resampling(draws=100))
    changes = rows.set_index("k")[["change", "change_low", "change_high"]]
    assert changes.loc[7].tolist() == [0, 0, 0]
    assert changes.loc[0, "change"] == -0.75
    assert changes.loc[0, "change_low"] <= -0.75 <= changes.loc[0, "change_high"]


def test_resnets_are_paired_with_the_curves_and_resampled_as_networks(data):
    some = Resampling(draws=200)
    ship_model(data, "mini-cnn-calibrated-seed1")
    for name, images in (("cue-conflict", CONFLICTS), ("in-distribution", PLAIN)):
        ship_scores(
            data,
            "mini-cnn-calibrated-seed1",
            name,
            images,
            lambda rows: least(rows, rows["texture"]),
            kind="discriminative",
        )
    curves = curves_of("mini-pixel", "calibrated", [7], resampling=some)
    one, two = (resnet_bias(world, resampling=some) for world in ("default", "calibrated"))
    assert one.shape == two.shape == curves.at("shape_bias", 7)[0].shape
    # A network that always names the shape does not vary by itself; beside one that never does,
    # what is drawn does.
    assert set(one) == {1}
    assert two[0] == 0.5 and min(two) == 0 and max(two) == 1


@pytest.mark.usefixtures("data")
def test_resnets_of_three_worlds():
    rows = resnet_rows(resampling=NONE)
    assert rows["world"].tolist() == [*WORLDS.values(), "Calibrated world, 64 pixels"]
    assert rows["shape_bias"].tolist() == rows["accuracy"].tolist() == [1, 1, 1]
