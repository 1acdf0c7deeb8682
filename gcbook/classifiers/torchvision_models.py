"""Torchvision's image-classification networks, from a folder or from torchvision's own download.

A folder holds ``model.safetensors`` (the network's state) and ``config.json``::

    torchvision    name of the architecture, like "resnet50"
    id2label       optional, {"0": "airplane", ...}: names of the outputs, else ImageNet's 1,000
    preprocessing  optional: crop_size, resize_size, interpolation, mean, std, as fields of
                   `gcbook.classifiers.preprocess.TorchvisionPreprocess`
    arguments      optional: keyword arguments of torchvision's builder
"""

import difflib
from dataclasses import dataclass
from functools import partial
from hashlib import file_digest
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from gcbook.classifiers.preprocess import TorchvisionPreprocess
from gcbook.classifiers.weights import MODELS_DIR, hash_weights, weight_files
from gcbook.files.errors import DataNotFoundError, InputError
from gcbook.paper.categories import IMAGENET_CLASSES

__all__ = ["PREFIX", "TorchvisionNetwork", "open_download", "open_folder"]

PREFIX = "torchvision:"
WEIGHTS = "IMAGENET1K_V1"
"""Torchvision's first weights: the published trials were made with them, not with V2."""

PRETRAINED_ARGUMENTS: dict[str, dict[str, object]] = {
    "inception_v3": {"transform_input": True, "init_weights": False},
    "googlenet": {"transform_input": True, "init_weights": False},
}
"""What torchvision's builders set by themselves when they are given weights."""


@dataclass(frozen=True)
class TorchvisionNetwork:
    """A network with what belongs to it.

    Attributes:
        name: of the observer, by default.
        model: maps (N, 3, H, W) to logits (N, outputs).
        outputs: names of the outputs.
        preprocess: what it is shown.
        weights: SHA-256 of the weights.
        format: what was read, for `describe`.
    """

    name: str
    model: torch.nn.Module
    outputs: list[str]
    preprocess: TorchvisionPreprocess
    weights: str
    format: str


def open_folder(folder: Path, config: dict[str, Any]) -> TorchvisionNetwork:
    """Read a folder as described above.

    Args:
        folder: with model.safetensors.
        config: what its config.json says.

    Raises:
        InputError: an entry is missing or of another form, or the weights are of another network.
    """
    from safetensors.torch import load_file

    where = folder / "config.json"
    architecture = str(config["torchvision"])
    names = config.get("id2label") or {str(i): str(i) for i in range(IMAGENET_CLASSES)}
    try:
        outputs = [str(names[str(index)]) for index in range(len(names))]
        preprocess = TorchvisionPreprocess(**_fields(config.get("preprocessing") or {}))
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{where}: expected id2label as {{'0': ..., '1': ...}} and preprocessing with fields "
            f"of TorchvisionPreprocess; found a misfit: {error}."
        ) from error
    arguments = {"num_classes": len(outputs), **(config.get("arguments") or {})}
    model = _build(architecture, arguments, str(where))
    state: dict[str, torch.Tensor] = {}
    for file in weight_files(folder):
        try:
            state |= load_file(file)
        except (OSError, SafetensorError) as error:
            raise InputError(
                f"{file}: expected weights, found a file that is damaged or cut short ({error}). "
                "Fetch the model again."
            ) from error
    _fill(model, state, str(folder), architecture)
    return TorchvisionNetwork(
        folder.name,
        model,
        outputs,
        preprocess,
        hash_weights(folder),
        f"torchvision {architecture}",
    )


def open_download(source: str) -> TorchvisionNetwork:
    """Get torchvision's own weights, from its cache or by download.

    Args:
        source: ``torchvision:NAME`` or ``torchvision:NAME:WEIGHTS``.

    Raises:
        InputError: torchvision has no such network or weights.
        DataNotFoundError: the weights are not in the cache and cannot be downloaded.
    """
    from torchvision.models import get_model_weights

    architecture, _, chosen = source.removeprefix(PREFIX).partition(":")
    model = _build(architecture, PRETRAINED_ARGUMENTS.get(architecture, {}), source)
    known = {item.name: item for item in get_model_weights(architecture)}
    chosen = chosen or WEIGHTS
    if chosen not in known:
        raise InputError(f"{source}: expected weights of {', '.join(known)}; found {chosen!r}.")
    weights: Any = known[chosen]
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    file = folder / weights.url.rsplit("/", 1)[-1]
    try:
        state = torch.hub.load_state_dict_from_url(
            weights.url, map_location="cpu", check_hash=True, weights_only=True
        )
    except (OSError, RuntimeError) as error:
        raise DataNotFoundError(
            f"{source}: the weights are not in torch's cache and could not be fetched "
            f"({error}). Fetch {weights.url} elsewhere and put it at {file}, or put a folder "
            f'with config.json {{"torchvision": "{architecture}"}} and model.safetensors into '
            f"the folder that {MODELS_DIR} names."
        ) from error
    _fill(model, state, source, architecture)
    with file.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    preset = weights.transforms
    settings = dict(preset.keywords) if isinstance(preset, partial) else {}
    if "interpolation" in settings:
        settings["interpolation"] = settings["interpolation"].value
    return TorchvisionNetwork(
        architecture,
        model,
        list(weights.meta["categories"]),
        TorchvisionPreprocess(**settings),
        digest,
        f"torchvision {architecture} {chosen}",
    )


def _fields(values: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}


def _build(architecture: str, arguments: dict[str, Any], where: str) -> torch.nn.Module:
    import torchvision

    known = torchvision.models.list_models(module=torchvision.models)
    if architecture not in known:
        near = difflib.get_close_matches(architecture, known) or sorted(known)[:5]
        raise InputError(
            f"{where}: expected the name of a torchvision network, found {architecture!r}; near "
            f"it: {', '.join(near)}."
        )
    try:
        return torchvision.models.get_model(architecture, weights=None, **arguments)
    except TypeError as error:
        raise InputError(
            f"{where}: arguments that {architecture} does not take: {error}."
        ) from error


def _fill(
    model: torch.nn.Module, state: dict[str, torch.Tensor], where: str, architecture: str
) -> None:
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise InputError(
            f"{where}: expected the weights of {architecture}, found others. {error}"
        ) from error
