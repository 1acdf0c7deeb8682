"""How the miniatures were trained, and what is compared."""

import pytest

from gcbook.chapters.miniature_world.tables import training_table
from gcbook.miniworld.results.shipped import model_card


def test_training_is_read_from_the_record():
    (row,) = training_table(["mini-cnn", "mini-cnn-seed1"]).to_dict("records")
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
