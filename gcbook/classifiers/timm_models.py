"""timm's image classifiers: by name, ``timm:resnet50.a1_in1k``, or from a folder of its format.

A name is fetched from the Hub's organisation of that name, or taken from ``GCBOOK_MODELS_DIR`` as
``timm--resnet50.a1_in1k``. A folder has config.json (``architecture``, ``num_classes``,
``pretrained_cfg``, ``model_args``) and model.safetensors, as ``timm.models.save_for_hf`` writes
them. The preprocessing is the configuration's, but for images of the network's own size.
"""

import difflib
import math
from pathlib import Path
from typing import Any

from gcbook.classifiers.checkpoint import Checkpoint, fill_network
from gcbook.classifiers.discriminative import DiscriminativeClassifier, classifier_of
from gcbook.classifiers.preprocess import TorchvisionPreprocess
from gcbook.classifiers.weights import locate_model, weight_files
from gcbook.files.errors import InputError
from gcbook.files.extras import import_extra


def locate_timm(name: str) -> Path:
    """Return the folder of one of timm's models, fetched where it is not here.

    Raises:
        DataNotFoundError: it is neither here nor on the Hub.
    """
    return locate_model(f"timm/{name}")


def load_timm(checkpoint: Checkpoint) -> DiscriminativeClassifier:
    """Make a classifier of a folder in timm's format.

    Raises:
        InputError: timm is not installed, it knows no such network, the weights are another one's,
            or its outputs are neither ImageNet's classes nor the labels.
    """
    timm: Any = import_extra("timm", f"{checkpoint.path} is a model of timm")
    config, where = checkpoint.read_json("config.json"), checkpoint.path / "config.json"
    architecture, n_outputs = config.get("architecture"), config.get("num_classes")
    if architecture not in timm.list_models():
        near = ", ".join(difflib.get_close_matches(str(architecture), timm.list_models()))
        raise InputError(
            f"{where}: architecture: expected a network of timm {timm.__version__}, found "
            f"{architecture!r}.{f' Near it: {near}.' if near else ''}"
        )
    if not isinstance(n_outputs, int) or n_outputs < 1:
        raise InputError(
            f"{where}: num_classes: expected a network with outputs, found {n_outputs!r}. A "
            "backbone names nothing: train a head, and save both as one network."
        )
    described = config.get("pretrained_cfg") or {}
    preprocess = _preprocess(timm.data.resolve_data_config({}, pretrained_cfg=described), where)
    arguments = {**(config.get("model_args") or {}), "num_classes": n_outputs}
    model = fill_network(
        lambda: timm.create_model(architecture, pretrained=False, **arguments),
        weight_files(checkpoint.path),
        checkpoint,
        str(architecture),
    )
    names = config.get("label_names") or described.get("label_names")
    outputs = [str(name) for name in names or range(n_outputs)]
    return classifier_of(model, outputs, preprocess, checkpoint)


def _preprocess(data: dict[str, Any], where: Path) -> TorchvisionPreprocess:
    _, height, width = data["input_size"]
    if height != width or data["crop_mode"] not in ("center", "squash"):
        raise InputError(
            f"{where}: pretrained_cfg: expected a square input, cut from the centre or squashed; "
            f"found {height} x {width}, {data['crop_mode']}."
        )
    return TorchvisionPreprocess(
        crop_size=height,
        resize_size=math.floor(height / data["crop_pct"]),
        interpolation=data["interpolation"],
        mean=tuple(data["mean"]),
        std=tuple(data["std"]),
        squash=data["crop_mode"] == "squash",
    )
