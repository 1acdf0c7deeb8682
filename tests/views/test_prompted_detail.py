"""In which bands prompts differ: with denoisers that know one band, and only under one prompt."""

import numpy as np
import pandas as pd
import pytest
import torch

from gcbook.categories import CATEGORIES
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.noise import CosineSchedule
from gcbook.views import prompted_detail
from gcbook.views.prompted_detail import (
    OTHERS,
    PANELS,
    advantage_rows,
    advantage_sentence,
    lead_rows,
    lead_sentence,
    prompt_powers,
    weighted_rows,
)

TIMES = [0.2, 0.6]


def denoiser(denoise):
    return DiffusionClassifier(denoise, CosineSchedule(), labels=CATEGORIES, name="d", clip="none")


def test_prompts_name_what_is_in_the_image_and_others_do_not(monkeypatch):
    asked = []

    def watch(classifier, stimuli, prompts, times, seed):
        asked.append((stimuli, prompts))
        return pd.DataFrame({"t": times})

    monkeypatch.setattr(prompted_detail, "restored_powers", watch)
    prompt_powers(denoiser(None), 2, TIMES)
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
    rows = advantage_rows(POWERS, draws=100).set_index(["panel", "t", "band"])
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
    rows = weighted_rows(powers, draws=0).set_index(["weighting", "panel", "band"])
    papers, even = (rows.loc[(name, PANELS["right"], "1 to 2")] for name in ("exp:7", "uniform"))
    share = 1 / (1 + np.exp(-7 * 0.4))
    assert papers["advantage"] == pytest.approx(0.15 * share)
    assert even["advantage"] == pytest.approx(0.15 / 2)
    assert papers["kept"] == pytest.approx(even["kept"] * 2 * share)
    said = advantage_sentence(rows.reset_index())
    assert said.count("\n") == len(PANELS) - 1
    assert said.startswith(f"- {PANELS['right']}. 1 to 2 cycles: ")
    assert f"given back, {1000 * 0.15 * share:+.2f} (" in said


def test_of_a_denoiser_that_no_prompt_changes_nothing_decides():
    powers = prompt_powers(denoiser(lambda x, t, label: torch.zeros_like(x)), 1, TIMES)
    assert (advantage_rows(powers, draws=0)["advantage"] == 0).all()
    assert (weighted_rows(powers, draws=0)["kept"] == 0).all()


def conflicts(gains, back):
    """Rows as of `restored_powers` of cue conflicts: time → what a prompt's error is less by."""
    rows = []
    for image in range(8):
        for t, of_prompt in gains.items():
            for prompt in ("shape", "texture", "other 0"):
                for band, clean in (("2 to 4", 3.0), ("4 to 8", 1.0)):
                    less = of_prompt.get(prompt, 0.0) if band == "2 to 4" else 0.0
                    about = ("cue-conflict", f"i{image}", "cat", f"s{image}", prompt, t, band)
                    rows.append((*about, clean, back[t] * clean, 2.0 - less))
    columns = ["test_set", "image_id", "category", "silhouette", "prompt", "t", "band", "clean"]
    return pd.DataFrame(rows, columns=[*columns, "restored", "error"])


CYCLES = (5.6, 7.5)
BACK = {0.2: 0.9, 0.6: 0.3}


def test_gains_are_split_where_the_textures_band_is_lost():
    gains = {0.2: {"shape": 0.1, "texture": 0.3}, 0.6: {"shape": 0.5}}
    rows = lead_rows(conflicts(gains, BACK), CYCLES, draws=100).set_index("part")
    late = 1 / (1 + np.exp(7 * 0.4))
    assert rows["weight"].tolist() == pytest.approx([1 - late, late, 1])
    assert set(rows["lost_from"]) == {0.6}
    assert set(rows["bands"]) == {"4 to 8"}
    # Of the clean power, which is 4.
    assert rows.loc["less", "shape"] == pytest.approx((1 - late) * 0.1 / 4)
    assert rows.loc["less", "texture"] == pytest.approx((1 - late) * 0.3 / 4)
    assert rows.loc["more", "lead"] == pytest.approx(late * 0.5 / 4)
    assert rows.loc["all", "lead"] == pytest.approx(rows["lead"].iloc[:2].sum())
    # All silhouettes are alike, so resamples are, too.
    assert rows["low"].tolist() == pytest.approx(rows["lead"].tolist())


@pytest.mark.parametrize(
    ("early", "late", "says"),
    [
        (-0.2, 0.5, "little weight or not"),
        (0.0, 0.5, "little weight or not"),
        (0.2, 0.5, "where texture is still given back, too"),
        (-0.2, 0.0, "cannot tell where shape gains"),
    ],
)
def test_where_shape_gains_follows_the_rows(early, late, says):
    gains = {0.2: {"shape": 0.3 + early, "texture": 0.3}, 0.6: {"shape": late}}
    rows = lead_rows(conflicts(gains, BACK), CYCLES, draws=50)
    said = lead_sentence(rows)
    assert "4 to 8 cycles, less than half of the power" in said
    assert "texture's own prompt from t = 0.6 on. There lies 5.7% of the paper's weight" in said
    assert says in said
    assert ("and not that it wins" in said) == (rows.set_index("part")["low"]["all"] <= 0)


def test_texture_that_is_never_lost_explains_nothing():
    rows = lead_rows(conflicts({0.2: {}, 0.6: {}}, {0.2: 0.9, 0.6: 0.8}), CYCLES, draws=0)
    assert np.isnan(rows["lost_from"]).all()
    assert rows["weight"].tolist() == [1, 0, 1]
    assert "so no loss of detail can be behind" in lead_sentence(rows)
    # Lost at little noise and found again at more is not lost.
    back = lead_rows(conflicts({0.2: {}, 0.6: {}}, {0.2: 0.3, 0.6: 0.8}), CYCLES, draws=0)
    assert np.isnan(back["lost_from"]).all()
