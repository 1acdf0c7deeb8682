"""Answers of the shipped classifiers to noised images."""

import pandas as pd
import pytest
from tiny.made import set_of

from gcbook.miniworld.results.noised import (
    CLEAN,
    DRAWS,
    MEASURES,
    ONE_DRAW,
    category_changes,
    change_rows,
    discriminative_models,
    noise_answers,
)
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import PLAIN

SHARES = {
    ("mini-cnn", CLEAN): (2, 6, 9),
    ("mini-cnn-seed1", CLEAN): (4, 4, 9),
    ("mini-cnn-noise", CLEAN): (6, 2, 8),
    ("mini-cnn-noise", ONE_DRAW): (4, 0, 5),
}
"""How many of ten conflicts are answered by shape and by texture, and of ten other images right."""


def answers(shares):
    """Marked answers that are as many."""
    rows = []
    for (model, tested), (shape, texture, right) in shares.items():
        trained = "noised" if "noise" in model else "clean"
        about = {"observer": model, "recipe": model.partition("-seed")[0], "trained": trained}
        for i in range(10):
            category = ("cat", "dog")[i % 2]
            image = {"tested": tested, "category": category, "silhouette": f"{category}{i}"}
            cue = "shape" if i < shape else "texture" if i < shape + texture else "other"
            conflict = {"dataset": "cue-conflict", "cue": cue, "right": False}
            plain = {"dataset": PLAIN, "cue": "agree", "right": i < right}
            rows += [about | image | each for each in (conflict, plain)]
    return pd.DataFrame(rows)


def test_every_classifier_has_its_answers_to_every_draw():
    shown = {each.image_id for each in set_of(PLAIN)}
    for model in discriminative_models():
        answers = noise_answers([model])
        answers = answers[(answers["tested"] == ONE_DRAW) & (answers["dataset"] == PLAIN)]
        assert set(answers["observer"]) == {model}
        assert sorted(answers["draw"].unique()) == [*range(DRAWS)]
        assert set(answers["image_id"]) == shown


def test_categories_change_from_no_noise_to_noise_in_training_and_testing():
    rows = category_changes(answers(SHARES), resampling=Resampling(draws=200))
    rows = rows.set_index("category")
    # Even images are cats: see above; of the noised ones none names a texture.
    assert rows.loc["cat", ["before", "after", "change"]].tolist() == [0.375, 1, 0.625]
    assert rows["low"].le(rows["change"]).all() and rows["high"].ge(rows["change"]).all()


def test_changes_are_differences_of_cells():
    rows = change_rows(answers(SHARES), resampling=Resampling(draws=200)).set_index(
        ["step", "measure"]
    )
    training = rows.loc[("training", MEASURES["shape_bias"])]
    assert (training["before"], training["after"]) == (0.375, 0.75)
    assert training["change"] == 0.375
    assert training["low"] <= 0.375 <= training["high"]
    assert training["after_low"] <= training["after"] <= training["after_high"]
    testing = rows.loc[("testing as well", MEASURES["accuracy"])]
    assert testing["change"] == pytest.approx(-0.3)


def test_without_both_recipes_each_is_compared_with_itself():
    alone = answers({each: n for each, n in SHARES.items() if each[0] == "mini-cnn-noise"})
    changes = change_rows(alone, resampling=Resampling(draws=0))
    assert set(changes["step"]) == {"testing as well"}
