"""Levels of noise decide alone: shares, differences and centres, worked by hand."""

import shutil

import numpy as np
import pandas as pd
import pytest
from tiny.shipped import CONFLICTS, least, ship_model, ship_scores, texture_then_shape, use_data

from gcbook.chapters.noise_levels.tables import (
    cue_centres,
    cue_differences,
    level_answers,
    level_shares,
    models_with_levels,
    whole_shares,
)
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.shipped import shipped_models
from gcbook.stats.resampling import Resampling


def odd(rows: pd.DataFrame) -> np.ndarray:
    """As `texture_then_shape`, but the first image is always taken for a knife."""
    named = np.where(rows["t"] < 0.5, rows["texture"], rows["category"])
    return least(rows, np.where(rows["image_id"] == CONFLICTS[0], "knife", named))


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = use_data(tmp_path, monkeypatch)
    for model in ("mini-pixel", "mini-masked", "mini-cnn", "mini-cnn-seed1"):
        ship_model(folder, model)
    ship_scores(folder, "mini-pixel", "cue-conflict", CONFLICTS, odd)
    ship_scores(
        folder,
        "mini-pixel",
        "silhouette",
        ["cat1.png", "dog1.png"],
        lambda rows: least(rows, np.where(rows["t"] < 0.5, "cat", rows["category"])),
    )
    ship_scores(folder, "mini-masked", "cue-conflict", CONFLICTS, texture_then_shape, kind="masked")
    for model, column in (("mini-cnn", "category"), ("mini-cnn-seed1", "texture")):
        ship_scores(
            folder,
            model,
            "cue-conflict",
            CONFLICTS,
            lambda rows, column=column: least(rows, rows[column]),
            kind="discriminative",
        )
    return folder


def test_only_models_whose_draws_have_several_times_have_levels(data):
    assert models_with_levels(shipped_models()) == ("mini-pixel", "mini-masked")


def test_models_of_another_world_go_by_their_names_within_it(data):
    ship_model(data, "mini-pixel-calibrated")
    shutil.copytree(data / "scores/mini-pixel", data / "scores/mini-pixel-calibrated")
    assert models_with_levels(shipped_models("calibrated")) == ("mini-pixel-calibrated",)
    answers = level_answers(["mini-pixel-calibrated"], 4)
    assert answers.equals(level_answers(["mini-pixel"], 4))
    assert set(answers["observer"]) == {"mini-pixel"}


def test_shares_by_hand(data):
    shares = level_shares(level_answers(["mini-pixel"], 4), 4, resampling=Resampling(draws=50))
    conflicts = shares[shares["test_set"] == "cue-conflict"]
    table = conflicts.pivot(index="level", columns="answer", values="share")
    assert table["texture"].tolist() == [7 / 8, 7 / 8, 0, 0]
    assert table["shape"].tolist() == [0, 0, 7 / 8, 7 / 8]
    assert table["neither"].tolist() == [1 / 8] * 4
    assert table["shape bias"].tolist() == [0, 0, 1, 1]
    right = shares[shares["test_set"] == "silhouette"]
    assert right["answer"].unique().tolist() == ["right"]
    assert right["share"].tolist() == [0.5, 0.5, 1, 1]
    assert right["n"].tolist() == [2] * 4
    assert (shares["low"] <= shares["share"]).all() and (shares["share"] <= shares["high"]).all()


def test_levels_carry_their_times_and_ratios(data):
    shares = level_shares(
        level_answers(["mini-pixel", "mini-masked"], 4), 4, resampling=Resampling(draws=0)
    )
    rows = shares[(shares["model"] == "mini-pixel") & (shares["answer"] == "shape")]
    assert rows["t_low"].tolist() == [0, 0.25, 0.5, 0.75]
    assert rows["t"].tolist() == [0.125, 0.375, 0.625, 0.875]
    expected = 2 * np.log(1 / np.tan(np.pi / 2 * rows["t"]))
    assert rows["log_snr"].to_numpy() == pytest.approx(expected.to_numpy())
    assert shares.loc[shares["model"] == "mini-masked", "log_snr"].isna().all()
    assert shares[["low", "high"]].isna().all().all()


def test_each_level_decides_by_its_own_draws(data):
    """The last of eight draws is one level of eight, and half of a level of four."""

    def late(rows):
        strong = np.where(rows["draw"] == 7, 10.0, 1.0)
        named = np.where(rows["draw"] == 7, rows["texture"], rows["category"])
        return strong * least(rows, named)

    ship_model(data, "mini-latent")
    ship_scores(data, "mini-latent", "cue-conflict", CONFLICTS, late)
    for bins, expected in ((8, [0] * 7 + [1]), (4, [0] * 3 + [1])):
        shares = level_shares(
            level_answers(["mini-latent"], bins), bins, resampling=Resampling(draws=0)
        )
        textures = shares[shares["answer"] == "texture"].sort_values("level")
        assert textures["share"].tolist() == expected


