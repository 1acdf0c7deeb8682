"""Blends lie between the shapes they are made of."""

import numpy as np
import pytest

from gcbook.illusions.drawings import FIGURE, GROUND
from gcbook.miniworld.blends import blend_masks, draw_blends
from gcbook.miniworld.silhouettes import load_silhouettes


def disc(radius, side=64):
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    return (np.hypot(x, y) < radius).astype(np.float32)


def test_a_disc_between_two_discs_has_the_mean_radius():
    for small, large in ((10, 20), (14, 16), (10, 10)):
        area = blend_masks(disc(small), disc(large)).sum()
        assert np.sqrt(area / np.pi) == pytest.approx((small + large) / 2, abs=0.15)


def test_blends_are_drawn_by_lot_from_test_silhouettes_no_pair_twice():
    blends = draw_blends(30)
    assert len({frozenset(each.categories) for each in blends}) == 30
    assert all(each.categories[0] != each.categories[1] for each in blends)
    silhouettes = load_silhouettes("test")
    known = dict(zip(silhouettes.names, silhouettes.categories, strict=True))
    for each in blends:
        assert tuple(known[name] for name in each.names) == each.categories
        assert each.image.shape == (32, 32, 3)
        assert each.image.min() >= FIGURE - 1e-6
        assert each.image.max() <= GROUND + 1e-6
        # Nearer to each of the two than they are to each other.
        shape = (each.image[..., 0] - GROUND) / (FIGURE - GROUND)
        apart = np.abs(each.masks[0] - each.masks[1]).sum()
        assert all(np.abs(shape - mask).sum() < apart for mask in each.masks)
    again = draw_blends(40)[:30]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(blends, again, strict=True))
