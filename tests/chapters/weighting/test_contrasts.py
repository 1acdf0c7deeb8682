"""Paired differences between weightings, from curves written by hand."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.weighting import contrasts
from gcbook.chapters.weighting.contrasts import contrast_rows, held_rows
from gcbook.miniworld.results.sweep import DECAYS, Curves
from gcbook.miniworld.results.two_worlds import WORLDS
from gcbook.stats.resampling import Resampling

SPREAD = np.array([0.0, -0.01, 0.01])
"""A value and two draws."""


def test_accuracy_is_held_where_the_whole_interval_is_within_the_margin():
    rows = pd.DataFrame(
        {
            "change_low": [-0.06, -0.04, 0.0, -0.01, np.nan],
            "change_high": [0.0, 0.04, 0.0, 0.06, np.nan],
        }
    )
    assert held_rows(rows)["held"].tolist() == [False, True, True, False, False]


@pytest.fixture
def rows(monkeypatch):
    def curves(recipe, world, decays, *, resampling):
        """Shape bias falls with k from 1 to 0, accuracy rises; all vary together."""
        falls = 1 - np.array(decays)[:, None] / max(decays) + 10 * SPREAD
        if recipe == "mini-latent":
            falls = falls / 2
        return Curves(tuple(decays), 1 - falls[None], np.stack([falls, falls + 0.1]))

    monkeypatch.setattr(contrasts, "curves_of", curves)
    monkeypatch.setattr(contrasts, "resnet_bias", lambda world, resampling: 0.5 + SPREAD)
    sweep = pd.DataFrame(
        [
            (title, model, k, 5 <= k <= 10)
            for title in WORLDS.values()
            for model in ("mini-pixel", "mini-latent")
            for k in DECAYS
        ],
        columns=["world", "model", "k", "held"],
    )
    table = contrast_rows(sweep, resampling=Resampling(draws=2))
    return table[table["world"] == "Default world"].set_index(["model", "contrast"])


def ends(rows, model, contrast):
    return rows.loc[[(model, contrast)], ["low", "high"]].to_numpy()


def test_what_varies_together_does_not_widen_a_difference(rows):
    assert ends(rows, "mini-pixel", "whole") == pytest.approx(np.ones((2, 2)))
    assert ends(rows, "mini-pixel", "held_range") == pytest.approx(np.full((2, 2), 0.25))
    assert ends(rows, "mini-latent", "flat_accuracy") == pytest.approx(np.full((1, 2), -0.175))


def test_every_network_and_every_held_k_has_a_row(rows):
    assert len(ends(rows, "mini-pixel", "beyond")) == 2 * 6
    assert len(ends(rows, "mini-pixel", "held_over_resnet")) == 2 * 6
    low, high = ends(rows, "mini-pixel", "three_over_resnet")[1]
    assert low < 0.85 + 0.1 - 0.5 < high


def test_pixels_are_compared_with_latents(rows):
    (found,) = ends(rows, "mini-pixel", "costs_more")
    assert found == pytest.approx([0.175, 0.175])
    low, high = ends(rows, "mini-pixel", "over_latent")[0]
    assert low < 0.65 / 2 < high
