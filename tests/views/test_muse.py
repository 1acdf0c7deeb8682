"""Rules for a masked model, on distances whose answer is known."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tiny import tokens
from tiny.shipped import least, ship_scores, use_data

from gcbook.categories import CATEGORIES
from gcbook.illusions import load_for_prompts
from gcbook.miniatures import regenerated
from gcbook.miniatures.ambiguous import prompt_of
from gcbook.miniatures.regenerated import MODEL
from gcbook.stimuli.stimulus import Stimulus
from gcbook.stimuli.written import Png
from gcbook.views import muse
from gcbook.views.muse import (
    RULES,
    accuracy_sentence,
    drawn_rows,
    rule_rows,
    sixteen_rows,
    stick_rows,
    stick_sentence,
)
from gcbook.views.steps import Example, choose_examples

NAMES = [f"{name}{number}-{name}1.png" for name in CATEGORIES for number in (1, 2, 3)]
STICKY = CATEGORIES[3]


def sticks(rows):
    """The right prompt comes closest but for one that changes nothing, whatever is shown."""
    error = least(rows, rows["category"]) + 1
    return np.where(rows["label"] == STICKY, 0.1 + 0.5 * (rows["category"] != STICKY), error)


@pytest.fixture
def stores(tmp_path, monkeypatch):
    data = use_data(tmp_path / "data", monkeypatch)
    monkeypatch.setattr(regenerated, "FOLDER", data / "scores/regenerated")
    for ratio in ("0.5", "0.75"):
        ship_scores(data, "regenerated", ratio, NAMES, sticks, draws=1)
    ship_scores(
        data,
        MODEL,
        "in-distribution",
        NAMES,
        lambda r: least(r, r["category"]),
        kind="masked",
        draws=16,
    )
    monkeypatch.setattr(regenerated, "some_of_each", lambda: NAMES)


@pytest.mark.usefixtures("stores")
def test_taking_off_the_means_helps_where_one_prompt_sticks():
    rows = rule_rows(draws=100)
    bound = RULES["bound"]
    assert rows["rule"].tolist() == [*[RULES["distance"]] * 2, *[RULES["less"]] * 2, *[bound] * 3]
    assert rows["how"].tolist()[-3:] == ["1 draw", "8 draws", "16 draws"]
    assert rows["evaluations"].tolist() == [8, 8, 8, 8, 1, 8, 16]
    accuracy = rows.set_index(["rule", "how"])["accuracy"]
    assert accuracy[(RULES["distance"], "50% hidden")] == pytest.approx(1 / 16, abs=1e-4)
    assert accuracy[(RULES["less"], "75% hidden")] == 1
    assert (accuracy[bound] == 1).all()
    assert (rows["n"] == len(NAMES)).all()
    said = accuracy_sentence(rows).split("\n")
    assert said[2].startswith("- Smallest L2 distance: 6% with 50% hidden (0.0")
    assert said[2].endswith("; not above chance)")
    assert said[4].startswith("- Likelihood bound: 100% with 1 draw (")
    assert "Nothing was resampled" in accuracy_sentence(rule_rows(draws=0))


def test_images_without_all_distances_are_left_out(stores):
    place = regenerated.FOLDER / "0.5" / "scores.parquet"
    table = pd.read_parquet(place)
    missing = (table["image_id"] == NAMES[0]) & (table["label"] == CATEGORIES[5])
    pq.write_table(pq.read_table(place).filter(pa.array(~missing)), place)
    images, errors = muse.distances(regenerated.regenerated_store(0.5))
    assert len(images) == len(errors) == len(NAMES) - 1
    assert np.isfinite(errors).all()
    # And a store that is not complete is none.
    assert regenerated.regenerated_ratios() == (0.75,)
    assert set(rule_rows(draws=100)["how"]) >= {"75% hidden"}


@pytest.mark.usefixtures("stores")
def test_the_prompt_that_sticks_is_near_and_named():
    drawn = pd.DataFrame({"category": CATEGORIES, "drawn": np.linspace(0.1, 0.9, 16)})
    rows = stick_rows(0.75, drawn).set_index("category")
    assert rows["distance"].idxmin() == STICKY
    assert rows.loc[STICKY, "named"] == 1
    assert rows.drop(STICKY)["named"].max() == 0
    said = stick_sentence(rows.reset_index())
    assert said.startswith("Over the 16 prompts, between the distance to which a prompt leads")


def test_without_scores_there_is_nothing_to_say(tmp_path, monkeypatch):
    monkeypatch.setattr(regenerated, "FOLDER", tmp_path)
    assert rule_rows(draws=100).empty
    assert "has no scores" in accuracy_sentence(rule_rows(draws=100))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tokens.amused(tmp_path_factory.mktemp("amused"))
    return load_for_prompts(folder, [prompt_of(name) for name in CATEGORIES])


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


def test_two_images_of_one_pair_are_told_apart(tiny):
    titles = [each.title for each in choose_examples((), 3, 0, 1)]
    assert len(set(titles)) == 3


def test_what_is_drawn_is_judged(tiny, monkeypatch):
    def says(images):
        return np.tile(np.arange(19) / 100, (len(images), 1))

    monkeypatch.setattr(muse, "judge_pictures", says)
    rows = drawn_rows(tiny, each=2)
    assert rows["category"].tolist() == list(CATEGORIES)
    assert np.allclose(rows["drawn"], np.arange(16) / 100)
