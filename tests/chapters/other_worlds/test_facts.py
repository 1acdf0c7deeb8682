"""The chapter's numbers, from tables written by hand."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.claims import claims_of
from gcbook.chapters.other_worlds.facts import other_worlds_facts
from gcbook.chapters.other_worlds.tables import MEASURES
from gcbook.claims.claim import names_in
from gcbook.miniworld.results.shipped import model_card
from gcbook.miniworld.results.worlds import POINT, Trained
from gcbook.miniworld.training.worlds import GRID, IMAGES, jobs
from gcbook.stats.correlation import correlate

HERE, THERE = (0.89, 1.0), (0.6, 0.5)
MODELS = [Trained(Path(), job, IMAGES) for job in jobs()]
CELLS = pd.DataFrame(
    [
        (*point, recipe, "", 1, MEASURES[measure], value, value - 0.1, value + 0.1, 0.9)
        for point, recipe, measure, value in [
            (HERE, "mini-cnn", "shape_bias", 0.9),
            (THERE, "mini-cnn", "shape_bias", 0.3),
            (HERE, "mini-cnn", "texture_excess", 0.2),
            (THERE, "mini-cnn", "texture_excess", 0.05),
            (HERE, "mini-cnn", "accuracy", 0.5),
            (THERE, "mini-cnn", "accuracy", 0.8),
        ]
    ],
    columns=[*POINT, "recipe", "variant", "seeds", "measure", "value", "low", "high", "blind"],
)
SIGNS = pd.DataFrame(
    [
        (*THERE, "", 0.7, 0.2, 0.5, 0.4, 0.6),
        (*HERE, "", 0.5, 0.9, -0.4, -0.5, -0.3),
        (1.0, 1.5, "", 0.5, 0.5, 0.0, -0.1, 0.1),
        (*HERE, "longer", 0.9, 0.8, 0.1, 0.05, 0.2),
        (*THERE, "whole", 0.7, 0.1, 0.6, 0.5, 0.7),
    ],
    columns=[*POINT, "variant", "generator", "classifier", "difference", "low", "high"],
)
SEEDS = pd.DataFrame(
    [
        (*point, recipe, f"{recipe}-seed{seed}", bias)
        for point, recipe, seed, bias in [
            (HERE, "mini-cnn", 0, 0.8),
            (HERE, "mini-cnn", 1, 0.75),
            (HERE, "mini-pixel", 0, 0.5),
            (HERE, "mini-pixel", 1, 0.4),
            (THERE, "mini-cnn", 0, 0.5),
            (THERE, "mini-cnn", 1, 0.2),
            (THERE, "mini-pixel", 0, 0.9),
        ]
    ],
    columns=[*POINT, "recipe", "observer", "shape_bias"],
)


def facts(models=MODELS, cells=CELLS, signs=SIGNS, seeds=SEEDS):
    return other_worlds_facts(models, cells, signs, seeds)


def test_unequal_budgets_show():
    equal = facts()
    assert equal.images_least == equal.images_most == IMAGES
    short = [replace(one, budget=640) if one.job.model == "mini-pixel" else one for one in MODELS]
    assert (facts(models=short).images_least, facts(models=short).images_most) == (640, IMAGES)
    assert equal.pixel_seen == IMAGES / int(model_card("mini-pixel")["images_seen"])


def test_the_ends_of_the_map_and_where_they_are():
    found = facts()
    assert (found.cnn_least, found.cnn_least_low) == (0.3, pytest.approx(0.2))
    assert (found.cnn_least_diagnosticity, found.cnn_least_contrast) == THERE
    assert (found.cnn_most, found.cnn_most_contrast) == (0.9, 1.0)
    assert math.isnan(found.pixel_least)


def test_differences_are_counted_and_variants_compared():
    found = facts()
    assert (found.compared, found.more, found.less, found.unclear) == (3, 1, 1, 1)
    assert (found.difference_least, found.difference_most) == (-0.4, 0.5)
    assert found.longer_turned == 1
    assert found.longer_change == pytest.approx(0.5)
    assert (found.whole_turned, found.whole_change) == (0, pytest.approx(0.1))


def test_without_resamples_no_difference_is_clear():
    bare = facts(signs=SIGNS.assign(low=np.nan, high=np.nan))
    assert (bare.more, bare.less, bare.unclear) == (0, 0, 0)
    assert (bare.longer_turned, bare.whole_turned) == (0, 0)


def test_trends_need_the_whole_grid():
    assert math.isnan(facts().contrast_rho)
    whole = pd.DataFrame(
        [
            (one.diagnosticity, one.contrast, "", 0.0, 0.0, -one.contrast - 0.01 * i, 0.0, 0.0)
            for i, one in enumerate(GRID)
        ],
        columns=SIGNS.columns,
    )
    found = facts(signs=whole)
    assert found.contrast_rho == correlate(whole["contrast"], whole["difference"])[1].r
    assert found.contrast_rho < -0.9 < found.diagnosticity_rho


def test_seeds_are_compared_within_a_model_and_against_the_other():
    found = facts()
    assert (found.cnn_several, found.pixel_several) == (2, 1)
    assert (found.cnn_apart, found.pixel_apart) == (pytest.approx(0.3), pytest.approx(0.1))
    assert found.pairings_low == pytest.approx(-0.4)
    assert found.pairings_high == pytest.approx(-0.25)
    none = facts(seeds=SEEDS[SEEDS["observer"].str.endswith("seed0")])
    assert math.isnan(none.pairings_low)


def test_claims_are_about_facts_that_there_are():
    known = vars(facts())
    for name, claim in claims_of("other-worlds").items():
        assert set(names_in(claim.holds)) <= known.keys(), name
