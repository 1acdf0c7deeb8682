"""Image classifiers of torchvision and of timm, from a folder or from torchvision's own download.

A folder holds ``model.safetensors`` (the network's state) and ``config.json``. Of torchvision::

    torchvision    name of the architecture, like "resnet50"
    id2label       optional, {"0": "airplane", ...}: names of the outputs, else ImageNet's 1,000
    preprocessing  optional: crop_size, resize_size, interpolation, mean, std, as fields of
                   `gcbook.classifiers.preprocess.TorchvisionPreprocess`

Of timm: ``architecture``, ``num_classes``, ``pretrained_cfg``, ``model_args``, as
``timm.models.save_for_hf`` writes them. ``timm:resnet50.a1_in1k`` is fetched from the Hub's
organisation, or taken from ``GCBOOK_MODELS_DIR`` as ``timm--resnet50.a1_in1k``.
"""

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
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
from gcbook.files.untrusted import open_file, refused
from gcbook.paper.categories import IMAGENET_CLASSES

PRETRAINED_ARGUMENTS: dict[str, dict[str, object]] = {
    "inception_v3": {"transform_input": True, "init_weights": False},
    "googlenet": {"transform_input": True, "init_weights": False},
}
"""What torchvision's builders set by themselves when they are given weights."""


def load_torchvision(checkpoint: Checkpoint) -> DiscriminativeClassifier:
    """Make a classifier of a folder as described above, or of torchvision's own weights."""
    if not checkpoint.path.is_dir():
        return _load_download(checkpoint, *checkpoint.format.split()[1:])
    config = checkpoint.read_json("config.json")
    where = checkpoint.path / "config.json"
    names = config.get("id2label") or {str(i): str(i) for i in range(IMAGENET_CLASSES)}
    expected = (
        "id2label as {'0': ..., '1': ...}, preprocessing with fields of TorchvisionPreprocess"
    )
    with refused(where, expected, "Correct the entries."):
        outputs = [str(names[str(index)]) for index in range(len(names))]
        preprocess = TorchvisionPreprocess(**(config.get("preprocessing") or {}))
    make = partial(_make, str(config["torchvision"]), {"num_classes": len(outputs)}, str(where))
    return classifier_of(_from_folder(make, checkpoint), outputs, preprocess, checkpoint)


def load_timm(checkpoint: Checkpoint) -> DiscriminativeClassifier:
    """Make a classifier of a folder in timm's format.

    The preprocessing is the configuration's, but for images of the network's own size.
    """
    import timm  # of an extra: the command line says which

    config, where = checkpoint.read_json("config.json"), checkpoint.path / "config.json"
    architecture, n_outputs = str(config.get("architecture")), config.get("num_classes")
    _check_known(architecture, timm.list_models(), f"{where}: architecture", "timm")
    if not isinstance(n_outputs, int) or n_outputs < 1:
        raise InputError(
            f"{where}: num_classes: expected a network with outputs, found {n_outputs!r}. A "
            "backbone names nothing: train a head, and save both as one network."
        )
    described = config.get("pretrained_cfg") or {}
    data = timm.data.resolve_data_config({}, pretrained_cfg=described)
    _, height, width = data["input_size"]
    if height != width or data["crop_mode"] not in ("center", "squash"):
        raise InputError(
            f"{where}: pretrained_cfg: expected a square input, cut from the centre or squashed; "
            f"found {height} x {width}, {data['crop_mode']}."
        )
    preprocess = TorchvisionPreprocess(
        crop_size=height,
        resize_size=math.floor(height / data["crop_pct"]),
        interpolation=data["interpolation"],
        mean=tuple(data["mean"]),
        std=tuple(data["std"]),
        squash=data["crop_mode"] == "squash",
    )
    arguments = {**(config.get("model_args") or {}), "num_classes": n_outputs}
    model = _from_folder(
        lambda: timm.create_model(architecture, pretrained=False, **arguments), checkpoint
    )
    names = config.get("label_names") or described.get("label_names") or range(n_outputs)
    return classifier_of(model, list(map(str, names)), preprocess, checkpoint)


def _load_download(
    checkpoint: Checkpoint, architecture: str, weights: str
) -> DiscriminativeClassifier:
    """Of torchvision's weights, ``IMAGENET1K_V1`` say; the path is their file in torch's cache."""
    from torchvision.models import get_model_weights

    file = checkpoint.path
    if file.exists():
        # No pipe, that torch would wait for.
        open_file(file).close()
    arguments = PRETRAINED_ARGUMENTS.get(architecture, {})
    model = _make(architecture, arguments, checkpoint.name)
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
    model = _filled(model, state, checkpoint)
    return classifier_of(model, list(chosen.meta["categories"]), preprocess, checkpoint)


def _make(architecture: str, arguments: dict[str, Any], where: str) -> torch.nn.Module:
    import torchvision

    known = torchvision.models.list_models(module=torchvision.models)
    _check_known(architecture, known, where, "torchvision")
    # Numbers come from the files alone.
    with init_empty_weights():
        return torchvision.models.get_model(architecture, weights=None, **arguments)


def _check_known(architecture: str, known: Sequence[str], where: str, library: str) -> None:
    if architecture not in known:
        near = difflib.get_close_matches(architecture, known) or sorted(known)[:5]
        raise InputError(
            f"{where}: expected a network of {library}, found {architecture!r}; near it: "
            f"{', '.join(near)}."
        )


def _from_folder(make: Callable[[], torch.nn.Module], checkpoint: Checkpoint) -> torch.nn.Module:
    check_folder(checkpoint.path)
    files = weight_files(checkpoint.path)
    with no_larger_than(files):
        model = make()
    state = {name: tensor for file in files for name, tensor in load_file(file).items()}
    model = _filled(model, state, checkpoint)
    check_numbers(model, files)
    return model


def _filled(
    model: torch.nn.Module, state: Mapping[str, torch.Tensor], checkpoint: Checkpoint
) -> torch.nn.Module:
    remedy = "Take those of this network."
    with refused(checkpoint.path, f"the weights of {checkpoint.format}", remedy):
        model.load_state_dict(state, assign=any(each.is_meta for each in model.parameters()))
    return model.eval().requires_grad_(False).to(checkpoint.device, checkpoint.dtype)
