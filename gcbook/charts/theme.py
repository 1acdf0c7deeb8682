"""One look for all figures: humans red, generative models in their own hues, the rest grey.

Every hue reaches a contrast of 3:1 on the light and on the dark page, or has a dark twin in `DARK`.
Hues stay apart for readers with a common colour blindness, by their lightness. Colours are never
the only sign all the same: kinds of observers differ in mark shape too.
"""

import math

TEXT = 14
"""Size of what is written in a chart, in pixels: about that of captions."""

SIZES = {
    "axis": {"labelFontSize": TEXT, "titleFontSize": TEXT},
    "legend": {"labelFontSize": TEXT, "titleFontSize": TEXT, "titleLimit": 400},
    "header": {"labelFontSize": TEXT, "titleFontSize": TEXT},
    "title": {"fontSize": TEXT, "subtitleFontSize": TEXT},
    "text": {"fontSize": TEXT},
}
"""A chart's configuration of sizes; what a chart says of its own goes before it."""

HUMAN = "#d0273c"
DISCRIMINATIVE = "#737373"
GENERATIVE = {
    "imagen": "#0e57a3",
    "stable_diffusion": "#17a06a",
    "parti": "#c27c00",
    "muse": "#8f36e8",
}
"""Published generative models by key."""

OWN = "#7d1550"
"""Observers from a reader's own trials."""

SERIES = ("#1f2d5c", "#827500", "#1696b0", "#7a3b1e")
"""Navy, olive, cyan and brown: what is no observer, such as cues, weightings, classes of a toy."""

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
    DISCRIMINATIVE: "#b4b4b4",
    CHANCE_LINE: "#a0a0a0",
    BAND: "#a0a0a0",
    HUMAN: "#ff7385",
    GENERATIVE["imagen"]: "#4fb8f7",
    GENERATIVE["stable_diffusion"]: "#0f9065",
    GENERATIVE["parti"]: "#e39124",
    GENERATIVE["muse"]: "#8f62f7",
    OWN: "#c05aa4",
    SERIES[0]: "#f0f3ff",
    SERIES[1]: "#d8c02e",
    SERIES[2]: "#3fb4cc",
    SERIES[3]: "#c08058",
    ORDERED[0]: "#f3e5df",
    ORDERED[1]: "#d3b5a8",
    ORDERED[2]: "#b08a7a",
    ORDERED[3]: "#8f6a5b",
}
"""Light colour → its twin on the dark page."""


HUES = {
    "Humans": HUMAN,
    "Discriminative model": DISCRIMINATIVE,
    "Imagen": GENERATIVE["imagen"],
    "Stable Diffusion": GENERATIVE["stable_diffusion"],
    "Parti": GENERATIVE["parti"],
    "Muse": GENERATIVE["muse"],
    "Own model": OWN,
    "Own people": OWN,
}
"""Title of a kind of observer → its colour, in the order of legends."""


def _star(points: int, inner: float) -> str:
    """The outline of a star, or of a polygon, as a path within a square from -1 to 1."""
    corners = [
        (math.sin(math.pi * i / points) * size, -math.cos(math.pi * i / points) * size)
        for i, size in enumerate([1.0, inner] * points)
    ]
    return "M" + "L".join(f"{x:.3f},{y:.3f}" for x, y in corners) + "Z"


STAR = _star(5, 0.45)
HEXAGON = _star(6, math.cos(math.pi / 6))

KIND_SHAPES = {
    "Humans": "diamond",
    "Discriminative model": "circle",
    "Imagen": "square",
    "Stable Diffusion": "triangle-up",
    "Parti": "triangle-down",
    "Muse": "cross",
    "Own model": STAR,
    "Own people": HEXAGON,
}
"""Title of a kind of observer → the shape of its marks."""

FAMILY_SHAPES = ("circle", "square", "triangle-up", "cross", "triangle-down", "triangle-right")
"""Of families of networks, which share a colour; the diamond stays with the humans."""
