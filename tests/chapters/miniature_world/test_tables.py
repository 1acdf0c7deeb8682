"""The table of the miniatures and that of their training."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.miniature_world import tables as miniature_tables
from gcbook.chapters.miniature_world.tables import (
    evaluations_of,
    fewest_silhouettes,
    miniature_results,
    own_texture_share,
    training_table,
    world_sentence,
)
from gcbook.miniworld.results.answers import mark
from gcbook.miniworld.results.shipped import model_card
from gcbook.miniworld.world import DEFAULT_WORLD
from gcbook.stats.resampling import Resampling

OPTIONS = {"resampling": Resampling(100, 0.95, 0)}


def trials(rows, observer, dataset):
    names = [name for name, _ in rows]
    return mark(
        pd.DataFrame(
            {
                "observer": observer,
                "dataset": dataset,
                "condition": "0",
                "image_id": names,
                "imagename": names,
                "category": [_category(name) for name in names],
                "response": [response for _, response in rows],
            }
        )
    )


def _category(name):
    first, _, rest = name.partition("-")
    return (rest if first == "none" else first).split(".")[0].rstrip("0123456789")


def of_model(observer, conflict, plain):
    return pd.concat(
        [
            trials(
                [("cat1-dog1.png", conflict), ("dog1-cat1.png", "dog")], observer, "cue-conflict"
            ),
            trials(
                [("cat1-cat1.png", plain), ("dog1-cat2.png", "dog")], observer, "in-distribution"
            ),
            trials([("cat1.png", "cat"), ("dog1.png", "cat")], observer, "silhouette"),
            trials([("none-cat1.png", "dog"), ("none-dog1.png", "dog")], observer, "texture"),
        ]
    )


ANSWERS = pd.concat(
    [
        of_model("mini-cnn", "cat", "cat"),
        of_model("mini-cnn-seed1", "dog", "dog"),
        of_model("mini-ar", "oven", "dog"),
    ]
)


def test_seeds_follow_the_line_of_all_of_them():
    nfe = {"mini-cnn": 1, "mini-cnn-seed1": 1, "mini-ar": 16}
    table = miniature_results(ANSWERS, nfe, **OPTIONS)
    assert table["name"].tolist() == [
        "mini-ar",
        "mini-cnn, all seeds",
        "mini-cnn, seed 0",
        "mini-cnn, seed 1",
    ]
    assert table["model"].tolist() == ["mini-ar", "", "mini-cnn", "mini-cnn-seed1"]
    assert table["seeds"].tolist() == [1, 2, 1, 1]
    assert table["nfe"].tolist() == [16, 1, 1, 1]
    assert table["side"].tolist() == ["generative", *["discriminative"] * 3]
    assert table["in_distribution"].tolist() == [0.5, 0.75, 1, 0.5]
    # Answers of both seeds: three name the shape, one the texture.
    assert table["shape_bias"].tolist() == [1, 0.75, 1, 0.5]
    assert table["shape_accuracy"].tolist() == [0.5, 0.75, 1, 0.5]
    assert table["texture_accuracy"].tolist() == [0, 0.25, 0, 0.5]
    assert table.loc[1, "shape_bias_range"] == "0.500 to 1.000"
    assert table.loc[1, "in_distribution_range"] == "0.500 to 1.000"
    assert table.loc[[0, 2, 3], "shape_bias_range"].isna().all()
    for name in ("in_distribution", "shape_bias"):
        assert (table[f"{name}_low"] <= table[name]).all()
        assert (table[name] <= table[f"{name}_high"]).all()
    assert (table["silhouette"] == 0.5).all() and (table["texture"] == 0.5).all()


def test_missing_sets_leave_gaps_and_no_draws_no_intervals():
    some = ANSWERS[(ANSWERS["observer"] == "mini-ar") & (ANSWERS["dataset"] == "silhouette")]
    (row,) = miniature_results(some, {}, **OPTIONS).to_dict("records")
    assert row["silhouette"] == 0.5
    assert np.isnan(row["in_distribution"]) and np.isnan(row["shape_bias"])
    table = miniature_results(ANSWERS, {}, resampling=Resampling(0))
    assert table["shape_bias_low"].isna().all() and table["shape_bias"].notna().all()


def test_share_that_wears_its_own_texture():
    assert own_texture_share(ANSWERS) == {"images": 2, "share": 0.5}


def test_training_is_read_from_the_record():
    (row,) = training_table(["mini-cnn"]).to_dict("records")
    card = model_card("mini-cnn")
    last = card["history"][-1]
    assert (row["model"], row["kind"], row["stands_for"]) == (
        "mini-cnn",
        "discriminative",
        "ResNet-50",
    )
    assert row["parameters"] == card["parameters"]
    assert row["images_seen"] == row["steps"] * row["batch_size"]
    assert row["epochs"] == pytest.approx(card["images_seen"] / card["train_images"])
    assert (row["loss"], row["accuracy"]) == (last["loss"], last["accuracy"])
    assert row["machine"] == "2 cores"
    assert row["builds_on"] == ""
    (other,) = training_table(["mini-ar"]).to_dict("records")
    base = model_card("mini-ar")["built_on"]
    assert other["builds_on"] == f"mini-tokens, {base['minutes']:.0f} min"


def test_a_world_that_differs_is_named(monkeypatch):
    world = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in DEFAULT_WORLD.as_dict().items()
    }
    cards = {"mini-cnn": {"world": world}, "mini-ar": {"world": {**world, "diagnosticity": 0.5}}}
    monkeypatch.setattr(miniature_tables, "model_card", cards.__getitem__)
    assert "only shipped model names exactly the default world" in world_sentence(["mini-cnn"])
    said = world_sentence(["mini-cnn", "mini-ar"])
    assert "mini-ar was trained on another world" in said and "mini-cnn" not in said
    cards["mini-ar"] = cards["mini-cnn"]
    assert "2 shipped models all name exactly" in world_sentence(["mini-cnn", "mini-ar"])


def test_evaluations_of_a_classifier_and_of_a_generator(monkeypatch):
    assert evaluations_of("cue-conflict", ["mini-cnn"]) == {"mini-cnn": 1}

    monkeypatch.setattr(miniature_tables, "shipped_store", lambda *names: names)
    monkeypatch.setattr(miniature_tables, "evaluations", {("a", "a"): 96}.__getitem__)
    monkeypatch.setattr(miniature_tables, "shipped_sets", lambda model: (model,))
    assert evaluations_of("a", ["a", "b"]) == {"a": 96}


def test_the_poorest_category_is_counted():
    rows = [(f"cat{i}-dog1.png", "cat") for i in (1, 2, 3)] + [("dog1-cat1.png", "dog")] * 2
    answers = trials(rows, "mini-cnn", "cue-conflict")
    assert fewest_silhouettes(answers) == 1
    assert fewest_silhouettes(answers.assign(dataset="silhouette")) == 0
