"""One look for the miniatures: the hue of the model whose kind they are, and marks of their own.

They are never drawn beside people; a printed number is a line or a tick. A dark ring or a dash
tells them apart too, as colour is never the only sign.
"""

from collections.abc import Iterable
from typing import Any

import altair as alt

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


def recipe_color(recipes: Iterable[str], **legend: Any) -> alt.Color:
    """Colours of the miniatures that a chart shows; ``legend`` has options of their legend."""
    return alt.Color("recipe:N", scale=_scale(COLORS, recipes), legend=_legend(legend))


def recipe_shape(recipes: Iterable[str], **legend: Any) -> alt.Shape:
    """Mark shapes of the miniatures, with the same legend as `recipe_color`."""
    return alt.Shape("recipe:N", scale=_scale(SHAPES, recipes), legend=_legend(legend))


def _scale(values: dict[str, Any], recipes: Iterable[str]) -> alt.Scale:
    found = set(recipes)
    shown = [recipe for recipe in COLORS if recipe in found]
    return alt.Scale(domain=shown, range=[values[recipe] for recipe in shown])


def _legend(options: dict[str, Any]) -> alt.Legend:
    return alt.Legend(title="Miniature", symbolOpacity=1, **options)
