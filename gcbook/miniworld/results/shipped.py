"""Which miniatures and which of their raw scores this package brings."""

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gcbook.files.artefacts import is_store
from gcbook.files.errors import DataNotFoundError
from gcbook.scoring.store import Store

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DRAWS",
    "FEW_DRAWS",
    "KINDS",
    "TRAINING",
    "model_card",
    "model_folder",
    "models_of",
    "network_parameters",
    "recipe_of",
    "shipped_models",
    "shipped_sets",
    "shipped_store",
    "training_trials",
]

DATA = Path(str(resources.files("gcbook"))) / "data"

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
    "filtered-conflict": 4,
}
"""Draws of (t, noise) an image of a test set, where that is not `FEW_DRAWS`."""
FEW_DRAWS = 8

TRAINING = "training.parquet"
"""Beside a model's stores: its responses at checkpoints, see `training_trials`."""

NETWORKS = ("unet", "transformer")
"""Folders of the network that is evaluated; that of a classifier lies beside its card."""

_SEED = re.compile(r"-seed(\d+)$")


def recipe_of(model: str) -> tuple[str, int]:
    """Return the miniature that a model is of, and its seed.

    >>> recipe_of("mini-cnn-noise-seed3")
    ('mini-cnn-noise', 3)
    >>> recipe_of("mini-pixel")
    ('mini-pixel', 0)
    """
    found = _SEED.search(model)
    return (model[: found.start()], int(found[1])) if found else (model, 0)


def model_folder(model: str) -> Path:
    """Return the folder of a shipped model, which `gcbook.classifiers.load.load_classifier` takes.

    Raises:
        DataNotFoundError: there is none.
    """
    folder = DATA / "models" / model
    if not folder.is_dir():
        raise DataNotFoundError(
            f"{folder}: expected the model {model}, found nothing; this version brings "
            f"{', '.join(shipped_models()) or 'none'}. `gcbook train {recipe_of(model)[0]}` "
            "makes one."
        )
    return folder


@cache
def model_card(model: str) -> Mapping[str, Any]:
    """Return what is known of a shipped model's training, from ``training.json`` beside it.

    Raises:
        DataNotFoundError: there is no such model.
    """
    stored: dict[str, Any] = json.loads(
        (model_folder(model) / "training.json").read_text(encoding="utf-8")
    )
    return stored


@cache
def network_parameters(model: str) -> int:
    """Return the parameters of the network that is evaluated, without text encoder and codec.

    Raises:
        DataNotFoundError: there is no such model.
    """
    from safetensors import safe_open

    folder = model_folder(model)
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
def shipped_models() -> tuple[str, ...]:
    """Names of the models that come with this package, by kind and seed."""
    folder = DATA / "models"
    names = [path.name for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    kinds = list(KINDS)
    known = [(recipe_of(name), name) for name in names if recipe_of(name)[0] in KINDS]
    ordered = sorted(known, key=lambda each: (kinds.index(each[0][0]), each[0][1]))
    return tuple(name for _, name in ordered)


def models_of(world: str) -> tuple[str, ...]:
    """Names of the shipped models that were trained on a world, as their records have it.

    Args:
        world: its name, see `gcbook.miniworld.named`.

    Raises:
        InputError: no world has that name.

    >>> models_of("default") == shipped_models()
    True
    """
    from gcbook.miniworld.named import named_world, world_name

    named_world(world)
    return tuple(
        model for model in shipped_models() if world_name(model_card(model)["world"]) == world
    )


@cache
def shipped_sets(model: str) -> tuple[str, ...]:
    """Names of the test sets on which a model's raw scores come with this package."""
    folder = DATA / "scores" / model
    return tuple(sorted(path.parent.name for path in folder.glob("*/store.json")))


def shipped_store(model: str, test_set: str) -> Store:
    """Open the raw scores of a model on a test set.

    Raises:
        DataNotFoundError: they do not come with this package.
    """
    folder = DATA / "scores" / model / test_set
    if not is_store(folder):
        raise DataNotFoundError(
            f"{folder}: expected the scores of {model} on {test_set}, found none; this version "
            f"brings {', '.join(shipped_sets(model)) or 'no test set'} of it. "
            "`gcbook score` makes others."
        )
    return Store.open(folder)


def training_trials(model: str) -> "pd.DataFrame":
    """Return a model's responses at checkpoints of its training.

    Returns:
        Trials (`gcbook.trials.table.COLUMNS`) on the in-distribution and cue-conflict sets with
        ``step``, of the optimizer, and ``weighting``, "" where none applies.

    Raises:
        DataNotFoundError: they do not come with this package.
    """
    import pandas as pd

    path = DATA / "scores" / model / TRAINING
    if not path.is_file():
        raise DataNotFoundError(
            f"{path}: expected the responses of {model} along its training, found none; "
            "tools/score_checkpoints.py makes them from the folder of a run."
        )
    return pd.read_parquet(path)
