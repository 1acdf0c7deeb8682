"""The worlds side by side: each one's rows are those of its own table."""

import math

import pandas as pd
import pytest

from gcbook.miniworld.results import two_worlds
from gcbook.miniworld.results.calibrated import CALIBRATED, CALIBRATED_WORLD, UNCALIBRATED
from gcbook.miniworld.results.findings import claim_rows
from gcbook.miniworld.results.kinds import side_of
from gcbook.miniworld.results.scores import SET_TITLES, accuracy_by_set, answers_on, bias_by_shape
from gcbook.miniworld.results.shipped import shipped_models
from gcbook.miniworld.results.two_worlds import (
    EQUAL,
    PAPERS,
    accuracy_leads,
    accuracy_rows,
    alike_outcome,
    bias_rows,
    blur_rows,
    claims_in_both,
    consistency_rows,
    noise_changes,
    weighting_rows,
)
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.stats.resampling import Resampling

NONE = Resampling(draws=0)


@pytest.fixture(scope="module")
def calibrated():
    return answers_on(TEST_SETS, shipped_models(CALIBRATED_WORLD))


@pytest.fixture(autouse=True)
def few_models(monkeypatch):
    """Of the default world two generators and two classifiers are enough."""
    kept = {"mini-pixel", "mini-latent", "mini-cnn", "mini-cnn-noise"}

    def some(world):
        models = shipped_models(world)
        return tuple(m for m in models if m in kept) if world == "default" else models

    monkeypatch.setattr(two_worlds, "shipped_models", some)


def in_world(table, title=CALIBRATED):
    assert table.columns[0] == "world" and set(table["world"]) <= {UNCALIBRATED, CALIBRATED}
    return table[table["world"] == title].drop(columns="world").reset_index(drop=True)


def test_a_worlds_rows_are_those_of_its_own_table(calibrated):
    bias = in_world(bias_rows(resampling=NONE))
    assert bias.equals(bias_by_shape(calibrated, resampling=NONE))
    accuracy = in_world(accuracy_rows(resampling=NONE))
    assert accuracy.equals(accuracy_by_set(calibrated, TEST_SETS, resampling=NONE))
    blur = in_world(blur_rows(resampling=NONE))
    assert set(blur["dataset"]) == {SET_TITLES["low-pass"]}
    by_set = accuracy.set_index(["dataset", "recipe"])["value"]
    counted = blur[(blur["counted"] == "yes") & (blur["recipe"] == "mini-cnn")]
    mean = by_set[SET_TITLES["low-pass"], "mini-cnn"]
    assert counted["value"].mean() == pytest.approx(mean, abs=1e-4)


def test_leads_are_differences_to_the_worlds_own_resnet():
    leads = accuracy_leads(resampling=Resampling(draws=100))
    by_set = accuracy_rows(resampling=NONE).set_index(["world", "dataset", "recipe"])["value"]
    assert "mini-cnn" not in set(leads["recipe"])
    assert set(in_world(leads)["recipe"]) == {"mini-cnn-noise"}
    for row in leads.itertuples():
        own, resnet = (by_set[row.world, row.dataset, name] for name in (row.recipe, "mini-cnn"))
        assert row.difference == pytest.approx(own - resnet, abs=2e-4)
        assert row.low <= row.difference <= row.high


def test_only_worlds_with_diffusion_models_are_weighed():
    rows = weighting_rows(resampling=NONE)
    assert in_world(rows).empty == ("mini-pixel-calibrated" not in shipped_models("calibrated"))
    default = in_world(rows, UNCALIBRATED).set_index(["recipe", "weights"])["shape_bias"]
    bias = in_world(bias_rows(resampling=NONE), UNCALIBRATED)
    pooled = bias[bias["category"] == "pooled"].set_index("recipe")["shape_bias"]
    for recipe in ("mini-pixel", "mini-latent"):
        assert default[recipe, PAPERS] == pooled[recipe] < default[recipe, EQUAL]


def test_errors_are_compared_within_a_world():
    rows = consistency_rows(resampling=NONE)
    pairs = set(in_world(rows)[["a", "b"]].itertuples(index=False, name=None))
    assert ("mini-cnn", "mini-cnn-noise") in pairs and ("mini-cnn", "mini-cnn") in pairs
    assert ("mini-cnn", "mini-pixel") in set(
        in_world(rows, UNCALIBRATED)[["a", "b"]].itertuples(index=False, name=None)
    )


def test_whom_the_resnet_errs_like():
    rows = in_world(consistency_rows(resampling=NONE), UNCALIBRATED).set_index(["a", "b"])["kappa"]
    expected = rows["mini-cnn", "mini-pixel"] - rows["mini-cnn", "mini-cnn-noise"]
    difference, low, high = alike_outcome("default", resampling=Resampling(draws=100))
    assert difference == pytest.approx(expected, abs=2e-4)
    assert low < difference < high < 0
    known = "mini-pixel-calibrated" in shipped_models(CALIBRATED_WORLD)
    assert math.isfinite(alike_outcome(resampling=NONE)[0]) == known


def test_claims_are_put_to_the_models_that_a_world_has(calibrated):
    rows = claims_in_both(resampling=NONE)
    assert in_world(rows).equals(claim_rows(calibrated, resampling=NONE))
    both_sides = len(set(map(side_of, calibrated["observer"]))) == 2
    assert in_world(rows)["compared"].str.startswith("pairs of").any() == both_sides


def test_what_noise_changes_is_told_apart_by_world(monkeypatch):
    monkeypatch.setattr(two_worlds, "change_rows", lambda answers, *, resampling: answers)
    given = {name: pd.DataFrame({"of": [name]}) for name in two_worlds.WORLDS}
    rows = noise_changes(given, resampling=NONE)
    assert rows.to_dict("list") == {
        "world": [UNCALIBRATED, CALIBRATED],
        "of": ["default", "calibrated"],
    }
