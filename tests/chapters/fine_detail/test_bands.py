"""What miniatures do with bands of frequency, from scores that are made up."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny.shipped import least, ship_model, ship_scores, use_data
from tiny.stores import rewrite

from gcbook.chapters.fine_detail import bands
from gcbook.chapters.fine_detail.bands import (
    MEASURES,
    MOST,
    ORDER,
    band_rows,
    texture_power_rows,
    textures_bands,
)
from gcbook.chapters.fine_detail.restored import band_name
from gcbook.miniworld.bands import BANDS
from gcbook.miniworld.results.shipped import shipped_models
from gcbook.miniworld.world import DEFAULT_WORLD
from gcbook.noise.spectrum import octave_bands
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.resampling import Resampling

PAIRS = [(CATEGORIES[i], CATEGORIES[i - 1]) for i in range(16)]


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Right where coarse detail is left, by shape; by texture where only fine detail is."""
    data = use_data(tmp_path / "data", monkeypatch)
    ship_model(data, "mini-cnn")
    for test_set, pairs in (
        ("filtered", [(c, c) for c in CATEGORIES]),
        ("filtered-conflict", PAIRS),
    ):
        names = [f"{shape}1-{texture}1-{band}.png" for band in BANDS for shape, texture in pairs]

        def errors(rows):
            fine = rows["image_id"].str.contains("-high-4")
            return least(rows, np.where(fine, rows["texture"], rows["category"]))

        ship_scores(data, "mini-cnn", test_set, names, errors, kind="discriminative")
        rewrite(
            data / "scores/mini-cnn" / test_set / "images.parquet",
            lambda images: images.assign(
                condition=images["image_id"].str.extract(r"-((?:low|high)-\d)\.png")[0]
            ),
        )
    whole = {
        "low-pass": [f"{shape}1-{shape}1-0.png" for shape, _ in PAIRS],
        # More images than were filtered; the others are left out.
        "cue-conflict": [f"{shape}{i}-{texture}1.png" for shape, texture in PAIRS for i in (1, 2)],
    }
    for test_set, names in whole.items():
        ship_scores(
            data, "mini-cnn", test_set, names, lambda r: least(r, r["category"]),
            kind="discriminative",
        )  # fmt: skip
    return data


@pytest.mark.usefixtures("shipped")
def test_every_measure_by_what_is_left():
    rows = band_rows(shipped_models(), resampling=Resampling(draws=100))
    assert set(rows["recipe"]) == {"mini-cnn"}
    assert list(dict.fromkeys(rows["band"])) == list(ORDER)
    assert list(dict.fromkeys(rows["measure"])) == list(MEASURES.values())
    value = rows.set_index(["measure", "band"])["value"]
    assert (value[MEASURES["accuracy"]] == 1).all()
    bias = value[MEASURES["shape_bias"]]
    assert bias["high-4"] == 0
    assert (bias.drop("high-4") == 1).all()
    assert value[MEASURES["texture_accuracy"], "high-4"] == 1
    assert (rows["n"] == 16).all()


OCTAVES = [band_name(band) for band in octave_bands(DEFAULT_WORLD.resolution)]


def test_every_textures_power_is_shared_out():
    rows = texture_power_rows()
    assert rows["texture"].unique().tolist() == list(DEFAULT_WORLD.textures)
    assert rows["band"].unique().tolist() == OCTAVES
    assert rows.groupby("texture")["share"].sum().to_numpy() == pytest.approx(1)
    # Straight stripes of 4.25 to 5.75 pixels have 5.6 to 7.5 cycles in 32, and no coarser ones.
    stripes = rows[rows["texture"] == "stripes"].set_index("band")["share"]
    assert stripes["4 to 8"] > 0.75
    assert stripes["1 to 2"] + stripes["2 to 4"] < 0.02


def test_the_fewest_fine_bands_that_have_most_are_the_textures():
    rows = texture_power_rows()
    mean = rows.groupby("band", sort=False)["share"].mean()
    theirs = textures_bands(rows)
    assert list(theirs) == OCTAVES[-len(theirs) :]
    assert mean[list(theirs)].sum() >= MOST > mean[list(theirs[1:])].sum()


def test_patterns_are_drawn_as_the_world_draws_them(monkeypatch):
    seen = {}
    real = bands.draw_textures

    def watch(families, names, wavelength, tilt, size, generator):
        seen.update(wavelength=wavelength, tilt=tilt, size=size, names=names)
        return real(families, names, wavelength, tilt, size, generator)

    monkeypatch.setattr(bands, "draw_textures", watch)
    world = replace(DEFAULT_WORLD, period=(6.0, 7.0))
    bands._patterns(world)
    assert seen["names"] == world.textures
    assert seen["size"] == world.resolution * world.supersampling
    period = seen["wavelength"] * world.resolution
    assert period.min() >= world.period[0]
    assert period.max() <= world.period[1]
    assert torch.rad2deg(seen["tilt"]).abs().max() <= world.tilt[1]
