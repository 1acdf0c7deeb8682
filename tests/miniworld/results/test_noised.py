"""A shipped classifier on noised images."""

import shutil
from collections import Counter

import pytest
from tiny.made import set_of
from tiny.noise_answers import SHARES, answers
from tiny.shipped import ship_model, use_data

from gcbook.classifiers import noised
from gcbook.files.manifest import DATA
from gcbook.miniworld.results import noised as results
from gcbook.miniworld.results.answers import mark, miniature_answers
from gcbook.miniworld.results.noised import (
    DRAWS,
    MEASURES,
    asked_anew,
    category_changes,
    change_rows,
    discriminative_models,
    keep_noised,
    noised_answers,
)
from gcbook.miniworld.results.shipped import has_weights
from gcbook.miniworld.testsets import make_test_set
from gcbook.noise.draws import keyed_noise
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT, PLAIN


@pytest.fixture
def draws(monkeypatch):
    """Let each image have so many draws of noise."""
    return lambda number: monkeypatch.setattr(results, "DRAWS", number)


def test_every_draw_answers(draws):
    draws(2)
    found = mark(asked_anew(["mini-cnn"], ["texture"]))
    clean = miniature_answers(["texture"], ["mini-cnn-noise"])
    assert sorted(found["draw"].unique()) == [0, 1]
    by_draw = {draw: rows.set_index("image_id") for draw, rows in found.groupby("draw")}
    for rows in by_draw.values():
        assert set(rows.index) == set(clean["image_id"])
        assert (rows["right"] == (rows["response"] == rows["category"])).all()
    # Noise changes answers.
    both = by_draw[0]["response"] == by_draw[1]["response"].loc[by_draw[0].index]
    assert not both.all()
    again = mark(asked_anew(["mini-cnn"], ["texture"]))
    assert again.equals(found)


def test_all_models_are_shown_the_same_noise_which_is_drawn_once(monkeypatch, draws):
    draws(1)
    drawn = Counter()

    def counted(rule, image_id, draw, shape):
        drawn[image_id, draw] += 1
        return keyed_noise(rule, image_id, draw, shape)

    monkeypatch.setattr(noised, "keyed_noise", counted)
    found = asked_anew(["mini-cnn", "mini-cnn"], ["texture"])
    assert set(drawn) == {(image_id, 0) for image_id in found["image_id"]}
    assert set(drawn.values()) == {1}


def test_a_model_without_weights_answers_as_it_did_when_it_had_them(tmp_path, monkeypatch):
    original = DATA.path("models/mini-cnn-calibrated")
    data = use_data(tmp_path, monkeypatch)
    folder = shutil.copytree(original, data / "models" / "mini-cnn-calibrated-seed1")
    scores = data / "scores" / "mini-cnn-calibrated-seed1"
    scores.mkdir()
    few = {name: set_of(name).first(16) for name in (CONFLICT, PLAIN)}
    monkeypatch.setattr(results, "make_test_set", few.__getitem__)
    asked = noised_answers(["mini-cnn-seed1"], [CONFLICT, PLAIN])
    keep_noised("mini-cnn-seed1", scores)
    (folder / "model.safetensors").unlink()
    kept = noised_answers(["mini-cnn-seed1"], [CONFLICT, PLAIN])
    assert kept.equals(asked)
    alone = noised_answers(["mini-cnn-seed1"], [PLAIN])
    assert set(alone["dataset"]) == {PLAIN}
    assert len(alone) == 16 * DRAWS


def test_seeds_whose_weights_do_not_ship_have_their_answers():
    shown = {each.image_id for each in make_test_set(PLAIN)}
    for model in discriminative_models():
        if has_weights(model):
            continue
        answers = noised_answers([model], [PLAIN])
        assert set(answers["observer"]) == {model}
        assert sorted(answers["draw"].unique()) == [*range(DRAWS)]
        assert set(answers["image_id"]) == shown


def test_categories_change_from_no_noise_to_noise_in_training_and_testing():
    rows = category_changes(answers(SHARES), resampling=Resampling(draws=200))
    rows = rows.set_index("category")
    # Even images are cats: see above; of the noised ones none names a texture.
    assert rows.loc["cat", ["before", "after", "change"]].tolist() == [0.375, 1, 0.625]
    assert rows["low"].le(rows["change"]).all() and rows["high"].ge(rows["change"]).all()


def test_classifiers_of_both_recipes_are_found(tmp_path, monkeypatch):
    data = use_data(tmp_path, monkeypatch)
    for name in ("mini-cnn", "mini-cnn-seed2", "mini-cnn-noise", "mini-pixel"):
        ship_model(data, name)
    ship_model(data, "mini-cnn-noise-seed1", weights=False)
    assert discriminative_models() == (
        *("mini-cnn", "mini-cnn-seed2", "mini-cnn-noise", "mini-cnn-noise-seed1"),
    )


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
    alone = answers(SHARES, models=("mini-cnn-noise",))
    changes = change_rows(alone, resampling=Resampling(draws=0))
    assert set(changes["step"]) == {"testing as well"}
