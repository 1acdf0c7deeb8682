r"""Networks that name what they see, as classifiers: torchvision's and transformers'.

.. math::
    \mathrm{nll}(x, y) = -\log \frac{1}{|C_y|} \sum_{c \in C_y} p_\theta(c \mid x)

A network trained on ImageNet gives 1,000 probabilities; those of the classes :math:`C_y` of each
category (`gcbook.paper.categories`) are averaged, as Geirhos et al. (2018) do and the
model-vs-human toolbox after them. The 16 means do not sum to one, since 793 classes belong to no
category, and are not renormalised: the order of the categories, and so every decision, would be the
same. The mean, not the sum, keeps 109 breeds of dogs from outvoting one kind of airplane.

One evaluation answers for all classes, and nothing is random.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gcbook.classifiers.loading import load_weights
from gcbook.classifiers.preprocess import Preprocess, ProcessorPreprocess
from gcbook.classifiers.protocol import Clip, Draw, describe_as
from gcbook.classifiers.tokens import torch_dtype
from gcbook.classifiers.weights import hash_weights, locate_model
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule
from gcbook.paper.categories import CATEGORIES, IMAGENET_CLASSES, imagenet_classes, imagenet_indices

__all__ = [
    "DiscriminativeClassifier",
    "category_log_probs",
    "class_indices",
    "load_discriminative",
]

LogProbs = Callable[[torch.Tensor], torch.Tensor]


class DiscriminativeClassifier:
    """Any network that gives all classes' log-probabilities at once.

    Args:
        log_probs: maps prepared images (N, ...) to (N, len(labels)), natural logarithms.
        preprocess: brings images to the network's input.
        labels: names of the classes, in the order of their indices.
        name: the observer's name.
        device: where the network runs.
        details: what else makes the scores what they are, for `describe`.
    """

    measures: tuple[str, ...] = ("nll",)
    joint = True
    deterministic = True
    evaluations = 1
    default_clip: Clip = "none"

    def __init__(
        self,
        log_probs: LogProbs,
        preprocess: Preprocess,
        *,
        labels: Sequence[str] = CATEGORIES,
        name: str = "discriminative",
        device: str = "cpu",
        details: dict[str, object] | None = None,
    ) -> None:
        self.log_probs = log_probs
        self.preprocess = preprocess
        self.labels = tuple(labels)
        self.name = name
        self.device = device
        self.details = dict(details or {})

    def describe(self) -> dict[str, object]:
        return describe_as(
            "discriminative",
            self.name,
            self.labels,
            self.details,
            resolution=self.preprocess.size[0],
            resize=self.preprocess.describe(),
            space="pixels",
        )

    def prepare(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        """Return (N, 3, height, width), normalized as the network expects, not in [-1, 1]."""
        return self.preprocess(images).to(self.device)

    def n_elements(self, prepared: torch.Tensor) -> int:
        return 1

    def draw(self, image_id: str, index: int, rule: DrawRule, prepared: torch.Tensor) -> Draw:
        return Draw(index)

    @torch.inference_mode()
    def measure(
        self,
        x: torch.Tensor,
        draws: Sequence[Draw],
        labels: torch.Tensor | None,
        clip: Clip,
    ) -> dict[str, torch.Tensor]:
        return {"nll": -self.log_probs(x).float()}


def category_log_probs(logits: torch.Tensor, indices: Sequence[Sequence[int]]) -> torch.Tensor:
    """Return the logarithm of each category's mean probability.

    Args:
        logits: (N, classes); the softmax is taken over all of them, in float32.
        indices: for each category those of its classes.

    Returns:
        (N, categories) float32, natural logarithms.

    >>> category_log_probs(torch.zeros(1, 4), [[0], [1, 2]]).exp()
    tensor([[0.2500, 0.2500]])
    """
    log_p = logits.float().log_softmax(1)
    means = [
        log_p[:, list(group)].logsumexp(1) - torch.tensor(float(len(group))).log().item()
        for group in indices
    ]
    return torch.stack(means, 1)


def class_indices(
    names: Sequence[str], labels: Sequence[str], where: str = "the model"
) -> list[tuple[int, ...]]:
    """Find which of a network's outputs belong to each label.

    A network that answers with the labels themselves is taken at its word, and what else it
    answers is left out. One with 1,000 classes is taken for one of ImageNet's, in the order of
    WordNet ids, after a look at the names.

    Args:
        names: the network's own name of each output.
        labels: names of the classes.
        where: what to call the network in an error.

    Raises:
        InputError: the outputs are neither.
    """
    plain = [name.strip().lower() for name in names]
    if all(label.lower() in plain for label in labels):
        return [(plain.index(label.lower()),) for label in labels]
    if len(names) == IMAGENET_CLASSES and set(labels) <= set(CATEGORIES):
        _check_order(plain, where)
        table = imagenet_indices()
        return [table[label] for label in labels]
    missing = [label for label in labels if label.lower() not in plain]
    raise InputError(
        f"{where}: expected outputs for the {IMAGENET_CLASSES:,} ImageNet classes, or for each of "
        f"the labels; found {len(names):,} outputs, none of them called "
        f"{', '.join(missing[:5])}. id2label in config.json names a network's outputs."
    )


def _check_order(names: Sequence[str], where: str) -> None:
    # Names come as "LABEL_7" where nobody wrote them down, and as lists of synonyms elsewhere.
    if all(name.startswith("label_") or name.isdigit() for name in names):
        return
    known = imagenet_classes()
    alike = sum(item.name.lower() in names[item.index] for item in known)
    if 2 * alike < len(known):
        example = known[0]
        raise InputError(
            f"{where}: expected ImageNet's classes in the order of their WordNet ids (output "
            f"{example.index} is {example.name}), found another order (output {example.index} is "
            f"{names[example.index]}); id2label in config.json says so."
        )


def load_discriminative(
    path_or_id: str | Path,
    *,
    labels: Sequence[str] = CATEGORIES,
    name: str = "",
    device: str = "cpu",
    dtype: str = "float32",
) -> DiscriminativeClassifier:
    """Make a classifier from an image-classification network.

    Args:
        path_or_id: one of

            - ``torchvision:NAME`` or ``torchvision:NAME:WEIGHTS``: torchvision's own weights
              (by default IMAGENET1K_V1, which the published trials were made with);
            - a folder with a torchvision network: see `gcbook.classifiers.torchvision_models`;
            - a folder or Hub id in transformers' format, an ``…ForImageClassification``, with
              ``preprocessor_config.json``.
        labels: names of the classes.
        name: the observer's name; by default the last part of ``path_or_id``.
        device: where the network runs.
        dtype: of the network: float32, float16 or bfloat16; the softmax is float32 always.

    Raises:
        InputError: the folder is not complete, or its outputs are neither ImageNet's classes nor
            the labels.
        DataNotFoundError: the weights are not here and cannot be fetched.
    """
    from gcbook.classifiers.torchvision_models import PREFIX, open_download, open_folder

    precision = torch_dtype(dtype)
    if str(path_or_id).startswith(PREFIX):
        network = open_download(str(path_or_id))
    else:
        folder = locate_model(path_or_id)
        config = read_config(folder)
        if "torchvision" not in config:
            return _from_transformers(folder, config, labels, name, device, precision)
        network = open_folder(folder, config)
    groups = class_indices(network.outputs, labels, str(path_or_id))
    model = network.model.eval().to(device, precision)
    return DiscriminativeClassifier(
        lambda x: category_log_probs(model(x.to(precision)), groups),
        network.preprocess,
        labels=labels,
        name=name or network.name,
        device=device,
        details={"weights": network.weights, "dtype": dtype, "format": network.format},
    )


def read_config(folder: Path) -> dict[str, Any]:
    """Read a model's config.json.

    Raises:
        InputError: there is none, or it is no JSON object.
    """
    file = folder / "config.json"
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: expected the model's configuration; {error}.") from error
    if not isinstance(config, dict):
        raise InputError(f"{file}: expected a JSON object, found {type(config).__name__}.")
    return config


def _from_transformers(
    folder: Path,
    config: dict[str, Any],
    labels: Sequence[str],
    name: str,
    device: str,
    dtype: torch.dtype,
) -> DiscriminativeClassifier:
    architecture = (config.get("architectures") or ["none"])[0]
    if not architecture.endswith("ForImageClassification"):
        raise InputError(
            f"{folder}: expected a network for image classification, with architectures in "
            f"config.json …ForImageClassification; found {architecture}."
        )
    from transformers import AutoModelForImageClassification

    preprocess = ProcessorPreprocess(folder)
    model = load_weights(AutoModelForImageClassification, folder, dtype)
    outputs = [str(model.config.id2label[i]) for i in range(model.config.num_labels)]
    groups = class_indices(outputs, labels, str(folder))
    model = model.to(device)
    return DiscriminativeClassifier(
        lambda x: category_log_probs(model(x.to(dtype)).logits, groups),
        preprocess,
        labels=labels,
        name=name or folder.name,
        device=device,
        details={
            "weights": hash_weights(folder),
            "dtype": str(dtype).removeprefix("torch."),
            "format": architecture,
        },
    )
