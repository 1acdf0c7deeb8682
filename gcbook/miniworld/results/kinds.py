"""What the miniatures are called, and what they stand for."""

from gcbook.miniworld.results.shipped import recipe_of
from gcbook.paper.published import table1

STANDS_FOR = {
    "mini-pixel": "Imagen",
    "mini-latent": "Stable Diffusion",
    "mini-ar": "Parti",
    "mini-masked": "Muse",
    "mini-cnn": "ResNet-50",
    "mini-cnn-noise": "ResNet-50, trained with noise",
}
"""The model of the paper whose kind a miniature is of."""

_KEYS = {
    "mini-pixel": "imagen",
    "mini-latent": "stable_diffusion",
    "mini-ar": "parti",
    "mini-cnn": "resnet50",
    "mini-cnn-noise": "resnet50_diffusion_noise",
}
"""Its row in the paper's Table 1, which has none of Muse."""

GENERATIVE = ("mini-pixel", "mini-latent", "mini-ar", "mini-masked")

DIFFUSION = ("mini-pixel", "mini-latent")
"""Those of them whose errors can be weighted by the noise."""


def side_of(model: str) -> str:
    """Return whether a miniature generates images.

    >>> side_of("mini-cnn-seed2"), side_of("mini-ar")
    ('discriminative', 'generative')
    """
    return "generative" if recipe_of(model) in GENERATIVE else "discriminative"


def printed_values(column: str) -> dict[str, float]:
    """Return what a column of the paper's Table 1 prints of the models that miniatures stand for.

    >>> printed_values("shape_bias")["mini-ar"]
    0.92
    """
    values = table1().set_index("key")[column]
    return {recipe: float(values[key]) for recipe, key in _KEYS.items()}


def short_name(recipe: str) -> str:
    """A miniature's name in the names of facts.

    >>> short_name("mini-cnn-noise")
    'cnn_noise'
    """
    return recipe.removeprefix("mini-").replace("-", "_")