def test_an_image_without_draws_in_a_level_is_not_counted_there(data):
    ship_model(data, "mini-latent")
    ship_scores(data, "mini-latent", "cue-conflict", CONFLICTS, texture_then_shape, draws=3)
    answers = level_answers(["mini-latent"], 8)
    # Draws at 1/6, 1/2 and 5/6 of the time.
    assert answers.groupby("level").size().to_dict() == {1: 8, 3: 8, 6: 8}


def test_differences_and_centres(data):
    answers = level_answers(["mini-pixel", "mini-masked"], 4)
    differences = cue_differences(answers, resampling=Resampling(draws=50))
    pixel = differences[differences["model"] == "mini-pixel"]
    assert pixel["mean"].tolist() == [-7 / 8, -7 / 8, 7 / 8, 7 / 8]
    centres = cue_centres(answers, 4, resampling=Resampling(draws=50)).set_index(["model", "cue"])
    # One image of eight is taken for a knife throughout: by accident, each cue is on 1 of 112.
    accident, left = 1 / 112, 7 / 8 - 1 / 112
    centre = (left * (0.125 + 0.375) - accident * (0.625 + 0.875)) / (2 * left - 2 * accident)
    for model, expected in (("mini-pixel", centre), ("mini-masked", 0.25)):
        assert centres.loc[(model, "texture"), "t"] == pytest.approx(expected)
        assert centres.loc[(model, "shape"), "t"] == pytest.approx(1 - expected)
        assert centres.loc[(model, "difference"), "low"] > 0.49


def centres_of(answers, bins, draws=0):
    """Centres by cue, of a single model."""
    return cue_centres(answers, bins, resampling=Resampling(draws=draws)).set_index("cue")["t"]


def named_at_two_levels(*shares):
    """Answers of 280 conflicts at each of two levels, so many of them shape and texture."""
    levels = []
    for level, (shape, texture) in enumerate(shares):
        cues = ["shape"] * shape + ["texture"] * texture
        cues += ["other"] * (280 - len(cues))
        levels.append(pd.DataFrame({"cue": cues, "level": level}))
    answers = pd.concat(levels, ignore_index=True)
    return answers.assign(
        observer="mini-pixel", dataset="cue-conflict", category="cat", silhouette=answers.index % 7
    )


def first_draw_loud(rows: pd.DataFrame) -> np.ndarray:
    """Terms of a bound: of hidden tokens, the first draw favours the texture by 1, others the
    shape by 0.3 each; the bound divides by t, which gives the first draw the last word."""
    first = rows["draw"] == 0
    lead = np.where(
        first, rows["label"] == rows["texture"], 0.3 * (rows["label"] == rows["category"])
    )
    return (5 - lead) / rows["t"].to_numpy()


def test_masked_levels_count_hidden_tokens_alike(data):
    ship_model(data, "mini-masked-seed1")
    ship_scores(
        data, "mini-masked-seed1", "cue-conflict", CONFLICTS, first_draw_loud, kind="masked"
    )
    # Seven draws of 0.3 against one of 1.
    assert set(level_answers(["mini-masked-seed1"], 1)["cue"]) == {"shape"}
    assert set(miniature_answers(["cue-conflict"], ["mini-masked-seed1"])["cue"]) == {"texture"}


def test_accidental_answers_have_no_centre_and_move_none():
    """140 of 280 name neither, 10 for each of the fourteen other categories."""
    t = centres_of(named_at_two_levels((130, 10), (130, 10)), 2)
    assert t["shape"] == pytest.approx(0.5) and np.isnan(t["texture"])
    # 14 of 28 are left at the first level, and none at the second.
    t = centres_of(named_at_two_levels((112, 28), (130, 10)), 2)
    assert t["texture"] == pytest.approx(0.25)
    assert t["shape"] == pytest.approx((102 * 0.25 + 120 * 0.75) / 222)


def test_a_cue_that_is_never_named_has_no_centre(data):
    ship_model(data, "mini-latent")
    ship_scores(
        data, "mini-latent", "cue-conflict", CONFLICTS, lambda rows: least(rows, rows["category"])
    )
    t = centres_of(level_answers(["mini-latent"], 4), 4, draws=20)
    assert t["shape"] == pytest.approx(0.5)
    assert np.isnan(t["texture"]) and np.isnan(t["difference"])


def test_whole_answers_pool_seeds_and_know_who_has_levels(data):
    whole = (
        whole_shares(shipped_models(), ["cue-conflict"], resampling=Resampling(draws=20))
        .set_index(["model", "test_set", "answer"])
        .sort_index()
    )
    cnn = whole.loc[("mini-cnn", "cue-conflict")]
    assert cnn.loc["shape", "share"] == 0.5 and cnn.loc["texture", "share"] == 0.5
    assert cnn["n"].iloc[0] == 16 and not cnn["levels"].any()
    # Under the paper's weighting the small t decide.
    assert whole.loc[("mini-pixel", "cue-conflict", "texture"), "share"] == 7 / 8
    assert whole.loc["mini-pixel", "levels"].all()
