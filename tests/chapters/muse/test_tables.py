"""Rules for a masked model, on distances whose answer is known."""

import numpy as np
import pytest
from tiny.regenerated import NAMES, sticks
from tiny.shipped import ship_scores
from tiny.stores import rewrite

from gcbook.chapters.muse.tables import RULES, rule_rows, sixteen_rows
from gcbook.miniworld.results import regenerated
from gcbook.miniworld.results.steps import Example, choose_examples
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.resampling import Resampling
from gcbook.stimuli.stimulus import Stimulus
from gcbook.stimuli.written import Png


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
    place = regenerated.FOLDER / "0.5" / "scores.parquet"
    rewrite(
        place,
        lambda rows: rows[(rows["image_id"] != NAMES[0]) | (rows["label"] != CATEGORIES[5])],
    )
    assert regenerated.regenerated_ratios() == (0.75,)
    assert set(rule_rows(resampling=Resampling(draws=100))["how"]) >= {"75% hidden"}


@pytest.mark.usefixtures("stores")
def test_several_regenerations_are_another_row(tmp_path, monkeypatch):
    before = rule_rows(resampling=Resampling(draws=100))
    ship_scores(regenerated.FOLDER.parents[1], "regenerated", "0.75-8", NAMES, sticks, draws=8)
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


def test_two_images_of_one_pair_are_told_apart(tiny):
    titles = [each.title for each in choose_examples((), 3, 0, 1)]
    assert len(set(titles)) == 3
