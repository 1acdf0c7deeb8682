"""The numbers that the default world rests on come out again."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.miniature_world.tables import (
    diagnosticity_sentence,
    patch_accuracy,
    silhouette_sources,
    texture_ratio,
    texture_ratios,
    world_table,
)
from gcbook.miniworld.silhouettes import load_silhouettes
from gcbook.miniworld.world import DEFAULT_WORLD
from gcbook.stats.summaries import load_summaries


@pytest.mark.parametrize("slope", [0.8, 1.0, 1.2, 1.5])
def test_ratio_is_that_of_the_energies_of_octaves(slope):
    def energy(low, high):
        """Of a band in two dimensions: amplitude squared, times frequency, over frequencies."""
        f = np.linspace(low, high, 200_001)
        return np.trapezoid(f ** (-2 * slope) * f, f)

    texture = energy(4, 8)
    figure = sum(energy(2.0**k, 2.0 ** (k + 1)) for k in (-1, 0, 1))
    assert texture_ratio(slope) == pytest.approx(math.sqrt(texture / figure), rel=1e-4)


def test_more_octaves_below_make_texture_fainter():
    assert texture_ratio(1.2, 4) < texture_ratio(1.2, 3) < texture_ratio(1.2, 2)
    assert texture_ratio(1.0, 4) == pytest.approx(0.5)


def test_the_worlds_bounds_are_the_ratios_to_two_digits():
    table = texture_ratios().set_index("image")
    for name in ("shallowest", "steepest"):
        assert round(table.loc[name, "ratio"], 2) == table.loc[name, "bound"]
    assert np.isnan(table.loc["average", "bound"])
    assert table["ratio"].is_monotonic_decreasing
    other = texture_ratios(replace(DEFAULT_WORLD, texture_ratio=(0.1, 0.9))).set_index("image")
    assert other.loc[["shallowest", "steepest"], "bound"].tolist() == [0.9, 0.1]


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


def test_the_default_diagnosticity_agrees_with_the_public_trials():
    summaries = load_summaries()
    assert round(patch_accuracy(summaries)["accuracy"], 2) == DEFAULT_WORLD.diagnosticity
    assert (
        "the number that the world's diagnosticity was taken from, 0.89"
        in diagnosticity_sentence(summaries)
    )


def test_a_diagnosticity_that_does_not_agree_is_said_not_to():
    summaries = counts([("bagnet33", "colour", "bw", "cat", "cat", 1)])
    said = diagnosticity_sentence(summaries)
    assert "100.0% of 1 " in said and "**not** the number that the world has" in said
    assert "not among the data" in diagnosticity_sentence(counts([]))


def test_values_are_the_worlds():
    values = world_table().set_index("choice")["value"]
    assert values["Diagnosticity"] == "0.89" and values["Colour"] == "none"
    assert values["Texture contrast"].startswith("0.27 to 0.75")
    assert values["Tilt of textures"].startswith("−17 to 17°")
    other = world_table(replace(DEFAULT_WORLD, diagnosticity=0.5, colour=0.2, flip=False))
    changed = other.set_index("choice")["value"]
    assert changed["Diagnosticity"] == "0.5" and changed["Colour"] == "up to 0.2 from grey"
    assert "mirrored" in values["Pose"] and "mirrored" not in changed["Pose"]


def test_every_icon_has_an_author():
    table = silhouette_sources()
    assert table.notna().all().all()
    assert table["icons"].sum() == len(set(load_silhouettes().names))
    assert table["icons"].is_monotonic_decreasing
    assert not table.duplicated(["collection", "author", "licence"]).any()
