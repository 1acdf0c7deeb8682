"""One look for the miniatures: the hue of the model whose kind they are, and marks of their own.

They are never drawn beside people; a printed number is a line or a tick. A dark ring or a dash
tells them apart too, as colour is never the only sign.
"""

from gcbook.charts.theme import DISCRIMINATIVE, GENERATIVE, OWN

COLORS = {
    "mini-pixel": GENERATIVE["imagen"],
    "mini-latent": GENERATIVE["stable_diffusion"],
    "mini-ar": GENERATIVE["parti"],
    "mini-masked": GENERATIVE["muse"],
    "mini-cnn": DISCRIMINATIVE,
    "mini-cnn-noise": OWN,
}

SHAPES = {
    "mini-pixel": "square",
    "mini-latent": "triangle-up",
    "mini-ar": "triangle-down",
    "mini-masked": "cross",
    "mini-cnn": "circle",
    "mini-cnn-noise": "diamond",
}
