"""Which miniatures and which of their raw scores this package brings.

A model's name says what it is: its recipe, and its seed unless that is 0, as in ``mini-cnn-seed1``.
Its folders have ``calibrated`` in their names: its world's, which was searched for. Of every model
the record of its training comes along, and its raw scores, of further seeds on fewer test sets.
Weights ship of the networks that the book asks (`ASKED`); a wheel leaves out those that no chapter
reads, see ``setup.py``.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from gcbook.files.artefacts import STORE_HEADER
from gcbook.files.errors import DataNotFoundError
from gcbook.files.manifest import DATA
from gcbook.scoring.store import Store

KINDS: Mapping[str, str] = {
    "mini-pixel": "pixel diffusion",
    "mini-latent": "latent diffusion",
    "mini-ar": "autoregressive",
    "mini-masked": "masked",
    "mini-cnn": "discriminative",
    "mini-cnn-noise": "discriminative, trained with noise",
}
"""What kind of model each miniature is, in the order in which they are shown."""

RACED = "raced"
"""Folder, within a model's scores, of the races on test sets that have few draws.

Few draws make a model look less accurate than it is. In a race every image gets the draws that it
needs; only images of the conditions that count are raced, by diffusion models that have weights."""
DIFFUSION = ("mini-pixel", "mini-latent")
"""Recipes whose errors can be weighted by the noise, and whose models race."""

ASKED = ("mini-pixel", "mini-latent", "mini-cnn")
"""Recipes whose weights ship, of the first seed."""

_NAME = re.compile(r"(?P<recipe>.+?)(-calibrated)?(-seed(?P<seed>\d+))?")
_WEIGHTS = ".safetensors"
_RECORD = "training.json"  # gcbook.miniworld.training.record writes it, and imports torch


def recipe_of(model: str) -> str:
    """Return the recipe of a model.

    >>> recipe_of("mini-cnn-noise-seed3")
    'mini-cnn-noise'
    """
    return _parts(model)[0]


def seed_of(model: str) -> int:
    """Return the seed of a model's training.

    >>> seed_of("mini-cnn-noise-seed3"), seed_of("mini-pixel")
    (3, 0)
    """
    return _parts(model)[1]


@cache
def _parts(model: str) -> tuple[str, int]:
    found = _NAME.fullmatch(model)
    return (found["recipe"], int(found["seed"] or 0)) if found else (model, 0)


def name_of(recipe: str, seed: int = 0) -> str:
    """Return the name of a model.

    >>> name_of("mini-cnn", 2), name_of("mini-cnn")
    ('mini-cnn-seed2', 'mini-cnn')
    """
    return recipe + (f"-seed{seed}" if seed else "")


def folder_of(model: str) -> str:
    """Return what a model's folders of records and of scores are called.

    >>> folder_of("mini-cnn-seed2")
    'mini-cnn-calibrated-seed2'
    """
    recipe, seed = _parts(model)
    return name_of(f"{recipe}-calibrated", seed) if recipe in KINDS else model


def has_weights(model: str) -> bool:
    """Return whether a shipped model can be asked, which takes more than a record and scores."""
    return any(name.endswith(_WEIGHTS) for name in DATA.names(f"models/{folder_of(model)}"))


def model_folder(model: str) -> Path:
    """Return the folder of a shipped model, which `gcbook.classifiers.load.load_classifier` takes.

    Raises:
        DataNotFoundError: there is none, or no weights are in it.
    """
    place = f"models/{folder_of(model)}"
    if not has_weights(model):
        there = [name for name in shipped_models() if has_weights(name)]
        remedy = (
            # A wheel leaves out what no chapter reads.
            "A checkout of gcbook's repository has them in gcbook/data/models: name that folder."
            if seed_of(model) == 0 and recipe_of(model) in ASKED
            else f"`gcbook train {recipe_of(model)} --seed {seed_of(model)}` makes them."
        )
        raise DataNotFoundError(
            f"{DATA.folder / place}: expected the weights of {model}, found none; this version "
            f"brings {', '.join(there) or 'none'}. {remedy}"
        )
    return DATA.path(place)


@cache
def model_card(model: str) -> Mapping[str, Any]:
    """Return what is known of a shipped model's training, from its ``training.json``."""
    folder = f"models/{folder_of(model)}"
    if _RECORD not in DATA.names(folder):
        raise DataNotFoundError(
            f"{DATA.folder / folder / _RECORD}: expected the record of {model}, found none; this "
            f"version brings {', '.join(shipped_models()) or 'no model'}."
        )
    text = DATA.path(f"{folder}/{_RECORD}").read_text(encoding="utf-8")
    stored: dict[str, Any] = json.loads(text)
    return stored


def network_parameters(model: str) -> int:
    """Return the parameters of the network that is evaluated, without text encoder and codec.

    ``tools/ship_miniature.py`` notes them in the records of models whose weights ship.
    """
    return int(model_card(model)["evaluated"])


@cache
def shipped_models(recipes: tuple[str, ...] = tuple(KINDS)) -> tuple[str, ...]:
    """Names of the models that come with this package, by recipe and seed.

    Args:
        recipes: of which.
    """
    found = [
        (recipes.index(recipe), seed)
        for folder, _, file in (name.partition("/") for name in DATA.names("models"))
        for recipe, seed in [_parts(folder)]
        if file == _RECORD and recipe in recipes
    ]
    return tuple(name_of(recipes[place], seed) for place, seed in sorted(found))


@cache
def shipped_sets(model: str) -> tuple[str, ...]:
    """Names of the test sets on which a model's raw scores come with this package."""
    return _stores_in(f"scores/{folder_of(model)}")


def raced_sets(model: str) -> tuple[str, ...]:
    """Names of the test sets on which a model's races come with this package."""
    return _stores_in(f"scores/{folder_of(model)}/{RACED}")


def _stores_in(folder: str) -> tuple[str, ...]:
    inside = (name.partition("/") for name in DATA.names(folder))
    return tuple(sorted(test_set for test_set, _, file in inside if file == STORE_HEADER))


def raced_store(model: str, test_set: str) -> Store:
    """Open the races of a model on a test set, one of `raced_sets`."""
    return shipped_store(model, f"{RACED}/{test_set}")


def shipped_store(model: str, test_set: str) -> Store:
    """Open the raw scores of a model on a test set."""
    folder = f"scores/{folder_of(model)}/{test_set}"
    if STORE_HEADER not in DATA.names(folder):
        raise DataNotFoundError(
            f"{DATA.folder / folder}: expected the scores of {model} on {test_set}, found none; "
            f"this version brings {', '.join(shipped_sets(model)) or 'no test set'} of it. "
            "`gcbook score` makes others."
        )
    return Store.open(DATA.path(folder))
