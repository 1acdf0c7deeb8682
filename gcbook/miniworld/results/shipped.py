"""Which miniatures and which of their raw scores this package brings.

A folder's name says what the model is: its recipe, its world unless it is the default one, and its
seed unless it is 0, as in ``mini-cnn-noise-calibrated-seed1``. Of every model the record of its
training comes along, and its raw scores, of further seeds and of the world with 64 pixels a side
(`LARGER`) on fewer test sets. Weights are those of seed 0, and outside the default world of the
networks that the book asks (`ASKED`); a wheel leaves out those that no chapter reads, see
``setup.py``.
"""

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gcbook.files.artefacts import STORE_HEADER
from gcbook.files.errors import DataNotFoundError, InputError
from gcbook.files.manifest import DATA
from gcbook.miniworld.named import DEFAULT, world_names
from gcbook.scoring.store import Store

if TYPE_CHECKING:
    pass

KINDS: Mapping[str, str] = {
    "mini-pixel": "pixel diffusion",
    "mini-latent": "latent diffusion",
    "mini-ar": "autoregressive",
    "mini-masked": "masked",
    "mini-cnn": "discriminative",
    "mini-cnn-noise": "discriminative, trained with noise",
}
"""What kind of model each miniature is, in the order in which they are shown."""

DRAWS: Mapping[str, int] = {
    "in-distribution": 32,
    "cue-conflict": 32,
    "silhouette": 32,
    "filtered": 4,
}
"""Draws of (t, noise) an image of a test set, where that is not `FEW_DRAWS`."""
FEW_DRAWS = 8

RACED = "raced"
"""Folder, within a model's scores, of the races on test sets that have `FEW_DRAWS`.

Few draws make a model look less accurate than it is. In a race every image gets the draws that it
needs; only images of the conditions that count are raced, by diffusion models that have weights."""
RACING = ("mini-pixel", "mini-latent")
"""Recipes whose models race."""
RACE_CONSTANT = 1.6e-2
"""Of expected-gain: larger than the usual one, and still surer than 32 draws of every class, see
``gcbook/data/races/cost.parquet``."""

LARGER = "calibrated64"
"""The world with four times as many pixels, by name."""
LARGER_SETS = ("in-distribution", "cue-conflict")
"""Its test sets that are scored, with `FEW_DRAWS` an image: each costs four times as much."""

ASKED = ("mini-pixel", "mini-latent", "mini-cnn")
"""Recipes whose weights ship of the calibrated world, too."""

LONG = "mini-cnn-long"
"""The recipe of a ResNet that makes as many steps without noise as another does with it. It stands
for no model of the paper, and only scores on `LARGER_SETS` ship."""

NETWORKS = ("unet", "transformer")
"""Folders of the network that is evaluated; that of a classifier lies beside its card."""

_SEED = re.compile(r"-seed(\d+)$")
_WEIGHTS = ".safetensors"
_RECORD = "training.json"  # gcbook.miniworld.training.record writes it, and imports torch


class Parts(NamedTuple):
    """What the name of a model says.

    Attributes:
        recipe: of its training.
        world: in which it was trained, by name.
        seed: of the training.
    """

    recipe: str
    world: str
    seed: int


@cache
def parts_of(model: str) -> Parts:
    """Take the name of a model apart.

    >>> parts_of("mini-cnn-noise-seed3")
    Parts(recipe='mini-cnn-noise', world='default', seed=3)
    >>> parts_of("mini-pixel-calibrated")
    Parts(recipe='mini-pixel', world='calibrated', seed=0)
    """
    found = _SEED.search(model)
    rest, seed = (model[: found.start()], int(found[1])) if found else (model, 0)
    recipe, _, world = rest.rpartition("-")
    return Parts(recipe, world, seed) if world in world_names() else Parts(rest, DEFAULT, seed)


