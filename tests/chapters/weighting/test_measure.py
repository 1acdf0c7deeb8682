"""The chapter's measure, from the shipped errors."""

import numpy as np
import pytest
from tiny.notebooks import names_after

from gcbook.miniworld.results.sweep import measures_under
from gcbook.stats.resampling import Resampling


@pytest.fixture(scope="module")
def measures():
    return names_after("weighting", "measure")["measures"]


@pytest.mark.parametrize(("k", "bias"), [(0, 0.511), (3, 0.249), (7, 0.113), (20, 0.057)])
def test_shape_bias_falls_with_k(measures, k, bias):
    found = measures(["mini-pixel"], lambda t: np.exp(-k * t))
    assert found["shape bias"] == pytest.approx(bias, abs=5e-4)


def test_the_cells_and_the_sweep_agree(measures):
    rows = measures_under("mini-latent", [2, 7], resampling=Resampling(draws=0))
    row = rows.set_index("k").loc[2]
    found = measures(["mini-latent", "mini-latent-seed1"], lambda t: np.exp(-2 * t))
    names = ["shape_accuracy", "texture_accuracy", "shape_bias", "accuracy"]
    asked = [found[each] for each in ("shape", "texture", "shape bias", "accuracy")]
    assert asked == pytest.approx(row[names].tolist())
