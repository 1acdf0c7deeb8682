"""One look for all figures: humans red, generative models in their own hues, the rest grey.

Every hue reaches a contrast of 3:1 on the light and on the dark page, or has a dark twin in `DARK`.
Colours are never the only sign: kinds of observers differ in mark shape too.
"""

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

HUES = {
    "Humans": HUMAN,
    "Discriminative model": DISCRIMINATIVE,
    "Imagen": GENERATIVE["imagen"],
    "Stable Diffusion": GENERATIVE["stable_diffusion"],
    "Parti": GENERATIVE["parti"],
    "Muse": GENERATIVE["muse"],
    "Own model": OWN,
}
"""Title of a kind of observer → its colour, in the order of legends."""

KIND_SHAPES = {
    "Humans": "diamond",
    "Discriminative model": "circle",
    "Imagen": "square",
    "Stable Diffusion": "triangle-up",
    "Parti": "triangle-down",
    "Muse": "cross",
    "Own model": "triangle-right",
}
"""Title of a kind of observer → the shape of its marks."""

FAMILY_SHAPES = ("circle", "square", "triangle-up", "cross", "triangle-down", "triangle-right")
"""Of families of networks, which share a colour; the diamond stays with the humans."""
