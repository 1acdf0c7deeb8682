"""Colours can be told from both pages, and ordered ones from each other."""

from itertools import pairwise

import pytest

from gcbook.charts.theme import DARK, INK, ORDERED, PAGE, SEQUENTIAL

PAGES = {"light": "#ffffff", "dark": "#14181e"}


def luminance(color):
    """Relative luminance by WCAG 2.1."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("page", PAGES)
def test_ordered_colours_fade_into_the_page_and_stay_legible(page):
    colors = ORDERED if page == "light" else [DARK[color] for color in ORDERED]
    found = [contrast(color, PAGES[page]) for color in colors]
    assert all(more > 1.3 * less for more, less in pairwise(found))
    assert min(found) > 3


@pytest.mark.parametrize("page", PAGES)
def test_cells_are_faint_at_zero_and_strong_at_the_end_with_legible_numbers(page):
    names = (*SEQUENTIAL, INK, PAGE)
    faint, strong, ink, ground = names if page == "light" else (DARK[name] for name in names)
    assert ground == PAGES[page]
    assert 1.15 < contrast(faint, PAGES[page]) < 1.5
    assert contrast(strong, PAGES[page]) > 10
    assert min(contrast(faint, ink), contrast(strong, ground)) > 7
