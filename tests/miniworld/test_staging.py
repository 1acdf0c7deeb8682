"""An image by name: chance within the world's bounds, contrast by hand."""

from dataclasses import replace

import numpy as np
import pytest

from gcbook.files.errors import InputError
from gcbook.miniworld import staging
from gcbook.miniworld.staging import compose_stage, find_silhouette, stage_of
from gcbook.miniworld.world import WORLD

CALM = replace(WORLD, background_ratio=(0.0, 0.0), figure_ground=(0.4, 0.4))
EVERYWHERE = np.full((64, 64), 255, np.uint8)


def luma(name, contrast, silhouette=None):
    shape = find_silhouette(name) if silhouette is None else silhouette
    return compose_stage(shape, name, contrast)[..., 0] / 255


def test_without_contrast_the_object_is_flat_and_as_light_as_the_stage_says(monkeypatch):
    monkeypatch.setattr(staging, "WORLD", CALM)
    name = "bear1-cat-0"
    stage, image = stage_of(name), luma(name, 0.0)
    assert image[16, 16] == pytest.approx(stage.figure, abs=1 / 255)
    assert image[0, 0] == pytest.approx(stage.ground, abs=1 / 255)
    assert abs(stage.figure - stage.ground) == pytest.approx(0.4)


def test_contrast_is_the_texture_s_deviation_over_that_of_figure_and_ground(monkeypatch):
    monkeypatch.setattr(staging, "WORLD", replace(CALM, supersampling=1, scale=(2.0, 2.0)))
    for contrast in (0.2, 0.4):
        image = luma("drawing1-airplane-0", contrast, EVERYWHERE)
        assert image.std() / 0.2 == pytest.approx(contrast, rel=0.02)


@pytest.mark.parametrize("name", ["cat0", "cat999-dog-0", "duck1-dog-0"])
def test_a_silhouette_that_there_is_not(name):
    with pytest.raises(InputError, match="expected a name like cat3"):
        find_silhouette(name)


@pytest.mark.parametrize(
    ("name", "contrast"), [("cat3-lion-0", 0.4), ("cat3-dog-x", 0.4), ("cat3-dog-0", -0.1)]
)
def test_what_cannot_be_composed(name, contrast):
    with pytest.raises(InputError, match="expected a name like cat3-dog-0"):
        compose_stage(EVERYWHERE, name, contrast)
