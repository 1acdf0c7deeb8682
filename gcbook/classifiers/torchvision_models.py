"""Torchvision's image-classification networks, from a folder or from torchvision's own download.

A folder holds ``model.safetensors`` (the network's state) and ``config.json``::

    torchvision    name of the architecture, like "resnet50"
    id2label       optional, {"0": "airplane", ...}: names of the outputs, else ImageNet's 1,000
    preprocessing  optional: crop_size, resize_size, interpolation, mean, std, as fields of
                   `gcbook.classifiers.preprocess.TorchvisionPreprocess`
    arguments      optional: keyword arguments of torchvision's builder
"""

import difflib
from collections.abc import Mapping
from typing import Any

import torch
from accelerate import init_empty_weights
from safetensors.torch import load_file

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.discriminative import DiscriminativeClassifier, classifier_of
from gcbook.classifiers.preprocess import TorchvisionPreprocess
from gcbook.classifiers.pretrained import check_folder, check_numbers, no_larger_than
from gcbook.classifiers.weights import MODELS_DIR, weight_files
from gcbook.files.errors import DataNotFoundError, InputError
from gcbook.files.gate import open_file
from gcbook.paper.categories import IMAGENET_CLASSES

PRETRAINED_ARGUMENTS: dict[str, dict[str, object]] = {
    "inception_v3": {"transform_input": True, "init_weights": False},
    "googlenet": {"transform_input": True, "init_weights": False},
}
"""What torchvision's builders set by themselves when they are given weights."""


def load_torchvision(checkpoint: Checkpoint) -> DiscriminativeClassifier:
    """Make a classifier of a folder as described above, or of torchvision's own weights.

    Raises:
        InputError: an entry is missing or of another form, or the weights are of another network.
        DataNotFoundError: torchvision's weights are neither in torch's cache nor can be fetched.
    """
    if not checkpoint.path.is_dir():
        _, architecture, weights = checkpoint.format.split()
        return load_torchvision_download(checkpoint, architecture, weights)
    config = checkpoint.read_json("config.json")
    where = checkpoint.path / "config.json"
    architecture = str(config["torchvision"])
    names = config.get("id2label") or {str(i): str(i) for i in range(IMAGENET_CLASSES)}
    try:
        outputs = [str(names[str(index)]) for index in range(len(names))]
        preprocess = TorchvisionPreprocess(**(config.get("preprocessing") or {}))
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{where}: expected id2label as {{'0': ..., '1': ...}} and preprocessing with fields "
            f"of TorchvisionPreprocess; found a misfit: {error}."
        ) from error
    arguments = {"num_classes": len(outputs), **(config.get("arguments") or {})}
    check_folder(checkpoint.path)
    files = weight_files(checkpoint.path)
    with no_larger_than(files):
        model = _build(architecture, arguments, str(where))
    state = {name: tensor for file in files for name, tensor in load_file(file).items()}
    classifier = _filled(model, state, outputs, preprocess, checkpoint)
    check_numbers(model, files)
    return classifier


def load_torchvision_download(
    checkpoint: Checkpoint, architecture: str, weights: str
) -> DiscriminativeClassifier:
    """Make a classifier of torchvision's own weights, from torch's cache or by download.

    Args:
        checkpoint: its path is the file in torch's cache, there or not.
        architecture: torchvision's name of the network.
        weights: name of the weights; IMAGENET1K_V1 are those of the published trials.

    Raises:
        DataNotFoundError: the weights are not in the cache and cannot be downloaded.
    """
    from torchvision.models import get_model_weights

    file = checkpoint.path
    if file.exists():
        # No pipe, that torch would wait for.
        open_file(file).close()
    model = _build(architecture, PRETRAINED_ARGUMENTS.get(architecture, {}), checkpoint.name)
    chosen = get_model_weights(architecture)[weights]
    try:
        state = torch.hub.load_state_dict_from_url(
            chosen.url, str(file.parent), map_location="cpu", check_hash=True, weights_only=True
        )
    except (OSError, RuntimeError) as error:
        raise DataNotFoundError(
            f"{checkpoint.name}: the weights are not in torch's cache and could not be fetched "
            f"({error}). Fetch {chosen.url} elsewhere and put it at {file}, or put a folder "
            f'with config.json {{"torchvision": "{architecture}"}} and model.safetensors into '
            f"the folder that {MODELS_DIR} names."
        ) from error
    settings = dict(chosen.transforms.keywords)
    if "interpolation" in settings:
        settings["interpolation"] = settings["interpolation"].value
    preprocess = TorchvisionPreprocess(**settings)
    return _filled(model, state, list(chosen.meta["categories"]), preprocess, checkpoint)


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
        # Numbers come from the files alone.
        with init_empty_weights():
            return torchvision.models.get_model(architecture, weights=None, **arguments)
    except TypeError as error:
        raise InputError(
            f"{where}: arguments that {architecture} does not take: {error}."
        ) from error


def _filled(
    model: torch.nn.Module,
    state: Mapping[str, torch.Tensor],
    outputs: list[str],
    preprocess: TorchvisionPreprocess,
    checkpoint: Checkpoint,
) -> DiscriminativeClassifier:
    try:
        model.load_state_dict(state, assign=True)
    except RuntimeError as error:
        raise InputError(
            f"{checkpoint.path}: expected the weights of {checkpoint.format}, found others. {error}"
        ) from error
    model = model.eval().to(checkpoint.device, checkpoint.dtype)
    return classifier_of(model, outputs, preprocess, checkpoint)
