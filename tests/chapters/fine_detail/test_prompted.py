"""In which bands prompts differ: with denoisers that know one band, and only under one prompt."""

import numpy as np
import pandas as pd
import pytest
import torch

from gcbook.chapters.fine_detail import prompted as prompted_detail
from gcbook.chapters.fine_detail.prompted import (
    OTHERS,
    PANELS,
    advantage_rows,
    advantage_sentence,
    prompt_powers,
    weighted_rows,
)
from gcbook.chapters.fine_detail.restored import MEAN
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.noise.schedules import CosineSchedule
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.resampling import Resampling

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
    rows = weighted_rows(powers, resampling=Resampling(draws=0)).set_index(
        ["weighting", "panel", "band"]
    )
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
    assert (advantage_rows(powers, resampling=Resampling(draws=0))["advantage"] == 0).all()
    assert (weighted_rows(powers, resampling=Resampling(draws=0))["kept"] == 0).all()


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
