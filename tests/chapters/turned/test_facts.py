"""The chapter's facts, from tables written by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.turned.facts import turned_facts
from gcbook.chapters.turned.tables import OTHER, OWN, TURNED_BACK

MODELS = ("mini-pixel", "mini-latent", "mini-masked")


def kept(turned, prompt=OWN, lost_high=-0.1):
    """Upright objects keep 0.9 at every strength, turned ones what is told at the largest."""
    rows = []
    for model in MODELS:
        for angle in (0, 90, 180):
            for strength in (0.0, 0.45, 0.9, 1.0):
                value = 0.9 if angle == 0 or strength < 0.9 else turned
                high = lost_high if strength == 0.9 else 0.1
                rows.append((model, prompt, angle, strength, TURNED_BACK, value, high))
    columns = ["model", "prompt", "angle", "strength", "judged", "drawn", "lost_high"]
    return pd.DataFrame(rows, columns=columns)


def prompts(wrong_rise=-0.1):
    rows = [
        (model, strength, 0.1 + strength / 2, 0.05, 0.2, wrong_rise, 0.1)
        for model in MODELS
        for strength in (0.0, 0.9, 1.0)
    ]
    columns = ["model", "strength", "lying", "wrong_lying"]
    return pd.DataFrame(rows, columns=[*columns, "rise_low", "wrong_rise_low", "wrong_beyond_low"])


LOSSES = pd.DataFrame(
    [
        ("mini-pixel", 0.5, 0.1, 0.3),
        ("mini-ar", 0.3, -0.1, 0.1),
        ("mini-masked", 0.1, -0.3, -0.1),
        ("mini-cnn", 0.3, np.nan, np.nan),
        ("mini-cnn-noise", 0.9, 0.5, 0.7),
    ],
    columns=["recipe", "share", "low", "high"],
)
TOGETHER = pd.DataFrame(
    [
        (model, strength, name, 10, accuracy, accuracy - 0.1, accuracy + 0.1, 0.4)
        for model in MODELS[:2]
        for strength in (0.45, 0.9)
        for name, accuracy in (("kept", strength), ("lost", strength - 0.4))
    ],
    columns=["model", "strength", "object", "n", "accuracy", "low", "high", "control"],
)
GAPS = pd.DataFrame({"low": [0.1, -0.2, -0.3], "high": [0.3, 0.2, -0.1]})
EASY = pd.DataFrame({"three": [0.5, 0.6], "kept": [0.9, 0.8], "lost": [0.7, 0.6]})


def facts_of(**changed):
    tables = {
        "losses": LOSSES,
        "kept": pd.concat([kept(0.3), kept(0.1, OTHER, 0.1)]),
        "prompts": prompts(),
        "together": TOGETHER,
        "gaps": GAPS,
        "easy": EASY,
        "checked": [(20, 0), (10, 1)],
    }
    return turned_facts(**tables | changed)


def test_generators_alone_are_counted():
    facts = facts_of()
    assert (facts.generators, facts.keep_more, facts.keep_less) == (3, 1, 1)
    assert str(facts.resnet_share) == "30%"
    assert (facts.checked, facts.changed) == (30, 1)


def test_what_is_lost_more_under_which_prompt():
    facts = facts_of()
    assert (str(facts.most), facts.strengths) == ("0.9", 2)
    assert facts.pixel_upright == pytest.approx(0.9)
    assert tuple(facts.pixel_turned) == (0.3, 0.3)
    # Neither strength 0 nor 1 is what is kept of an image.
    assert (facts.pixel_lost_at, facts.lost_under_others) == (1, 0)
    both = facts_of(kept=pd.concat([kept(0.3), kept(0.1, OTHER)]))
    assert both.lost_under_others == len(MODELS)


def test_upright_without_being_told_takes_more_than_the_image():
    facts = facts_of()
    assert (facts.upright_told, facts.upright_untold) == (3, 0)
    assert facts_of(prompts=prompts(wrong_rise=0.1)).upright_untold == 3
    assert facts.pixel_own == pytest.approx(0.55)
    assert facts.pixel_noise == pytest.approx(0.6)


def test_lost_objects_are_those_of_the_largest_strength():
    facts = facts_of()
    assert str(facts.pixel_lost_right) == "50%"
    assert str(facts.pixel_lost_interval) == "40% to 60%"
    # A model that was not asked has none.
    assert math.isnan(facts.masked_lost_right)
    assert (facts.gaps, facts.gaps_above, facts.gaps_below) == (3, 1, 1)
    assert str(facts.easy_three) == "50% to 60%"


def test_without_draws_nothing_is_told_from_chance():
    none = {"low": np.nan, "high": np.nan}
    facts = facts_of(losses=LOSSES.assign(**none), gaps=GAPS.assign(**none))
    assert facts.keep_more is None and facts.gaps_above is None
