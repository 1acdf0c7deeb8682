"""What a judge says of reconstructions, and what that is compared with."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.illusions import resemblance
from gcbook.chapters.illusions.resemblance import (
    BASELINES,
    flip_rows,
    judged_model,
    readings_of,
    resemblance_rows,
)
from gcbook.miniworld.results.ambiguous import SIDE, ambiguous_pictures
from gcbook.miniworld.results.sheets import Sheet
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.stats.resampling import Resampling

DUCK, RABBIT = ALL_CATEGORIES.index("duck"), ALL_CATEGORIES.index("rabbit")


@pytest.fixture
def judged(monkeypatch):
    """A judge who reads the category off the grey: 0.05 a category, the untouched one is a duck."""

    def read(model, picture):
        shape = (len(picture.strengths), picture.draws, len(picture.prompts), SIDE, SIDE)
        images = np.zeros(shape, np.float32)
        for column, prompt in enumerate(picture.prompts):
            images[:, :, column] = 0.05 * ALL_CATEGORIES.index(prompt or "rabbit")
        untouched = np.full((SIDE, SIDE), 0.05 * DUCK, np.float32)
        return Sheet(untouched, untouched, images)

    def says(images):
        chosen = np.rint(images.mean((-2, -1)) / 0.05).astype(int)
        return np.eye(len(ALL_CATEGORIES))[chosen]

    monkeypatch.setattr(resemblance, "read_sheet", read)
    monkeypatch.setattr(resemblance, "judge_pictures", says)
    judged_model.cache_clear()
    yield judged_model("any")
    judged_model.cache_clear()


def test_each_baseline_is_of_the_same_category(judged):
    of = judged[judged["picture"] == "duck-rabbit"].groupby("prompt").first()
    assert of["prompted"].tolist() == [1, 1, 1, 1]
    assert of.loc["duck", ["untouched", "empty", "wrong"]].tolist() == [1, 0, 0]
    assert of.loc["rabbit", ["untouched", "empty", "wrong"]].tolist() == [0, 1, 0]
    # Of the other reading's prompt, and of none where the prompt itself is wrong.
    assert of.loc[["duck", "rabbit"], "other"].tolist() == [0, 0]
    assert of.loc[["face", "bottle"], "other"].isna().all()
    assert of["seen"].to_dict() == {"duck": True, "rabbit": True, "face": False, "bottle": False}


def test_a_wrong_prompt_is_no_baseline_of_itself(judged):
    face = judged[(judged["picture"] == "duck-rabbit") & (judged["prompt"] == "face")]
    # The other wrong prompt alone, bottle, of which the judge says nothing but bottle.
    assert (face["wrong"] == 0).all()
    one_wrong = judged[(judged["drawing"] == "blend") & ~judged["seen"]]
    assert one_wrong["wrong"].isna().all()
    # But its blend has two other prompts.
    assert (one_wrong["rest"] == 0).all()


def test_sums_over_mirror_images_and_draws(judged):
    rows = resemblance_rows(judged, resampling=Resampling(draws=100))
    duck = rows[(rows["drawing"] == "duck–rabbit") & (rows["prompt"] == "duck")]
    assert (duck["n"] == 16).all()
    assert (duck["prompted"] == 1).all()
    assert (duck["over_untouched"] == 0).all()
    assert (duck["over_empty"] == 1).all()
    blends = rows[rows["drawing"] == "blend"]
    assert set(blends["prompt"]) == {"one of the two", "a third"}
    assert (blends.loc[blends["seen"], "n"] == 80).all()
    for name in BASELINES:
        known = rows[rows[name].notna()]
        assert np.allclose(known["prompted"] - known[name], known[f"over_{name}"])
        assert (known[f"over_{name}_low"] <= known[f"over_{name}_high"]).all()


def test_intervals_of_blends_resample_blends():
    rng = np.random.default_rng(0)
    judged = pd.DataFrame(
        {
            "picture": np.repeat([f"blend-{i:02}" for i in range(40)], 2),
            "drawing": "blend",
            "strength": 0.6,
            "draw": 0,
            "prompt": "any",
            "seen": True,
            "prompted": np.repeat(rng.random(40), 2),
            "untouched": 0.0,
            "empty": 0.0,
            "wrong": 0.0,
            "other": 0.0,
        }
    )
    row = resemblance_rows(judged, resampling=Resampling(draws=4000)).iloc[0]
    spread = judged["prompted"][::2].std() / np.sqrt(40)
    # Both prompts of a blend are the same here: 80 rows know no more than 40.
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * spread, rel=0.08)


def test_a_picture_flips_where_both_prompts_win_over_the_other_reading(judged):
    rows = flip_rows(judged, resampling=Resampling(draws=100))
    assert set(rows["drawing"]) == {"duck–rabbit", "vase and faces", "blend"}
    assert (rows["flipped"] == 1).all()
    assert (rows["opposite"] == 0).all()
    assert (rows["more"] == 1).all()
    assert (rows.loc[rows["drawing"] == "blend", "n"] == 40).all()
    # The judge names the rabbit under either prompt: no flip.
    stubborn = judged.copy()
    chosen = (stubborn["drawing"] == "duck–rabbit") & (stubborn["prompt"] == "duck")
    stubborn.loc[chosen, "prompted"] = 0.2
    rabbit = (stubborn["drawing"] == "duck–rabbit") & (stubborn["prompt"] == "rabbit")
    stubborn.loc[rabbit, "other"] = 0.7
    again = (
        flip_rows(stubborn, resampling=Resampling(draws=100)).groupby("drawing")["flipped"].mean()
    )
    assert again["duck–rabbit"] == 0
    assert again["vase and faces"] == 1


def test_what_becomes_the_other_reading_under_both_prompts_is_counted(judged):
    turned = judged.copy()
    turned[["prompted", "other"]] = judged[["other", "prompted"]].to_numpy()
    turned.loc[judged["other"].isna(), ["prompted", "other"]] = [1.0, np.nan]
    rows = flip_rows(turned, resampling=Resampling(draws=100))
    assert (rows["opposite"] == 1).all()
    assert (rows["flipped"] == 0).all()
    assert (rows["more"] == -1).all()


def test_readings():
    pictures = {each.name: each for each in ambiguous_pictures()}
    assert readings_of(pictures["duck-rabbit-mirrored"]) == ("duck", "rabbit")
    assert readings_of(pictures["rock"]) == ()
    blend = pictures["blend-00"]
    assert readings_of(blend) == blend.blend.categories
    assert blend.prompts[:2] == blend.blend.categories
    assert blend.prompts[2] not in blend.blend.categories
