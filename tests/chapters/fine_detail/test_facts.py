"""The chapter's facts, from tables written by hand."""

import math

import pandas as pd
import pytest

from gcbook.chapters.fine_detail.bands import MEASURES, ORDER
from gcbook.chapters.fine_detail.facts import fine_detail_facts
from gcbook.chapters.fine_detail.restored import PANELS

BANDS = ("1 to 2", "2 to 4", "4 to 8", "8 and more")
CLASSIFIERS = ("mini-cnn", "mini-cnn-noise")

DETAIL = pd.DataFrame(
    [
        (t, band, missed)
        for band, values in zip(
            BANDS, ((0.1, 0.2, 0.3), (0.1, 0.2, 0.6), (0.1, 0.6, 0.9), (0.6, 0.7, 0.9)), strict=True
        )
        for t, missed in zip((0.2, 0.5, 0.8), values, strict=True)
    ],
    columns=["t", "band", "missed"],
)
TEXTURES = pd.DataFrame(
    [
        (texture, band, share)
        for texture, shares in (("dots", (0.0, 0.0, 0.6, 0.4)), ("plaid", (0.1, 0.3, 0.6, 0.0)))
        for band, share in zip(BANDS, shares, strict=True)
    ],
    columns=["texture", "band", "share"],
)
WEIGHTED = pd.DataFrame(
    [
        (PANELS[prompt], band, kept, advantage)
        for prompt, advantages in (
            ("right", (0.001, 0.002, 0.004, 0.003)),
            ("shape", (0.003, 0.004, 0.002, 0.001)),
            ("texture", (0.0, 0.0, 0.001, 0.001)),
        )
        for band, kept, advantage in zip(BANDS, (1.0, 0.9, 0.8, 0.6), advantages, strict=True)
    ],
    columns=["panel", "band", "kept", "advantage"],
)
LEAD = pd.DataFrame(
    [
        ("early", 0.5, 0.9, 0.001, -0.001, -0.002, 0.001),
        ("late", 0.5, 0.1, 0.003, 0.003, 0.002, 0.004),
        ("all", 0.5, 1.0, 0.004, 0.002, -0.001, 0.004),
    ],
    columns=["part", "lost_from", "weight", "shape", "lead", "low", "high"],
)
FILTERED = pd.DataFrame(
    [
        (recipe, MEASURES[measure], band, value, value - 0.1, value + 0.1)
        for recipe in ("mini-latent", *CLASSIFIERS)
        for measure in MEASURES
        for band in ORDER
        for value in [0.1 if (recipe, band) == ("mini-cnn", "low-4") else 0.6]
    ],
    columns=["recipe", "measure", "band", "value", "low", "high"],
)
DECAYS = pd.DataFrame(
    [
        (model, "High-pass", k, accuracy, accuracy - 0.05, accuracy + 0.05, change, change, change)
        for model in ("mini-pixel", "mini-latent")
        for k, accuracy, change in ((0, 0.1, -0.2), (7, 0.3, 0.0), (20, 0.4, 0.1))
    ],
    columns=["model", "test_set", "k", "accuracy", "low", "high", "change", "change_low",
             "change_high"],
).assign(commonest=0.3)  # fmt: skip


def facts_of(**changed):
    tables = {
        "detail": DETAIL,
        "textures": TEXTURES,
        "weighted": WEIGHTED,
        "lead": LEAD,
        "bands": FILTERED,
        "decays": DECAYS,
    }
    return fine_detail_facts("default", **tables | changed)


def test_bands_are_lost_from_some_noise_on_or_never():
    facts = facts_of()
    assert math.isnan(facts.lost_coarsest)
    assert [facts.lost_coarse, facts.lost_fine, facts.lost_finest] == [0.8, 0.5, 0.2]


def test_textures_bands_are_those_of_most_of_their_power():
    facts = facts_of()
    assert facts.texture_bands == ("4 to 8", "8 and more")
    assert facts.texture_fine == pytest.approx(0.8)
    assert facts.right_gain_fine == pytest.approx(0.7)
    assert str(facts.texture_kept) == "60% to 80%"


def test_gains_are_in_thousandths():
    facts = facts_of()
    assert (str(facts.shape_late), str(facts.shape_all)) == ("3.00", "4.00")
    assert str(facts.lead_early) == "−1.00"
    assert str(facts.lead_all_interval) == "−1.00 to +4.00"
    assert str(facts.late_weight) == "10.0%"


def test_who_reads_which_half():
    facts = facts_of()
    assert (facts.recipes, facts.coarse_readers, facts.fine_readers) == (3, 2, 3)
    assert (str(facts.cnn_coarse), str(facts.noised_coarse)) == ("10%", "60%")
    assert str(facts.latent_bias_sharp_interval) == "0.50 to 0.70"


def test_weightings_are_compared_with_the_papers():
    facts = facts_of()
    assert (str(facts.latent_flat), str(facts.latent_steep)) == ("−0.200", "+0.100")
    assert (str(facts.pixel_high), str(facts.pixel_high_best)) == ("30%", "40%")
