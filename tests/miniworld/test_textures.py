"""Textures: of one strength, told apart by family, at any resolution."""

import math

import pytest
import torch

from gcbook.miniworld.textures import TEXTURES, draw_textures

NAMES = tuple(TEXTURES)


def draw(family, *, count=6, size=64, seed=0, period=5 / 32, tilt=0.0):
    return draw_textures(
        torch.full((count,), NAMES.index(family)),
        NAMES,
        torch.full((count,), period),
        torch.full((count,), tilt),
        size,
        torch.Generator().manual_seed(seed),
    )


@pytest.mark.parametrize("family", NAMES)
def test_all_families_have_one_strength(family):
    drawn = draw(family)
    assert torch.isfinite(drawn).all()
    torch.testing.assert_close(drawn.mean(dim=(1, 2)), torch.zeros(6), atol=1e-5, rtol=0)
    torch.testing.assert_close(drawn.std(dim=(1, 2)), torch.ones(6), atol=1e-4, rtol=0)


def test_period_and_tilt_are_what_was_asked():
    """The strongest frequency of stripes lies at one period, in the direction of the tilt."""
    size = 128
    for period, tilt in [(1 / 8, 0.0), (1 / 16, 0.0), (1 / 8, math.pi / 2), (1 / 10, 0.3)]:
        image = draw("stripes", count=1, size=size, period=period, tilt=tilt)[0]
        power = torch.fft.fft2(image).abs()
        row, column = divmod(int(power.argmax()), size)
        y, x = ((each + size // 2) % size - size // 2 for each in (row, column))
        assert math.hypot(x, y) == pytest.approx(1 / period, abs=1.01)
        # The stripes' normal is the rotated vertical.
        expected = (math.pi / 2 + tilt) % math.pi
        found = math.atan2(y, x) % math.pi
        assert min(abs(found - expected), math.pi - abs(found - expected)) < 0.1


def test_a_picture_is_the_same_at_two_resolutions():
    coarse, fine = draw("honeycomb", size=32), draw("honeycomb", size=128)
    shrunk = torch.nn.functional.avg_pool2d(fine[:, None], 4)[:, 0]
    for one, two in zip(coarse, shrunk, strict=True):
        assert torch.corrcoef(torch.stack([one.flatten(), two.flatten()]))[0, 1] > 0.6
