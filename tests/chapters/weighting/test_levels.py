"""Levels of noise decide alone: shares worked by hand."""

import numpy as np
import pandas as pd
import pytest
from tiny.shipped import CONFLICTS, least, ship_model, ship_scores, use_data

from gcbook.chapters.weighting.levels import (
    NAMED,
    half_changes,
    level_answers,
    level_shares,
)
from gcbook.miniworld.results.two_worlds import WORLDS
from gcbook.stats.resampling import Resampling


def odd(rows: pd.DataFrame) -> np.ndarray:
    """Texture up to t = ½, shape after it, and the first image is always taken for a knife."""
    named = np.where(rows["t"] < 0.5, rows["texture"], rows["category"])
    return least(rows, np.where(rows["image_id"] == CONFLICTS[0], "knife", named))


def late(rows):
    """The last of eight draws names the texture, so loudly that it decides where it counts."""
    strong = np.where(rows["draw"] == 7, 10.0, 1.0)
    return strong * least(rows, np.where(rows["draw"] == 7, rows["texture"], rows["category"]))


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    folder = use_data(tmp_path, monkeypatch)
    for world in ("", "-calibrated"):
        for model, errors in (("mini-pixel", odd), ("mini-latent", late)):
            ship_model(folder, model + world)
            ship_scores(folder, model + world, "cue-conflict", CONFLICTS, errors)
    return folder


def test_shares_by_hand():
    shares = level_shares(level_answers(4), 4, resampling=Resampling(draws=50))
    assert list(dict.fromkeys(shares["world"])) == list(WORLDS.values())
    assert list(dict.fromkeys(shares["model"])) == ["mini-pixel", "mini-latent"]
    one = shares[(shares["world"] == "Default world") & (shares["model"] == "mini-pixel")]
    table = one.pivot(index="level", columns="answer", values="share")
    assert table[NAMED["texture"]].tolist() == [7 / 8, 7 / 8, 0, 0]
    assert table[NAMED["shape"]].tolist() == [0, 0, 7 / 8, 7 / 8]
    assert table[NAMED["other"]].tolist() == [1 / 8] * 4
    lead = one.drop_duplicates("level")["lead"]
    assert lead.tolist() == [-7 / 8, -7 / 8, 7 / 8, 7 / 8]
    assert one.drop_duplicates("level")["t"].tolist() == [0.125, 0.375, 0.625, 0.875]
    assert (shares["low"] <= shares["share"]).all() and (shares["share"] <= shares["high"]).all()


@pytest.mark.parametrize("bins", [4, 8])
def test_each_level_decides_by_its_own_draws(bins):
    """The last of eight draws is one level of eight, and half of a level of four."""
    shares = level_shares(level_answers(bins), bins, resampling=Resampling(draws=0))
    one = shares[(shares["world"] == "Default world") & (shares["model"] == "mini-latent")]
    textures = one[one["answer"] == NAMED["texture"]].sort_values("level")
    assert textures["share"].tolist() == [0] * (bins - 1) + [1]


def test_halves_are_compared_image_by_image():
    rows = half_changes(resampling=Resampling(draws=50)).set_index(["world", "model"])
    one = rows.loc[("Default world", "mini-pixel")]
    # All but the image that is always taken for a knife change from texture to shape.
    assert (one["shape"], one["texture"]) == (7 / 8, -7 / 8)
    assert one["texture_low"] <= -7 / 8 <= one["texture_high"] < 0
