"""Networks that are conditioned on classes, as DiT is: which of theirs stands for each label."""

from pathlib import Path
from typing import Any

from gcbook.classifiers.checkpoint import CLASS_TABLE, Checkpoint
from gcbook.files.errors import InputError

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


def class_ids(checkpoint: Checkpoint, n_classes: int) -> list[int]:
    """Return the id of the network's class that stands for each label.

    The first of these that has it: ``class_labels.json`` in the pipeline's folder; a class of
    exactly the label's name in ``id2label`` of ``model_index.json``; there, the one of
    `REPRESENTATIVES`.

    One class a label: the likelihood of a category of many classes would be the mean of their
    likelihoods, which errors of single draws do not give, and neither the mean nor the least of
    the errors stands for it. A category is therefore judged by one kind of its members.

    Args:
        checkpoint: the pipeline.
        n_classes: how many classes the network knows.
    """
    where, labels = checkpoint.path, checkpoint.labels
    if not n_classes:
        raise InputError(
            f"{where}: expected a network conditioned on classes, found one without: it cannot "
            "tell classes apart."
        )
    table = checkpoint.read_json(CLASS_TABLE) if checkpoint.holds(CLASS_TABLE) else {}
    names = _names(checkpoint.index.get("id2label") or {}, where)
    stand_ins = {label: names.get(name) for label, name in REPRESENTATIVES.items()}
    found = {
        label: source[label]
        for source in (stand_ins, names, table)
        for label in labels
        if source.get(label) is not None
    }
    missing = [label for label in labels if label not in found]
    if missing:
        raise InputError(
            f"{where}: expected a class of the network for each label, found none for "
            f"{', '.join(missing)}. Write {CLASS_TABLE} into the folder: an object of label: id."
        )
    ids: list[Any] = [found[label] for label in labels]
    if not all(type(value) is int and 0 <= value < n_classes for value in ids):
        raise InputError(
            f"{where}: expected class ids from 0 to {n_classes - 1}, one a label; found {ids}."
        )
    if len(set(ids)) < len(ids):
        raise InputError(f"{where}: expected another class for every label, found {ids}.")
    return ids


def _names(id2label: Any, where: Path) -> dict[str, int | None]:
    """Return the id of every name; None for a name of several classes, as ImageNet's crane is."""
    listed = id2label.items() if isinstance(id2label, dict) else [("", None)]
    if not all(key.isdecimal() and isinstance(name, str) for key, name in listed):
        raise InputError(
            f"{where}: expected id2label in model_index.json as {{'0': ..., '1': ...}}, found "
            "other entries. Mend them, or write "
            f"{CLASS_TABLE} into the folder and leave id2label out."
        )
    names: dict[str, int | None] = {}
    for key, value in id2label.items():
        for name in {part.strip() for part in value.split(",")}:
            names[name] = None if name in names else int(key)
    return names
