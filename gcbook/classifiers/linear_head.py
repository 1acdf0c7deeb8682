"""DINOv2 (Oquab et al., 2023) and DINOv3 (Siméoni et al., 2025) with a linear head.

A backbone names nothing. The folder in transformers' format is joined by a folder of the head,
``head`` in it or elsewhere (``head=FOLDER``)::

    config.json                  of the backbone, with model.safetensors and
    preprocessor_config.json     as transformers saves them
    head/model.safetensors       weight (outputs, features) and bias (outputs), as torch.nn.Linear
    head/config.json             {"pooling": "cls", "id2label": {"0": "airplane", ...}}

``pooling`` says what the head was trained on, of the backbone's last hidden state behind its norm:

- ``cls``: the class token, so that features are the backbone's width;
- ``cls+mean``: the class token, then the mean of the patch tokens, without registers: twice that.
  The published heads are of this kind.

``id2label`` may be left out where the outputs are ImageNet's 1,000. A head in a pickle becomes such
a file by ``safetensors.torch.save_file(torch.load(FILE, weights_only=True), "model.safetensors")``.
"""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.discriminative import DiscriminativeClassifier, classifier_of
from gcbook.classifiers.preprocess import ProcessorPreprocess
from gcbook.classifiers.pretrained import check_folder, check_numbers, read_configuration
from gcbook.classifiers.registry import adapter
from gcbook.classifiers.weights import hash_weights, weight_files
from gcbook.files.errors import InputError

POOLINGS = {"cls": 1, "cls+mean": 2}
"""How many times the backbone's width the features are."""


@adapter(
    "Dinov2Model",
    "Dinov2WithRegistersModel",
    "DINOv3ViTModel",
    kind="discriminative",
    title="DINOv2 and DINOv3 with a linear head",
    options=("head", "categories", "noise"),
)
def load_linear_head(
    checkpoint: Checkpoint, head: str | Path | None = None
) -> DiscriminativeClassifier:
    """Make a classifier of a backbone and a head.

    Args:
        checkpoint: folder of the backbone.
        head: folder of the head; by default ``head`` in the backbone's.

    Raises:
        InputError: a folder is not complete, the head does not fit, or its outputs are neither
            ImageNet's classes nor the labels.
    """
    from transformers import AutoModel

    folder = Path(head).expanduser() if head else checkpoint.path / "head"
    if not (folder / "config.json").is_file():
        raise InputError(
            f"{folder}: expected a linear head, since {checkpoint.format} alone names nothing: "
            'config.json with "pooling" (cls or cls+mean) and "id2label", and model.safetensors '
            "with weight and bias; found none. Say where with head (--head FOLDER)."
        )
    pooling, names, linear = _read_head(folder)
    preprocess = ProcessorPreprocess(checkpoint.path)
    model = checkpoint.whole(AutoModel)
    width, features = model.config.hidden_size, linear.in_features
    if features != POOLINGS[pooling] * width:
        raise InputError(
            f"{folder}: expected a weight of {POOLINGS[pooling] * width} features, {pooling} of a "
            f"backbone of width {width}; found {features}."
        )
    linear = linear.to(checkpoint.device, checkpoint.dtype)
    n_before = 1 + getattr(model.config, "num_register_tokens", 0)

    def network(x: torch.Tensor) -> torch.Tensor:
        states = model(x).last_hidden_state
        pooled = states[:, 0]
        if pooling == "cls+mean":
            pooled = torch.cat([pooled, states[:, n_before:].mean(1)], 1)
        return linear(pooled)

    about = {"pooling": pooling, "head": hash_weights(folder)}
    return classifier_of(network, names, preprocess, checkpoint, **about)


def _read_head(folder: Path) -> tuple[str, list[str], torch.nn.Linear]:
    check_folder(folder)
    config: Any = read_configuration(folder / "config.json")
    pooling = config.get("pooling") if isinstance(config, dict) else None
    if pooling not in POOLINGS:
        raise InputError(
            f"{folder / 'config.json'}: pooling: expected {' or '.join(POOLINGS)}, found "
            f"{pooling!r}."
        )
    files = weight_files(folder)
    state = {name: tensor for file in files for name, tensor in load_file(file).items()}
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
    if set(shapes) != {"weight", "bias"} or (
        len(shapes["weight"]) != 2 or shapes["weight"][:1] != shapes["bias"]
    ):
        raise InputError(
            f"{files[0]}: expected weight (outputs, features) and bias (outputs), found {shapes}."
        )
    n_outputs, n_features = shapes["weight"]
    linear = torch.nn.Linear(n_features, n_outputs)
    linear.load_state_dict(state)
    check_numbers(linear, files)
    names = config.get("id2label") or {str(index): str(index) for index in range(n_outputs)}
    if not isinstance(names, dict) or set(names) != {str(index) for index in range(n_outputs)}:
        raise InputError(
            f"{folder / 'config.json'}: id2label: expected a name for each of the {n_outputs} "
            "outputs, {'0': ..., '1': ...}."
        )
    outputs = [str(names[str(index)]) for index in range(n_outputs)]
    return pooling, outputs, linear.eval().requires_grad_(False)
