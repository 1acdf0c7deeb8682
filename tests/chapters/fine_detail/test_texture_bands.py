"""Where the textures are: bands that add up, gratings that are where they should be."""

import numpy as np
import pytest
import torch

from gcbook.chapters.fine_detail import texture_bands
from gcbook.chapters.fine_detail.restored import band_name
from gcbook.chapters.fine_detail.texture_bands import (
    MOST,
    texture_left,
    texture_power_rows,
    texture_sentence,
    textures_bands,
)
from gcbook.miniworld.world import ALL_CATEGORIES, DEFAULT_WORLD
from gcbook.noise.spectrum import octave_bands

BANDS = [band_name(band) for band in octave_bands(DEFAULT_WORLD.resolution)]


def waves(cycles):
    """Patterns of two families, waves with so many cycles an image."""
    across = np.arange(32) / 32
    one, other = (np.cos(2 * np.pi * each * across)[None] + np.zeros((32, 1)) for each in cycles)
    return np.stack([one, other])[:, None]


def test_every_textures_power_is_shared_out():
    rows = texture_power_rows()
    assert rows["category"].unique().tolist() == list(ALL_CATEGORIES)
    assert rows["band"].unique().tolist() == BANDS
    assert rows.groupby("texture")["share"].sum().to_numpy() == pytest.approx(1)
    # Straight stripes of 4.25 to 5.75 pixels have 5.6 to 7.5 cycles in 32, and no coarser ones.
    stripes = rows[rows["texture"] == "stripes"].set_index("band")["share"]
    assert stripes["4 to 8"] > 0.75
    assert stripes["1 to 2"] + stripes["2 to 4"] < 0.02


def test_the_fewest_fine_bands_that_have_most_are_the_textures():
    rows = texture_power_rows()
    mean = rows.groupby("band", sort=False)["share"].mean()
    theirs = textures_bands(rows)
    assert list(theirs) == BANDS[-len(theirs) :]
    assert mean[list(theirs)].sum() >= MOST > mean[list(theirs[1:])].sum()


@pytest.mark.parametrize(("cut", "at"), [("low-4", 4), ("low-8", 8)])
def test_half_of_a_wave_is_left_where_the_filter_is_cut(monkeypatch, cut, at):
    monkeypatch.setattr(texture_bands, "_patterns", lambda: waves((at, 2 * at)))
    assert texture_left(cut) == "28% on average (6% to 50%, by family)"


def test_the_sentence_names_the_coarsest_texture(monkeypatch):
    monkeypatch.setattr(texture_bands, "_patterns", lambda: waves((2, 6)))
    monkeypatch.setattr(texture_bands, "MOST", 0.5)
    monkeypatch.setattr(texture_bands, "ALL_CATEGORIES", ("cat", "dog"))
    world = type("World", (), {"resolution": 32, "textures": ("plaid", "dots")})
    monkeypatch.setattr(texture_bands, "DEFAULT_WORLD", world)
    said = texture_sentence(texture_power_rows())
    assert "50% in 2 to 4, 50% in 4 to 8" in said
    assert "over 2 families" in said
    assert "from 0% (plaid, worn by cat) to 100%" in said


def test_patterns_are_drawn_as_the_world_draws_them(monkeypatch):
    seen = {}
    real = texture_bands.draw_textures

    def watch(families, names, wavelength, tilt, size, generator):
        seen.update(wavelength=wavelength, tilt=tilt, size=size, names=names)
        return real(families, names, wavelength, tilt, size, generator)

    monkeypatch.setattr(texture_bands, "draw_textures", watch)
    texture_bands._patterns.__wrapped__()
    world = DEFAULT_WORLD
    assert seen["names"] == world.textures
    assert seen["size"] == world.resolution * world.supersampling
    period = seen["wavelength"] * world.resolution
    assert period.min() >= world.period[0]
    assert period.max() <= world.period[1]
    assert torch.rad2deg(seen["tilt"]).abs().max() <= world.tilt[1]
