"""What denoisers give back, band by band: of one that is blind, one that knows, one that blurs."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
import torch

from gcbook.chapters.fine_detail import restored
from gcbook.chapters.fine_detail.restored import (
    MEAN,
    OTHERS,
    PANELS,
    advantage_rows,
    detail_rows,
    lead_rows,
    prompt_powers,
    restored_powers,
    some_images,
    weighted_rows,
)
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.miniworld.named import named_world
from gcbook.miniworld.testsets import make_test_set, texture_of
from gcbook.noise.schedules import CosineSchedule
from gcbook.noise.spectrum import band_power, octave_bands
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.resampling import Resampling

STIMULI = some_images(1)
TIMES = [0.2, 0.6]
BANDS = ((0.0, 1.0), *octave_bands(32))
RIGHT = {"right": [one.category for one in STIMULI]}


def classifier(denoise, clip="none"):
    return DiffusionClassifier(denoise, CosineSchedule(), labels=CATEGORIES, name="d", clip=clip)


def powers(denoise):
    return restored_powers(classifier(denoise), STIMULI, RIGHT, TIMES)


def test_images_are_drawn_evenly_and_by_their_seed():
    found = some_images(3, seed=1)
    assert set(Counter(one.category for one in found).values()) == {3}
    names = [one.imagename for one in found]
    assert names == [one.imagename for one in some_images(3, seed=1)]
    assert names != [one.imagename for one in some_images(3, seed=2)]
    assert all(texture_of(one.image_id) == one.category for one in found)
    other = some_images(3, seed=1, world="calibrated")
    known = {each.sha256() for each in make_test_set("in-distribution", named_world("calibrated"))}
    assert {one.sha256() for one in other} <= known
    conflicts = some_images(3, seed=1, test_set="cue-conflict")
    assert len(conflicts) == 3 * 16
    assert all(texture_of(one.image_id) != one.category for one in conflicts)


def test_a_blind_denoiser_keeps_nothing_and_misses_everything():
    rows = detail_rows(
        powers(lambda x, t, label: torch.zeros_like(x)), resampling=Resampling(draws=0)
    )
    assert MEAN not in set(rows["band"])
    assert (rows["kept"] == 0).all()
    assert np.allclose(rows["missed"], 1)
    assert set(rows["images"]) == {16}
    assert sorted(set(rows["t"])) == TIMES


def test_one_that_knows_the_image_misses_nothing():
    x = classifier(None).prepare([one.read() for one in STIMULI])
    rows = detail_rows(
        powers(lambda x_t, t, label: x[: len(x_t)]), resampling=Resampling(draws=100)
    )
    assert np.allclose(rows["kept"], 1)
    assert np.allclose(rows["missed"], 0)
    assert np.allclose(rows["kept_low"], 1)


def test_powers_are_those_of_the_pictures():
    # Half of the noised image is given back, whatever the prompt.
    table = powers(lambda x, t, label: x / 2)
    x = classifier(None).prepare([one.read() for one in STIMULI]).mean(1).numpy()
    clean = band_power(x[0], BANDS)
    assert clean.sum() == pytest.approx(np.square(x[0], dtype=np.float64).mean())
    first = table[(table["image_id"] == STIMULI[0].image_id) & (table["t"] == TIMES[0])]
    assert np.allclose(first["clean"], clean)
    # In the mean over images: α²/4 of the image, and σ²/4 of the noise, which is white.
    sums = table[table["t"] == TIMES[1]].groupby("band", sort=False)[["clean", "restored"]].mean()
    alpha2 = np.cos(np.pi / 2 * TIMES[1]) ** 2
    bands = band_power(np.random.default_rng(0).standard_normal((500, 32, 32)), BANDS).mean(0)
    expected = alpha2 / 4 * sums["clean"] + (1 - alpha2) / 4 * bands / 3
    assert np.allclose(sums["restored"], expected, rtol=0.35)


def test_each_image_is_restored_under_the_prompts_that_were_named_for_it():
    asked = []

    def watch(x, t, label):
        asked.extend(label.tolist())
        return x

    wrong = [CATEGORIES[0]] * len(STIMULI)
    table = restored_powers(classifier(watch), STIMULI, RIGHT | {"wrong": wrong}, [0.5])
    assert [CATEGORIES[place] for place in asked] == RIGHT["right"] + wrong
    assert list(dict.fromkeys(table["prompt"])) == ["right", "wrong"]


def test_prompts_name_what_is_in_the_image_and_others_do_not(monkeypatch):
    asked = []

    def watch(classifier, stimuli, prompts, times, seed):
        asked.append((stimuli, prompts))
        return pd.DataFrame({"t": times})

    monkeypatch.setattr(restored, "restored_powers", watch)
    prompt_powers(classifier(None), 2, TIMES)
    (agree, right), (conflict, cues) = asked
    assert list(right) == ["right", *(f"other {n}" for n in range(OTHERS))]
    assert list(cues) == ["shape", "texture", *(f"other {n}" for n in range(OTHERS))]
    for place, one in enumerate(agree):
        others = {right[f"other {n}"][place] for n in range(OTHERS)}
        assert right["right"][place] == one.category
        assert len(others - {one.category}) == OTHERS
    for place, one in enumerate(conflict):
        named = {cues["shape"][place], cues["texture"][place]}
        assert one.category in named
        assert len(named) == 2
        assert not named & {cues[f"other {n}"][place] for n in range(OTHERS)}


def made(errors):
    """Rows as of `restored_powers`: (test set, prompt) → error by band, at both times."""
    rows = []
    for (test_set, prompt), of_band in errors.items():
        for image in range(4):
            for t in TIMES:
                for band, error in of_band.items():
                    about = (test_set, f"i{image}", "cat", f"s{image}", prompt, t, band)
                    rows.append((*about, 1.0 + image, 1 - error, error * (1 + image)))
    columns = ["test_set", "image_id", "category", "silhouette", "prompt", "t", "band", "clean"]
    return pd.DataFrame(rows, columns=[*columns, "restored", "error"])


POWERS = made(
    {
        ("in-distribution", "right"): {"1 to 2": 0.1, "2 to 4": 0.4},
        ("in-distribution", "other 0"): {"1 to 2": 0.3, "2 to 4": 0.4},
        ("in-distribution", "other 1"): {"1 to 2": 0.5, "2 to 4": 0.4},
        ("cue-conflict", "shape"): {"1 to 2": 0.1, "2 to 4": 0.4},
        ("cue-conflict", "texture"): {"1 to 2": 0.2, "2 to 4": 0.3},
        ("cue-conflict", "other 0"): {"1 to 2": 0.2, "2 to 4": 0.4},
    }
)


def test_advantage_is_the_others_mean_error_less_its_own_over_the_power_of_all_bands():
    rows = advantage_rows(POWERS, resampling=Resampling(draws=100)).set_index(
        ["panel", "t", "band"]
    )
    # Half of the power lies in each band; the others miss .4 of the first on average, it .1.
    right = rows.xs(PANELS["right"], level="panel")["advantage"]
    assert right.xs("1 to 2", level="band").tolist() == pytest.approx([0.15, 0.15])
    assert right.xs("2 to 4", level="band").tolist() == [0, 0]
    for name, coarse, fine in (("shape", 0.05, 0.0), ("texture", 0.0, 0.05)):
        of = rows.xs(PANELS[name], level="panel")["advantage"]
        assert of[0.2, "1 to 2"] == pytest.approx(coarse)
        assert of[0.2, "2 to 4"] == pytest.approx(fine)
    assert (rows["images"] == 4).all()
    assert (rows["low"] <= rows["advantage"]).all()


def test_the_papers_weights_listen_to_little_noise():
    late = POWERS["t"] == TIMES[1]
    powers = POWERS.copy()
    # At much noise no prompt makes a difference.
    powers.loc[late, "error"] = powers.loc[late, "clean"]
    powers.loc[late, "restored"] = 0.0
    papers = weighted_rows(powers).set_index(["panel", "band"]).loc[(PANELS["right"], "1 to 2")]
    border = sum(TIMES) / 2
    share = (1 - np.exp(-7 * border)) / (1 - np.exp(-7))
    assert papers["advantage"] == pytest.approx(0.15 * share, abs=1e-5)
    # At little noise 0.9 is given back of each of four images, whose powers are 1 to 4.
    assert papers["kept"] == pytest.approx(4 * 0.9 / 10 * share, abs=1e-4)


def test_of_a_denoiser_that_no_prompt_changes_nothing_decides():
    powers = prompt_powers(classifier(lambda x, t, label: torch.zeros_like(x)), 1, TIMES)
    assert (advantage_rows(powers, resampling=Resampling(draws=0))["advantage"] == 0).all()
    assert (weighted_rows(powers)["kept"] == 0).all()


def test_the_mean_is_a_band_but_no_part_of_an_images_variance():
    powers = POWERS.copy()
    at_the_mean = powers[powers["band"] == "1 to 2"].assign(band=MEAN, clean=100.0)
    rows = advantage_rows(
        pd.concat([powers, at_the_mean]), resampling=Resampling(draws=0)
    ).set_index(["panel", "band"])
    for _, found in rows.groupby(level="panel"):
        by_band = found.groupby(level="band")["advantage"].first()
        assert by_band[MEAN] == by_band["1 to 2"]
    assert rows.loc[(PANELS["right"], MEAN), "advantage"].tolist() == pytest.approx([0.15, 0.15])


def conflicts(gains, back):
    """Rows as of `restored_powers` of cue conflicts: time → what a prompt's error is less by."""
    rows = []
    for image in range(8):
        for t, of_prompt in gains.items():
            for prompt in ("shape", "texture", "other 0"):
                for band, clean in ((MEAN, 5.0), ("2 to 4", 3.0), ("4 to 8", 1.0)):
                    less = of_prompt.get(prompt, 0.0) / 2 if band != "4 to 8" else 0.0
                    missed = 1 - back[t] if band == "4 to 8" else 2.0 - less
                    about = ("cue-conflict", f"i{image}", "cat", f"s{image}", prompt, t, band)
                    rows.append((*about, clean, back[t] * clean, missed))
    columns = ["test_set", "image_id", "category", "silhouette", "prompt", "t", "band", "clean"]
    return pd.DataFrame(rows, columns=[*columns, "restored", "error"])


