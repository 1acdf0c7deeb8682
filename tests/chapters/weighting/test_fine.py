"""Where textures are, and what is read of filtered and of high-pass images."""

import numpy as np
import pandas as pd
import pytest
import torch
from tiny.shipped import CONFLICTS, least, ship_model, ship_scores, use_data
from tiny.stores import rewrite

from gcbook.chapters.weighting import fine
from gcbook.chapters.weighting.fine import (
    COARSE,
    FINE,
    MOST,
    commonest_share,
    filtered_rows,
    high_pass_rows,
    texture_shares,
    textures_bands,
)
from gcbook.chapters.weighting.restored import band_name
from gcbook.miniworld.world import DEFAULT_WORLD
from gcbook.noise.spectrum import octave_bands
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.resampling import Resampling

OCTAVES = [band_name(band) for band in octave_bands(DEFAULT_WORLD.resolution)]
NONE = Resampling(draws=0)


def test_the_textures_power_is_shared_out():
    shares = texture_shares()
    assert shares.index.tolist() == OCTAVES
    assert shares.sum() == pytest.approx(1)


def test_the_fewest_fine_bands_that_have_most_are_the_textures():
    shares = pd.Series([0.1, 0.2, 0.4, 0.3], OCTAVES)
    assert textures_bands(shares) == tuple(OCTAVES[1:])
    assert textures_bands(pd.Series([0.1, 0.1, 0.0, 0.8], OCTAVES)) == (OCTAVES[3],)
    assert MOST == 0.75


def test_patterns_are_drawn_as_the_world_draws_them(monkeypatch):
    seen = {}
    real = fine.draw_textures

    def watch(families, names, wavelength, tilt, size, generator):
        seen.update(wavelength=wavelength, tilt=tilt, size=size, names=names)
        return real(families, names, wavelength, tilt, size, generator)

    monkeypatch.setattr(fine, "draw_textures", watch)
    texture_shares()
    world = DEFAULT_WORLD
    assert seen["names"] == world.textures
    assert seen["size"] == world.resolution * world.supersampling
    period = seen["wavelength"] * world.resolution
    assert world.period[0] <= period.min() and period.max() <= world.period[1]
    assert torch.rad2deg(seen["tilt"]).abs().max() <= world.tilt[1]


def test_coarse_and_fine_images_are_told_apart(tmp_path, monkeypatch):
    """Right on coarse ones; only images whose texture is their own category's count."""
    data = use_data(tmp_path / "data", monkeypatch)
    pairs = [(c, c) for c in CATEGORIES] + [("cat", "dog")]
    names = [f"{a}1-{b}1-{band}.png" for band in (COARSE, FINE, "low-8") for a, b in pairs]

    def read_of(band):
        def errors(rows):
            read = rows["image_id"].str.contains(band) & (rows["texture"] == rows["category"])
            return least(rows, np.where(read, rows["category"], "oven"))

        return errors

    models = ("mini-cnn", "mini-cnn-noise")
    for model, band in zip(models, (COARSE, FINE), strict=True):
        ship_model(data, model)
        ship_scores(data, model, "filtered", names, read_of(band), kind="discriminative")
        rewrite(
            data / f"scores/{model}/filtered/images.parquet",
            lambda images: images.assign(
                condition=images["image_id"].str.extract(r"-((?:low|high)-\d)\.png")[0]
            ),
        )
    rows = filtered_rows(models, resampling=NONE).set_index(["observer", "condition"])
    assert rows["n"].tolist() == [16] * 4
    assert rows.loc[("mini-cnn", COARSE), "accuracy"] == 1
    assert rows.loc[("mini-cnn", FINE), "accuracy"] == 1 / 16
    # All but the oven that the other one answers anyway is lost, and gained.
    for model in models:
        changes = [rows.loc[(model, band), "change"] for band in (COARSE, FINE)]
        assert changes == [-15 / 16, 15 / 16]


def test_a_steep_weighting_listens_to_little_noise(tmp_path, monkeypatch):
    """Right at much noise alone; at little noise everything is an oven."""
    data = use_data(tmp_path, monkeypatch)
    ship_model(data, "mini-pixel")
    names = [name for name in CONFLICTS if not name.startswith("oven")]

    def late(rows):
        return least(rows, np.where(rows["t"] > 0.5, rows["category"], "oven"))

    ship_scores(data, "mini-pixel", "high-pass", names, late, condition="1.0")
    rows = high_pass_rows(["mini-pixel"], resampling=Resampling(draws=100)).set_index("k")
    assert rows.loc[20, "accuracy"] == 0
    assert rows.loc[7, ["change", "change_low", "change_high"]].tolist() == [0, 0, 0]
    change = rows.loc[20, "accuracy"] - rows.loc[7, "accuracy"]
    assert rows.loc[20, "change"] == pytest.approx(change, abs=1e-4)
    assert commonest_share("mini-pixel") == pytest.approx(1 - rows.loc[7, "accuracy"], abs=1e-3)
