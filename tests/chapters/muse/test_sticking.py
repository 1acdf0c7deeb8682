"""Prompts that stay close to whatever is shown."""

import numpy as np
import pandas as pd
import pytest
from tiny.regenerated import STICKY

from gcbook.chapters.muse import tables as muse_sticking
from gcbook.chapters.muse.tables import (
    drawn_rows,
    prompts_by_ratio,
    prompts_share,
    several_gain,
    sticking_by_ratio,
)
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.resampling import Resampling


@pytest.mark.usefixtures("stores")
def test_the_prompt_that_sticks_is_near_and_named():
    drawn = pd.DataFrame({"category": CATEGORIES, "drawn": np.linspace(0.1, 0.9, 16)})
    sticking = sticking_by_ratio(drawn)
    rows = sticking[0.75].set_index("category")
    assert rows["distance"].idxmin() == STICKY
    assert rows.loc[STICKY, "named"] == 1
    assert rows.drop(STICKY)["named"].max() == 0
    # Prompts differ, and images do not: all of the variance within an image is the prompts' own.
    share, chance = prompts_share(0.75)
    assert share > 0.5 > 2 * chance
    assert list(prompts_by_ratio()) == list(sticking) == [0.5, 0.75]
    assert prompts_by_ratio()[0.75] == (share, chance)


@pytest.mark.usefixtures("stores")
def test_prompts_that_are_all_alike_are_called_chance(monkeypatch):
    rng = np.random.default_rng(1)
    images, errors = muse_sticking.distances(0.75)
    alike = rng.normal(size=(200, errors.shape[1]))
    many = pd.concat([images] * 200).iloc[:200].reset_index(drop=True)
    many["imagename"] = [f"cat{number}-cat1.png" for number in range(200)]
    monkeypatch.setattr(muse_sticking, "distances", lambda ratio: (many, alike))
    share, chance = prompts_share(0.75)
    # Means of N values that have nothing in common have one N-th of their variance.
    assert chance == pytest.approx(1 / 200, rel=0.1)
    assert share < 2 * chance


@pytest.mark.usefixtures("stores")
def test_images_of_one_silhouette_are_one_witness_for_a_prompt(monkeypatch):
    rng = np.random.default_rng(1)
    images, errors = muse_sticking.distances(0.75)
    # Ten silhouettes, each with its own prompts that lie close, in all of its twenty images.
    own = rng.normal(size=(10, errors.shape[1])).repeat(20, axis=0)
    many = pd.concat([images] * 200).iloc[:200].reset_index(drop=True)
    many["imagename"] = [f"cat{number // 20}-cat{number % 20}.png" for number in range(200)]
    monkeypatch.setattr(muse_sticking, "distances", lambda ratio: (many, own))
    share, chance = prompts_share(0.75)
    assert chance == pytest.approx(1 / 10, rel=0.2)
    assert share < 2 * chance


@pytest.mark.parametrize("after", [1.0, 0.0])
def test_several_reconstructions_are_compared_with_one(monkeypatch, after):
    names = [f"cat{number}-cat1.png" for number in range(4)]
    images = pd.DataFrame({"image_id": names, "category": "cat", "imagename": names})
    errors = np.arange(16.0) - 16 * (
        np.array([[0.0], [after]]) * np.eye(16)[CATEGORIES.index("cat")]
    )
    tables = iter([(images, np.tile(each, (4, 1))) for each in errors])
    monkeypatch.setattr(muse_sticking, "distances", lambda ratio, draws: next(tables))
    row = several_gain(resampling=Resampling(draws=50))
    assert (row["one"], row["several"]) == (0, after)
    assert row["gain"] == row["low"] == row["high"] == after


def test_what_is_drawn_is_judged(tiny, monkeypatch):
    def says(images):
        return np.tile(np.arange(19) / 100, (len(images), 1))

    monkeypatch.setattr(muse_sticking, "judge_pictures", says)
    rows = drawn_rows(tiny, each=2)
    assert rows["category"].tolist() == list(CATEGORIES)
    assert np.allclose(rows["drawn"], np.arange(16) / 100)
