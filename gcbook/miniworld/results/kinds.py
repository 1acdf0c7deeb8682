"""What the miniatures are called, what they stand for, and which of them are missing."""

from collections.abc import Iterable, Sequence

from gcbook.miniworld.results.shipped import KINDS, recipe_of, shipped_models
from gcbook.stats.words import listed

__all__ = [
    "GENERATIVE",
    "STANDS_FOR",
    "missing_sentence",
    "models_phrase",
    "recipes_in",
    "side_of",
]

STANDS_FOR = {
    "mini-pixel": "Imagen",
    "mini-latent": "Stable Diffusion",
    "mini-ar": "Parti",
    "mini-masked": "Muse",
    "mini-cnn": "ResNet-50",
    "mini-cnn-noise": "ResNet-50, trained with noise",
}
"""The model of the paper whose kind a miniature is of."""

GENERATIVE = ("mini-pixel", "mini-latent", "mini-ar", "mini-masked")


def side_of(model: str) -> str:
    """Return whether a miniature generates images.

    >>> side_of("mini-cnn-seed2"), side_of("mini-ar")
    ('discriminative', 'generative')
    """
    return "generative" if recipe_of(model)[0] in GENERATIVE else "discriminative"


def recipes_in(models: Iterable[str]) -> list[str]:
    """Return the miniatures that models are of, each once, in the order of `KINDS`.

    >>> recipes_in(["mini-cnn-seed1", "mini-cnn", "mini-pixel"])
    ['mini-pixel', 'mini-cnn']
    """
    found = {recipe_of(model)[0] for model in models}
    return [recipe for recipe in KINDS if recipe in found]


def models_phrase(models: Iterable[str] | None = None) -> str:
    """Return how many of the miniatures there are, as the subject of a plural sentence.

    Args:
        models: that there are; by default those that come with the package.

    >>> models_phrase(["mini-cnn", "mini-ar", "mini-ar-seed1"]), models_phrase(KINDS)
    ('Small models (2 of six so far)', 'Six small models')
    """
    there = recipes_in(shipped_models() if models is None else models)
    if len(there) == len(KINDS):
        return "Six small models"
    return f"Small models ({len(there)} of six so far)"


def missing_sentence(
    models: Iterable[str] | None = None,
    wanted: Sequence[str] = tuple(KINDS),
    what: str = "that",
) -> str:
    """Say which miniatures are not there, so that nobody reads their absence as a result.

    Args:
        models: that there are; by default those that come with the package.
        wanted: recipes that there should be.
        what: of the models comes with the package, "whose reconstructions" if not they themselves.
    """
    there = recipes_in(shipped_models() if models is None else models)
    missing = [recipe for recipe in wanted if recipe not in there]
    if not missing:
        return "" if len(wanted) < len(KINDS) else f"All {len(KINDS)} miniatures are here."
    names = listed(f"{recipe} ({KINDS[recipe]})" for recipe in missing)
    verb = "is" if len(missing) == 1 else "are"
    return f"**Not here yet:** {names} {verb} not among the models {what} come with this version."