def name_of(recipe: str, world: str = DEFAULT, seed: int = 0) -> str:
    """Return the name of a model, which `parts_of` takes apart.

    >>> name_of("mini-cnn", "calibrated", 2), name_of("mini-cnn")
    ('mini-cnn-calibrated-seed2', 'mini-cnn')
    """
    return recipe + (f"-{world}" if world != DEFAULT else "") + (f"-seed{seed}" if seed else "")


def label_of(model: str) -> str:
    """Return the name of a model among those of its world: what tables and figures call it.

    >>> label_of("mini-cnn-calibrated-seed2")
    'mini-cnn-seed2'
    """
    parts = parts_of(model)
    return name_of(parts.recipe, seed=parts.seed)


def draws_of(model: str, test_set: str) -> int:
    """Draws of (t, noise) an image with which a shipped model is scored on a test set.

    >>> draws_of("mini-pixel", "cue-conflict"), draws_of("mini-pixel-calibrated64", "cue-conflict")
    (32, 8)
    """
    return FEW_DRAWS if parts_of(model).world == LARGER else DRAWS.get(test_set, FEW_DRAWS)


def has_weights(model: str) -> bool:
    """Return whether a shipped model can be asked, which takes more than a record and scores."""
    return any(name.endswith(_WEIGHTS) for name in DATA.names(f"models/{model}"))


def keeps_weights(model: str) -> bool:
    """Return whether the weights of a model are meant to ship.

    >>> [keeps_weights(f"mini-ar{rest}") for rest in ("", "-calibrated", "-seed1")]
    [True, False, False]
    """
    parts = parts_of(model)
    of_world = parts.world == DEFAULT or (parts.world != LARGER and parts.recipe in ASKED)
    return parts.seed == 0 and of_world


def model_folder(model: str) -> Path:
    """Return the folder of a shipped model, which `gcbook.classifiers.load.load_classifier` takes.

    Raises:
        DataNotFoundError: there is none, or no weights are in it.
    """
    if not has_weights(model):
        parts = parts_of(model)
        there = [name for name in shipped_models(parts.world) if has_weights(name)]
        remedy = (
            # A wheel leaves out what no chapter reads.
            "A checkout of gcbook's repository has them in gcbook/data/models: name that folder."
            if keeps_weights(model)
            else f"`gcbook train {parts.recipe} --world {parts.world} --seed {parts.seed}` makes "
            "them."
        )
        raise DataNotFoundError(
            f"{DATA.folder / 'models' / model}: expected the weights of {model}, found none; of "
            f"the {parts.world} world this version brings {', '.join(there) or 'none'}. {remedy}"
        )
    return DATA.path(f"models/{model}")


@cache
def model_card(model: str) -> Mapping[str, Any]:
    """Return what is known of a shipped model's training, from ``training.json`` beside it.

    Raises:
        DataNotFoundError: there is no such model.
    """
    folder = f"models/{model}"
    if _RECORD not in DATA.names(folder):
        world = parts_of(model).world
        raise DataNotFoundError(
            f"{DATA.folder / folder / _RECORD}: expected the record of {model}, found none; of the "
            f"{world} world this version brings {', '.join(shipped_models(world)) or 'no model'}."
        )
    text = DATA.path(f"{folder}/{_RECORD}").read_text(encoding="utf-8")
    stored: dict[str, Any] = json.loads(text)
    return stored


@cache
def network_parameters(model: str) -> int:
    """Return the parameters of the network that is evaluated, without text encoder and codec.

    ``tools/ship_miniature.py`` notes them in the record, for the weights may stay out of a wheel.

    Raises:
        DataNotFoundError: there is no such model.
    """
    noted = model_card(model).get("evaluated")
    return counted_parameters(model_folder(model)) if noted is None else int(noted)


