"""The numbers that the default world rests on come out again."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.miniature_world.tables import (
    patch_accuracy,
    silhouette_sources,
    texture_ratio,
)
from gcbook.miniworld.silhouettes import load_silhouettes


@pytest.mark.parametrize("slope", [0.8, 1.0, 1.2, 1.5])
def test_ratio_is_that_of_the_energies_of_octaves(slope):
    def energy(low, high):
        """Of a band in two dimensions: amplitude squared, times frequency, over frequencies."""
        f = np.linspace(low, high, 200_001)
        return np.trapezoid(f ** (-2 * slope) * f, f)

    texture = energy(4, 8)
    figure = sum(energy(2.0**k, 2.0 ** (k + 1)) for k in (-1, 0, 1))
    assert texture_ratio(slope) == pytest.approx(math.sqrt(texture / figure), rel=1e-4)


def test_equal_energy_in_every_octave_leaves_texture_one_in_three():
    assert texture_ratio(1.0) == pytest.approx(math.sqrt(1 / 3))


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
