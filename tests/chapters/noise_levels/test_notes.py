"""Sentences on levels follow their numbers."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.noise_levels.tables import (
    centre_sentence,
    evidence_sentence,
    levels_sentence,
    without_levels_sentence,
)


def shares(model="mini-pixel"):
    rows = [
        (answer, level, level / 4, (level + 1) / 4, value)
        for answer, values in (
            ("texture", [0.6, 0.5, 0.2, 0.1]),
            ("shape", [0.1, 0.2, 0.4, 0.3]),
            ("neither", [0.3, 0.3, 0.4, 0.6]),
        )
        for level, value in enumerate(values)
    ]
    table = pd.DataFrame(rows, columns=["answer", "level", "t_low", "t_high", "share"])
    return table.assign(model=model, test_set="cue-conflict")


def differences(low, high, model="mini-pixel"):
    return pd.DataFrame({"model": model, "level": range(len(low)), "low": low, "high": high})


def test_peaks_and_prevailing_cues_are_read_from_the_numbers():
    said = levels_sentence(shares(), differences([-0.6, -0.4, 0.1, -0.1], [-0.4, -0.2, 0.3, 0.5]))
    assert "texture answers are most frequent at t = 0 to 0.25 (60%)" in said
    assert "shape answers are most frequent at t = 0.5 to 0.75 (40%)" in said
    assert "the shape is named clearly more often at level 3" in said
    assert "the texture is named clearly more often at levels 1 to 2" in said
    assert "at the other level the interval of the difference holds 0" in said
    assert "With the most noise, 60% of the answers name neither" in said


def test_no_prevailing_cue_and_no_intervals_are_said():
    open_ = levels_sentence(shares(), differences([-0.1] * 4, [0.1] * 4))
    assert "At none of the 4 levels is one cue named clearly more often" in open_
    without = levels_sentence(shares(), differences([np.nan] * 4, [np.nan] * 4))
    assert "No intervals were computed" in without and "clearly more often" not in without


def test_masked_models_have_no_noise():
    said = levels_sentence(shares("mini-masked"), differences([-0.1] * 4, [0.1] * 4, "mini-masked"))
    assert "noise" not in said and "With the most masking" in said


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.1, 0.3, "shape is named at more noise than texture"),
        (-0.3, -0.1, "shape is named at less noise than texture"),
        (-0.1, 0.3, "no clear difference"),
        (np.nan, np.nan, "no interval was computed"),
    ],
)
def test_direction_of_the_centres_is_that_of_the_interval(low, high, expected):
    row = {"model": "mini-pixel", "shape_t": 0.6, "texture_t": 0.4, "difference": 0.2}
    said = centre_sentence(pd.DataFrame([row | {"low": low, "high": high}]))
    assert expected in said and "0.60" in said and "0.40" in said
    others = {"more noise", "less noise", "no clear", "no interval"}
    assert sum(other in said for other in others) == 1


def test_a_cue_that_is_never_named():
    row = {"model": "m", "shape_t": 0.5, "texture_t": np.nan, "difference": np.nan}
    said = centre_sentence(pd.DataFrame([row | {"low": np.nan, "high": np.nan}]))
    assert "does not name both cues clearly" in said


def test_evidence_is_heard_where_its_interval_is_above_0():
    rows = [
        ("mini-pixel", cue, level, level / 2, (level + 1) / 2, mean, low)
        for cue, values in (("shape", [(0.5, 0.2), (0.9, -0.1)]), ("texture", [(0.1, -0.2)] * 2))
        for level, (mean, low) in enumerate(values)
    ]
    columns = ["model", "cue", "level", "t_low", "t_high", "mean", "low"]
    said = evidence_sentence(pd.DataFrame(rows, columns=columns))
    assert "the shape speaks the loudest at t = 0.5 to 1 (0.90)" in said
    assert "at 1 of 2 levels" in said
    assert "the texture is not clearly heard at any level" in said
    without = evidence_sentence(pd.DataFrame(rows, columns=columns).assign(low=np.nan))
    assert without.count("no interval was computed") == 2 and "clearly" not in without


def test_models_without_levels_are_named_with_their_shares():
    whole = pd.DataFrame(
        [
            ("mini-cnn", False, "cue-conflict", "shape", 0.7),
            ("mini-cnn", False, "cue-conflict", "texture", 0.1),
            ("mini-pixel", True, "cue-conflict", "shape", 0.2),
            ("mini-pixel", True, "cue-conflict", "texture", 0.3),
        ],
        columns=["model", "levels", "test_set", "answer", "share"],
    )
    said = without_levels_sentence(whole)
    assert "mini-cnn (discriminative) names the shape in 70% and the texture in 10%" in said
    assert "mini-pixel" not in said