TEXTURES = ("4 to 8",)
BACK = {0.2: 0.9, 0.6: 0.3}


def test_gains_are_split_where_the_textures_band_is_lost():
    gains = {0.2: {"shape": 0.1, "texture": 0.3}, 0.6: {"shape": 0.5}}
    rows = lead_rows(conflicts(gains, BACK), TEXTURES, resampling=Resampling(draws=100)).set_index(
        "part"
    )
    # Whatever is nearer to 0.6 than to 0.2.
    late = (np.exp(-7 * 0.4) - np.exp(-7)) / (1 - np.exp(-7))
    assert rows["weight"].tolist() == pytest.approx([1 - late, late, 1], abs=1e-4)
    assert set(rows["lost_from"]) == {0.6}
    # Half of it each in the mean and in coarse detail, over the clean variance, which is 4.
    assert rows.loc["early", "shape"] == pytest.approx((1 - late) * 0.1 / 4, abs=1e-4)
    assert rows.loc["early", "lead"] == pytest.approx((1 - late) * (0.1 - 0.3) / 4, abs=1e-4)
    assert rows.loc["late", "lead"] == pytest.approx(late * 0.5 / 4, abs=1e-4)
    assert rows.loc["all", "lead"] == pytest.approx(rows["lead"].iloc[:2].sum())
    # All silhouettes are alike, so resamples are, too.
    assert rows["low"].tolist() == pytest.approx(rows["lead"].tolist())


def test_texture_that_is_never_lost_has_no_time():
    rows = lead_rows(
        conflicts({0.2: {}, 0.6: {}}, {0.2: 0.9, 0.6: 0.8}),
        TEXTURES,
        resampling=Resampling(draws=50),
    )
    assert np.isnan(rows["lost_from"]).all()
    assert rows["weight"].tolist() == pytest.approx([1, 0, 1])
    # Lost at little noise and found again at more is not lost.
    back = lead_rows(
        conflicts({0.2: {}, 0.6: {}}, {0.2: 0.3, 0.6: 0.8}),
        TEXTURES,
        resampling=Resampling(draws=50),
    )
    assert np.isnan(back["lost_from"]).all()
