"""Colours can be told from both pages, and ordered ones from each other."""

from itertools import combinations

import numpy as np
import pytest

from gcbook.charts.theme import DARK, HUES, SERIES

PAGES = {"light": "#ffffff", "dark": "#14181e"}


def luminance(color):
    """Relative luminance by WCAG 2.1."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


BLINDNESS = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}
"""What is left of linear RGB, by Machado, Oliveira and Fernandes (2009)."""


def lab(color, blindness):
    """CIE L*a*b* of a colour as it is seen."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    seen = np.clip(np.asarray(BLINDNESS[blindness]) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.asarray(to_xyz) @ seen / [0.9505, 1, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "palette", [tuple(dict.fromkeys(HUES.values())), SERIES], ids=["models", "series"]
)
def test_colours_that_meet_in_a_chart_stay_apart(palette, page, blindness):
    colors = palette if page == "light" else [DARK.get(color, color) for color in palette]
    apart = [
        np.linalg.norm(lab(one, blindness) - lab(other, blindness))
        for one, other in combinations(colors, 2)
    ]
    assert min(apart) > (30 if blindness == "none" else 14)
    assert min(contrast(color, PAGES[page]) for color in colors) > 3