def counted_parameters(folder: Path) -> int:
    """Count the parameters of the network that is evaluated in the weights of a miniature."""
    from safetensors import safe_open

    part = next((folder / name for name in NETWORKS if (folder / name).is_dir()), folder)
    number = 0
    for path in part.glob("*.safetensors"):
        with safe_open(path, framework="np") as stored:
            for name in stored.keys():  # noqa: SIM118 - not a mapping
                # What a norm has counted of its inputs was not learned by gradients.
                if not name.endswith(("running_mean", "running_var", "num_batches_tracked")):
                    number += math.prod(stored.get_slice(name).get_shape())
    return number


@cache
def shipped_models(
    world: str = DEFAULT, recipes: tuple[str, ...] = tuple(KINDS)
) -> tuple[str, ...]:
    """Names of the models of a world that come with this package, by recipe and seed.

    Args:
        world: its name, see `gcbook.miniworld.named`.
        recipes: of which.

    Raises:
        InputError: no world has that name.
    """
    if world not in world_names():
        raise InputError(f"world: expected one of {', '.join(world_names())}; found {world!r}.")
    found = [
        (recipes.index(parts.recipe), parts.seed, model)
        for model, _, file in (name.partition("/") for name in DATA.names("models"))
        if file == _RECORD and (parts := parts_of(model)).world == world and parts.recipe in recipes
    ]
    return tuple(name for _, _, name in sorted(found))


def select_models(
    world: str, recipes: Collection[str] = tuple(KINDS), labels: Sequence[str] = ()
) -> tuple[str, ...]:
    """Select models of a world, for what needs some kinds of them.

    Args:
        world: its name.
        recipes: of which each is needed, unless models are named.
        labels: of models, see `label_of`; none takes all.

    Returns:
        Their names, in the order of `shipped_models`.

    Raises:
        InputError: no world has that name, or none of these models has one of the labels.
        DataNotFoundError: this version brings no model of one of the recipes.
    """
    brought = shipped_models(world)
    there = {label_of(name): name for name in brought if parts_of(name).recipe in recipes}
    found = {parts_of(name).recipe for name in there.values()}
    missing = [recipe for recipe in recipes if recipe not in found]
    if missing and not labels:
        raise DataNotFoundError(
            f"world: expected models of the {world} world by {', '.join(recipes)}; found none by "
            f"{', '.join(missing)}. This version brings {', '.join(brought) or 'none'}."
        )
    if unknown := sorted(set(labels) - set(there)):
        raise InputError(
            f"models: expected some of {', '.join(there)}; found {', '.join(unknown)}."
        )
    return tuple(name for label, name in there.items() if not labels or label in labels)


@cache
def shipped_sets(model: str) -> tuple[str, ...]:
    """Names of the test sets on which a model's raw scores come with this package."""
    inside = (name.partition("/") for name in DATA.names(f"scores/{model}"))
    return tuple(sorted(test_set for test_set, _, file in inside if file == STORE_HEADER))


def raced_sets(model: str) -> tuple[str, ...]:
    """Names of the test sets on which a model's races come with this package."""
    folder = f"scores/{model}/{RACED}"
    inside = (name.partition("/") for name in DATA.names(folder))
    return tuple(sorted(test_set for test_set, _, file in inside if file == STORE_HEADER))


def raced_store(model: str, test_set: str) -> Store:
    """Open the races of a model on a test set, one of `raced_sets`."""
    return shipped_store(model, f"{RACED}/{test_set}")


def shipped_store(model: str, test_set: str) -> Store:
    """Open the raw scores of a model on a test set.

    Raises:
        DataNotFoundError: they do not come with this package.
    """
    folder = f"scores/{model}/{test_set}"
    if STORE_HEADER not in DATA.names(folder):
        raise DataNotFoundError(
            f"{DATA.folder / folder}: expected the scores of {model} on {test_set}, found none; "
            f"this version brings {', '.join(shipped_sets(model)) or 'no test set'} of it. "
            "`gcbook score` makes others."
        )
    return Store.open(DATA.path(folder))
