"""Rules for a masked model and prompts that stick, on distances whose answer is known."""

import numpy as np
import pandas as pd
import pytest
from tiny import tokens
from tiny.regenerated import NAMES, STICKY, sticks
from tiny.shipped import least, ship_scores, use_data
from tiny.stores import rewrite

from gcbook.chapters.step_by_step import muse
from gcbook.chapters.step_by_step.muse import (
    BOUND,
    drawn_rows,
    muse_facts,
    rule_rows,
    sixteen_rows,
    sticking_correlations,
)
from gcbook.illusions.reconstruct import load_for_prompts
from gcbook.miniworld.results import regenerated
from gcbook.miniworld.results.ambiguous import prompt_of
from gcbook.miniworld.results.regenerated import MODEL
from gcbook.miniworld.results.steps import Example
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.correlation import correlate
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
def test_the_bound_is_right_where_a_prompt_that_sticks_spoils_the_distance():
    rows = rule_rows(resampling=Resampling(draws=100)).set_index("rule")
    assert set(rows.index) == {"50% hidden", "75% hidden", BOUND}
    assert rows["accuracy"].to_dict() == pytest.approx(
        {"50% hidden": 1 / 16, "75% hidden": 1 / 16, BOUND: 1}, abs=1e-4
    )
    assert (rows["n"] == len(NAMES)).all()
    assert rows["ahead"].to_dict() == pytest.approx(
        {"50% hidden": 15 / 16, "75% hidden": 15 / 16, BOUND: 0}, abs=1e-4
    )


def test_a_store_that_is_not_complete_is_none(stores):
    place = stores / "regenerated/0.5/scores.parquet"
    rewrite(
        place,
        lambda rows: rows[(rows["image_id"] != NAMES[0]) | (rows["label"] != CATEGORIES[5])],
    )
    assert regenerated.regenerated_ratios() == (0.75,)
    assert set(rule_rows(resampling=Resampling(draws=100))["rule"]) == {"75% hidden", BOUND}


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
def test_a_prompt_that_sticks_and_is_drawn_worst_correlates():
    drawn = pd.DataFrame({"category": CATEGORIES, "drawn": 0.5}).set_index("category")
    drawn.loc[STICKY, "drawn"] = 0.1
    found = sticking_correlations(drawn.reset_index())
    assert len(found) == 2
    # It stays close, the others do not: what is drawn better leads further away.
    assert min(each.r for each in found) > 0.3


def test_facts_by_hand():
    rules = pd.DataFrame(
        [
            ("25% hidden", 320, 0.12, 0.09, 0.15, 0.34, 0.46),
            ("75% hidden", 320, 0.16, 0.12, 0.2, 0.3, 0.42),
            (BOUND, 320, 0.52, 0.46, 0.58, 0, 0),
        ],
        columns=["rule", "n", "accuracy", "low", "high", "ahead_low", "ahead_high"],
    )
    found = [correlate(np.arange(16), values)[1] for values in (np.arange(16), -np.arange(16))]
    facts = muse_facts(rules, found)
    assert tuple(facts["distance"]) == (0.12, 0.16)
    assert facts["distance_intervals"] == ((0.09, 0.15), (0.12, 0.2))
    assert (facts["bound"], facts["bound_ahead"]) == (0.52, ((0.34, 0.46), (0.3, 0.42)))
    assert tuple(facts["rho"]) == pytest.approx((-1, 1))
    # Of Pearson's table for 14 degrees of freedom.
    assert facts["rho_seen"] == pytest.approx(0.497, abs=0.001)


def test_what_is_drawn_is_judged(tiny, monkeypatch):
    def says(images):
        return np.tile(np.arange(19) / 100, (len(images), 1))

    monkeypatch.setattr(muse, "judge_pictures", says)
    rows = drawn_rows(tiny, each=2)
    assert rows["category"].tolist() == list(CATEGORIES)
    assert np.allclose(rows["drawn"], np.arange(16) / 100)
