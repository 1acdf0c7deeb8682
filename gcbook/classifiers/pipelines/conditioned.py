"""Pipelines conditioned on a class instead of a text: U-Nets with a class embedding, DiT."""

from collections.abc import Sequence

import torch

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.pipelines.folder import PipelineFolder
from gcbook.classifiers.pipelines.targets import Target, latent_space, pixel_space, square
from gcbook.files.errors import InputError

__all__ = ["CLASS_TABLE", "REPRESENTATIVES", "class_ids", "load_class_unet", "load_dit"]

CLASS_TABLE = "class_labels.json"
"""A file in a pipeline's folder: an object of label → id of the network's class."""

REPRESENTATIVES = {
    "airplane": "airliner",
    "bear": "brown bear",
    "bicycle": "mountain bike",
    "bird": "robin",
    "boat": "speedboat",
    "bottle": "water bottle",
    "car": "sports car",
    "cat": "tabby",
    "chair": "folding chair",
    "clock": "wall clock",
    "dog": "golden retriever",
    "elephant": "African elephant",
    "keyboard": "computer keyboard",
    "knife": "cleaver",
    "oven": "rotisserie",
    "truck": "trailer truck",
}
"""For each of the 16 categories one ImageNet class that stands for it."""


def load_class_unet(folder: PipelineFolder, target: Target) -> DiffusionClassifier:
    """Make a classifier of a pixel U-Net with a class embedding.

    Raises:
        InputError: the U-Net has no class embedding, or no id for a label.
    """
    unet = folder.network("unet", "UNet2DModel", device=target.device, dtype=target.dtype)
    config = unet.config
    if not config.num_class_embeds:
        raise InputError(
            f"{folder.path}: expected a U-Net conditioned on classes (num_class_embeds), found "
            "one without: it cannot tell classes apart."
        )
    space = pixel_space(
        square(config.sample_size, folder), config.in_channels, folder, target.device
    )
    ids = class_ids(folder, target.labels, config.num_class_embeds)
    classes = torch.tensor(ids, device=target.device)

    def predict(x_t: torch.Tensor, index: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        return unet(x_t, index, class_labels=classes[label]).sample

    return target.discrete_classifier(folder, predict, space, classes=ids)


def load_dit(folder: PipelineFolder, target: Target) -> DiffusionClassifier:
    """Make a classifier of a DiT (Peebles & Xie, 2023).

    Raises:
        InputError: it has no id for a label.
    """
    transformer = folder.network(
        "transformer",
        "DiTTransformer2DModel",
        "Transformer2DModel",
        device=target.device,
        dtype=target.dtype,
    )
    config = transformer.config
    space = latent_space(
        square(config.sample_size, folder), config.in_channels, folder, target.device
    )
    ids = class_ids(folder, target.labels, config.num_embeds_ada_norm)
    classes = torch.tensor(ids, device=target.device)

    def predict(x_t: torch.Tensor, index: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        return transformer(x_t, timestep=index, class_labels=classes[label]).sample

    return target.discrete_classifier(folder, predict, space, classes=ids)


def class_ids(folder: PipelineFolder, labels: Sequence[str], n_classes: int) -> list[int]:
    """Return the id of the network's class that stands for each label.

    The first of these that has it: ``class_labels.json`` in the pipeline's folder; a class of
    exactly the label's name in ``id2label`` of ``model_index.json``; there, the one of
    `REPRESENTATIVES`.

    One class a label: the likelihood of a category of many classes would be the mean of their
    likelihoods, which errors of single draws do not give, and neither the mean nor the least of
    the errors stands for it. A category is therefore judged by one kind of its members.

    Args:
        folder: the pipeline.
        labels: names of the classes to tell apart.
        n_classes: how many classes the network knows.

    Raises:
        InputError: a label has no class, two labels have one, or an id is out of range.
    """
    table = folder.read_json(CLASS_TABLE) if (folder.path / CLASS_TABLE).is_file() else {}
    names = _names(folder.index.get("id2label") or {})
    sources = (
        table,
        names,
        {label: names.get(stand_in) for label, stand_in in REPRESENTATIVES.items()},
    )
    found = {
        label: source[label]
        for source in reversed(sources)
        for label in labels
        if source.get(label) is not None
    }
    missing = [label for label in labels if label not in found]
    if missing:
        raise InputError(
            f"{folder.path}: expected a class of the network for each label, found none for "
            f"{', '.join(missing)}. Write {CLASS_TABLE} into the folder: an object of label: id."
        )
    ids = [found[label] for label in labels]
    if not all(type(value) is int and 0 <= value < n_classes for value in ids):
        raise InputError(
            f"{folder.path}: expected class ids from 0 to {n_classes - 1}, one a label; found "
            f"{ids}."
        )
    if len(set(ids)) < len(ids):
        raise InputError(f"{folder.path}: expected another class for every label, found {ids}.")
    return ids


def _names(id2label: dict[str, str]) -> dict[str, int | None]:
    """Return the id of every name; None for a name of several classes, as ImageNet's crane is."""
    names: dict[str, int | None] = {}
    for key, value in id2label.items():
        for name in {part.strip() for part in value.split(",")}:
            names[name] = None if name in names else int(key)
    return names
