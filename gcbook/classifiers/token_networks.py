"""Transformers over the codes of a VQ model that name an image's class.

The same networks as `gcbook.classifiers.t5vq` and `gcbook.classifiers.amused`, in the same folders,
trained to another end (`gcbook.miniworld.training.tokens`): nothing is added to them, and output k
is class k. `model_index.json` says so::

    _class_name    "T5VQNaming" or "AmusedNaming"
    id2label       {"0": "tabby", ...}
    prompt         what the text encoder reads, whatever the image

The T5 reads the class behind the last code, so that every code has been seen; the U-ViT averages
over all places, none of them masked.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.discriminative import (
    DiscriminativeClassifier,
    category_log_probs,
    class_indices,
)
from gcbook.classifiers.preprocess import ImageFit
from gcbook.classifiers.tokens import VQTokenizer
from gcbook.files.atomic import write_text
from gcbook.files.errors import InputError
from gcbook.files.untrusted import read_json

INDEX = "model_index.json"


def write_naming(folder: Path, names: Sequence[str], prompt: str) -> None:
    """Mark the folder of a generator's networks as one that names classes.

    Args:
        names: of the classes, in the order of its outputs.
        prompt: what its text encoder reads.
    """
    index = read_json(folder / INDEX)
    index["_class_name"] = index["_class_name"].replace("Pipeline", "Naming")
    index |= {"id2label": dict(enumerate(names)), "prompt": prompt}
    write_text(json.dumps(index, indent=1) + "\n", folder / INDEX)


def read_naming(checkpoint: Checkpoint) -> tuple[list[str], str]:
    """Return the names of a network's classes, and its prompt.

    Raises:
        InputError: ``model_index.json`` does not say them.
    """
    names, prompt = checkpoint.index.get("id2label"), checkpoint.index.get("prompt")
    if not isinstance(names, dict) or not isinstance(prompt, str) or not names:
        raise InputError(
            f"{checkpoint.path}: expected id2label and prompt in {INDEX}, found "
            f"{names!r} and {prompt!r}; write the folder with gcbook train."
        )
    if missing := [k for k in range(len(names)) if str(k) not in names]:
        raise InputError(
            f"{checkpoint.path}: id2label: expected names of outputs 0 to {len(names) - 1}, found "
            f"none of {missing[0]}."
        )
    return [str(names[str(k)]) for k in range(len(names))], prompt


def naming_classifier(
    tokenizer: VQTokenizer,
    logits: Callable[[torch.Tensor], torch.Tensor],
    names: Sequence[str],
    checkpoint: Checkpoint,
) -> DiscriminativeClassifier:
    """Make a classifier of a network that names the class of codes.

    Args:
        tokenizer: of its VQ model.
        logits: of classes, (N, K), for codes (N, L).
        names: of the K classes.
        checkpoint: what it was read from.

    Raises:
        InputError: the classes are neither the labels nor of these categories.
    """
    groups = class_indices(names, checkpoint.labels, str(checkpoint.path))
    return DiscriminativeClassifier(
        lambda x: category_log_probs(logits(tokenizer.encode(x)), groups),
        _Square(tokenizer.fit),
        device=checkpoint.device,
        **checkpoint.named(),
    )


@dataclass(frozen=True)
class _Square:
    """Pixels as a VQ model takes them, in [0, 1]."""

    fit: ImageFit

    @property
    def size(self) -> tuple[int, int]:
        return self.fit.size, self.fit.size

    def __call__(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        return self.fit.fit(images)

    def describe(self) -> str:
        return str(self.fit.as_dict()["resize"])
