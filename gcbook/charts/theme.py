"""One look for all figures: humans red, generative models in their own hues, the rest grey.

Every hue reaches a contrast of 3:1 on the light and on the dark page, or has a dark twin in `DARK`.
Colours are never the only sign: kinds of observers differ in mark shape too.
"""

from collections.abc import Iterable
from typing import Any

import altair as alt

__all__ = [
    "BAND",
    "CHANCE_LINE",
    "CUES",
    "DARK",
    "DISCRIMINATIVE",
    "DIVERGING",
    "GENERATIVE",
    "FAMILY_SHAPES",
    "HUES",
    "HUMAN",
    "INK",
    "KINDS",
    "KIND_SHAPES",
    "ORDERED",
    "OWN",
    "PAGE",
    "SEQUENTIAL",
    "SERIES",
    "color_scale",
    "kinds_shown",
    "shape_scale",
]

HUMAN = "#d0273c"
DISCRIMINATIVE = "#7a7a7a"
GENERATIVE = {
    "imagen": "#0077bb",
    "stable_diffusion": "#00916e",
    "parti": "#b86e00",
    "muse": "#8a5bd6",
}
"""Published generative models by key."""

OWN = "#b5459b"
"""Models from a reader's own trials."""

SERIES = ("#37474f", "#8c7300", "#78909c", "#8d5a4a")
"""What is no observer: cues, weightings, schedules, classes of a toy. None is a hue of a model."""

CUES = {"shape": SERIES[0], "texture": SERIES[1]}

ORDERED = ("#3e2723", "#6a473b", "#93695a", "#b58876")
"""What is ordered and no observer: bands of spatial frequency, from coarse to fine."""

SEQUENTIAL = ("#d6e0e6", "#0b2d40")
"""Ends of what runs from 0 upwards on cells: faint at 0 and strong at the end, on either page."""

PAGE = "#ffffff"
"""The ground of the page, for what is written on strong cells."""
INK = "#1a1a1a"
CHANCE_LINE = "#8a8a8a"
BAND = "#8a8a8a"
"""Fill of shaded bands, to be used with an opacity of about 0.15."""

DARK = {
    PAGE: "#14181e",
    INK: "#e6e6e6",
    SEQUENTIAL[0]: "#232e36",
    SEQUENTIAL[1]: "#c3d9e5",
    DISCRIMINATIVE: "#a0a0a0",
    CHANCE_LINE: "#a0a0a0",
    BAND: "#a0a0a0",
    # Single humans are small marks, and need more contrast on dark ground.
    HUMAN: "#f0606e",
    # So does text in the hues of models.
    GENERATIVE["imagen"]: "#3fa2e6",
    GENERATIVE["muse"]: "#a983ec",
    OWN: "#d673bf",
    SERIES[0]: "#cfd8dc",
    SERIES[1]: "#d1b53f",
    SERIES[2]: "#90a4ae",
    SERIES[3]: "#c9937f",
    ORDERED[0]: "#f3e5df",
    ORDERED[1]: "#d3b5a8",
    ORDERED[2]: "#b08a7a",
    ORDERED[3]: "#8f6a5b",
}
"""Light colour → its twin on the dark page."""

DIVERGING = "purplegreen"
"""Scheme for values around 0; readable with the common kinds of colour blindness."""

KINDS = {
    "human": HUMAN,
    "discriminative": DISCRIMINATIVE,
    "imagen": GENERATIVE["imagen"],
    "stable_diffusion": GENERATIVE["stable_diffusion"],
    "parti": GENERATIVE["parti"],
    "muse": GENERATIVE["muse"],
    "own": OWN,
}
"""What a mark stands for → its colour."""

KIND_SHAPES = {
    "human": "diamond",
    "discriminative": "circle",
    "imagen": "square",
    "stable_diffusion": "triangle-up",
    "parti": "triangle-down",
    "muse": "cross",
    "own": "triangle-right",
}

FAMILY_SHAPES = ("circle", "square", "triangle-up", "cross", "triangle-down", "triangle-right")
"""Of families of networks, which share a colour; the diamond stays with the humans."""

_TITLES = {
    "human": "Humans",
    "discriminative": "Discriminative model",
    "imagen": "Imagen",
    "stable_diffusion": "Stable Diffusion",
    "parti": "Parti",
    "muse": "Muse",
    "own": "Own model",
}

HUES = {title: KINDS[kind] for kind, title in _TITLES.items()}
"""Title of a kind → its colour."""


def kinds_shown(titles: Iterable[str]) -> tuple[str, ...]:
    """The kinds whose titles occur, in the order of `KINDS`, for the two scales below.

    >>> kinds_shown(["Imagen", "Humans", "Humans"])
    ('human', 'imagen')
    """
    found = set(titles)
    return tuple(kind for kind in KINDS if _TITLES[kind] in found)


def color_scale(*kinds: str) -> alt.Scale:
    """Colours of the kinds that a chart shows, keyed by their titles.

    >>> color_scale("human").domain
    ['Humans']
    """
    return _scale(KINDS, kinds)


def shape_scale(*kinds: str) -> alt.Scale:
    """Mark shapes of the kinds that a chart shows, keyed by their titles."""
    return _scale(KIND_SHAPES, kinds)


def _scale(values: dict[str, str], kinds: tuple[str, ...]) -> alt.Scale:
    options: dict[str, Any] = {
        "domain": [_TITLES[kind] for kind in kinds],
        "range": [values[kind] for kind in kinds],
    }
    return alt.Scale(**options)
