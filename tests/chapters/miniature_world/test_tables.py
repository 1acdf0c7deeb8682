"""How the miniatures were trained, and the numbers that the default world rests on."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.miniature_world.tables import (
    patch_accuracy,
    silhouette_sources,
    texture_ratio,
    training_table,
)
from gcbook.miniworld.results.shipped import model_card
from gcbook.miniworld.silhouettes import load_silhouettes


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


@pytest.mark.parametrize("slope", [0.8, 1.0, 1.2, 1.5])
def test_ratio_is_that_of_the_energies_of_octaves(slope):
    def energy(low, high):
        """Of a band in two dimensions: amplitude squared, times frequency, over frequencies."""
        f = np.linspace(low, high, 200_001)
        return np.trapezoid(f ** (-2 * slope) * f, f)

    texture = energy(4, 8)
    figure = sum(energy(2.0**k, 2.0 ** (k + 1)) for k in (-1, 0, 1))
    assert texture_ratio(slope) == pytest.approx(math.sqrt(texture / figure), rel=1e-4)


def counts(rows):
    columns = ["observer", "dataset", "condition", "category", "response", "n"]
    return SimpleNamespace(counts=pd.DataFrame(rows, columns=columns))


def test_accuracy_of_patches_counts_grey_photographs_only():
    found = patch_accuracy(
        counts(
            [
                ("bagnet33", "colour", "bw", "cat", "cat", 3),
                ("bagnet33", "colour", "bw", "cat", "dog", 1),
                ("bagnet33", "colour", "cr", "cat", "dog", 90),
                ("bagnet33", "edge", "bw", "cat", "dog", 90),
                ("resnet50", "colour", "bw", "cat", "dog", 90),
            ]
        )
    )
    assert found == {"accuracy": 0.75, "images": 4}


def test_every_icon_has_an_author():
    table = silhouette_sources()
    assert table.notna().all().all()
    assert table["icons"].sum() == len(set(load_silhouettes().names))
    assert table["icons"].is_monotonic_decreasing
    assert not table.duplicated(["collection", "author", "licence"]).any()
