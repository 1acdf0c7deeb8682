"""Rules for a masked model and prompts that stick, on distances whose answer is known."""

import numpy as np
import pandas as pd
import pytest
from gcbook.chapters.muse import tables
from gcbook.chapters.muse.tables import (
    RULES,
    drawn_rows,
    prompts_by_ratio,
    prompts_share,
    rule_rows,
    several_gain,
    sixteen_rows,
    sticking_by_ratio,
)
from tiny import tokens
from tiny.regenerated import NAMES, STICKY, sticks
from tiny.shipped import least, ship_scores, use_data
from tiny.stores import rewrite

from gcbook.illusions.reconstruct import load_for_prompts
from gcbook.miniworld.results import regenerated
from gcbook.miniworld.results.ambiguous import prompt_of
from gcbook.miniworld.results.regenerated import MODEL
from gcbook.miniworld.results.steps import Example
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.resampling import Resampling
from gcbook.stimuli.stimulus import Stimulus
from gcbook.stimuli.written import Png


def ship_regenerated(data, name, draws):
    ship_scores(data, "made", name, NAMES, sticks, draws=draws)
    (data / "scores/made" / name).rename(data / "regenerated" / name)


@pytest.fixture
def stores(tmp_path, monkeypatch):
    """Regenerated images in which one prompt sticks, and a bound that is always right."""
    data = use_data(tmp_path / "data", monkeypatch, ["models", "scores", "regenerated"])
    for ratio in ("0.5", "0.75"):
        ship_regenerated(data, ratio, draws=1)
    ship_scores(
        data,
        MODEL,
        "in-distribution",
        NAMES,
        lambda r: least(r, r["category"]),
        kind="masked",
        draws=16,
    )
    monkeypatch.setattr(regenerated, "shown_images", lambda: NAMES)
    return data


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A masked model of random weights."""
    folder = tokens.amused(tmp_path_factory.mktemp("amused"))
    return load_for_prompts(folder, [prompt_of(name) for name in CATEGORIES])


@pytest.mark.usefixtures("stores")
def test_taking_off_the_means_helps_where_one_prompt_sticks():
    rows = rule_rows(resampling=Resampling(draws=100))
    bound = RULES["bound"]
    assert rows["rule"].tolist() == [*[RULES["distance"]] * 2, *[RULES["less"]] * 2, *[bound] * 3]
    assert rows["how"].tolist()[-3:] == ["1 draw", "8 draws", "16 draws"]
    assert rows["evaluations"].tolist() == [8, 8, 8, 8, 1, 8, 16]
    accuracy = rows.set_index(["rule", "how"])["accuracy"]
    assert accuracy[(RULES["distance"], "50% hidden")] == pytest.approx(1 / 16, abs=1e-4)
    assert accuracy[(RULES["less"], "75% hidden")] == 1
    assert (accuracy[bound] == 1).all()
    assert (rows["n"] == len(NAMES)).all()


def test_a_store_that_is_not_complete_is_none(stores):
    place = stores / "regenerated/0.5/scores.parquet"
    rewrite(
        place,
        lambda rows: rows[(rows["image_id"] != NAMES[0]) | (rows["label"] != CATEGORIES[5])],
    )
    assert regenerated.regenerated_ratios() == (0.75,)
    assert set(rule_rows(resampling=Resampling(draws=100))["how"]) >= {"75% hidden"}


def test_several_regenerations_are_another_row(stores):
    before = rule_rows(resampling=Resampling(draws=100))
    ship_regenerated(stores, "0.75-8", draws=8)
    rows = rule_rows(resampling=Resampling(draws=100))
    new = rows[rows["evaluations"] == 64]
    assert new["how"].tolist() == ["75%, mean of 8"] * 2
    assert len(rows) == len(before) + 2


def test_sixteen_pictures_with_their_places(tiny):
    pixels = np.random.default_rng(0).integers(0, 255, (32, 32, 3), dtype=np.uint8)
    name = "bottle2-bear7.png"
    stimulus = Stimulus(name, name, "bottle", "0", "cue-conflict", name, Png(pixels))
    example = Example("a bottle like a bear", "bottle", "bear", stimulus)
    rows = sixteen_rows([example], tiny, (0.5, 1.0))
    assert rows["hidden"].tolist() == [0.5, 1.0]
    row = rows.iloc[0]
    assert row["image"] == "a bottle like a bear"
    assert sorted(row["place"]) == list(range(1, 17))
    assert row["distance"][row["place"].index(1)] == min(row["distance"])
    assert row["role"][CATEGORIES.index("bottle")] == "shape"
    assert row["role"][CATEGORIES.index("bear")] == "texture"
    assert row["role"].count("") == 14


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
@pytest.mark.parametrize(("silhouettes", "within"), [(200, 0.1), (10, 0.2)])
def test_prompts_that_are_all_alike_are_called_chance(monkeypatch, silhouettes, within):
    """Images of one silhouette, which have the same prompts close, are one witness."""
    rng = np.random.default_rng(1)
    images, errors = tables.distances(0.75)
    each = 200 // silhouettes
    alike = rng.normal(size=(silhouettes, errors.shape[1])).repeat(each, axis=0)
    many = pd.concat([images] * 200).iloc[:200].reset_index(drop=True)
    many["imagename"] = [f"cat{number // each}-cat{number % each}.png" for number in range(200)]
    monkeypatch.setattr(tables, "distances", lambda ratio: (many, alike))
    share, chance = prompts_share(0.75)
    # Means of N values that have nothing in common have one N-th of their variance.
    assert chance == pytest.approx(1 / silhouettes, rel=within)
    assert share < 2 * chance


@pytest.mark.parametrize("after", [1.0, 0.0])
def test_several_reconstructions_are_compared_with_one(monkeypatch, after):
    names = [f"cat{number}-cat1.png" for number in range(4)]
    images = pd.DataFrame({"image_id": names, "category": "cat", "imagename": names})
    errors = np.arange(16.0) - 16 * (
        np.array([[0.0], [after]]) * np.eye(16)[CATEGORIES.index("cat")]
    )
    shown = iter([(images, np.tile(each, (4, 1))) for each in errors])
    monkeypatch.setattr(tables, "distances", lambda ratio, draws: next(shown))
    row = several_gain(resampling=Resampling(draws=50))
    assert (row["one"], row["several"]) == (0, after)
    assert row["gain"] == row["low"] == row["high"] == after


def test_what_is_drawn_is_judged(tiny, monkeypatch):
    def says(images):
        return np.tile(np.arange(19) / 100, (len(images), 1))

    monkeypatch.setattr(tables, "judge_pictures", says)
    rows = drawn_rows(tiny, each=2)
    assert rows["category"].tolist() == list(CATEGORIES)
    assert np.allclose(rows["drawn"], np.arange(16) / 100)
