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

from collections.abc import Callable, Sequence
from typing import Unpack

import numpy as np
import torch

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.preprocess import Preprocess, ProcessorPreprocess
from gcbook.classifiers.protocol import Adapter, Clip, Draws, Labels, Measured, Named
from gcbook.files.errors import InputError
from gcbook.paper.categories import CATEGORIES, IMAGENET_CLASSES, imagenet_classes, imagenet_indices

LogProbs = Callable[[torch.Tensor], torch.Tensor]


class DiscriminativeClassifier(Adapter):
    """Any network that gives all classes' log-probabilities at once.

    Args:
        log_probs: maps prepared images (N, ...) to (N, len(labels)), natural logarithms.
        preprocess: brings images to the network's input.
        device: where the network runs.
        named: see `gcbook.classifiers.protocol.Named`.
    """

    kind = "discriminative"
    parts = ("log_probs", "preprocess")
    measures: tuple[str, ...] = ("nll",)
    joint = True
    deterministic = True

    def __init__(
        self,
        log_probs: LogProbs,
        preprocess: Preprocess,
        *,
        device: str | torch.device = "cpu",
        **named: Unpack[Named],
    ) -> None:
        shown = {"resolution": preprocess.size[0], "resize": preprocess.describe()}
        super().__init__({"space": "pixels"} | shown, **named)
        self.log_probs = log_probs
        self.preprocess = preprocess
        self.device = device

    def prepare(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        """Return (N, 3, height, width), normalized as the network expects, not in [-1, 1]."""
        return self.preprocess(images).to(self.device)

    @torch.inference_mode()
    def measure(self, x: torch.Tensor, draws: Draws, labels: Labels, clip: Clip) -> Measured:
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
    WordNet ids, after a look at the names; one with fewer, for some of these, by their names.

    Args:
        names: the network's own name of each output.
        labels: names of the classes.
        where: what to call the network in an error.
    """
    plain = [name.strip().lower() for name in names]
    if all(label.lower() in plain for label in labels):
        return [(plain.index(label.lower()),) for label in labels]
    if len(names) < IMAGENET_CLASSES:
        known = {each.name.lower(): each.category for each in imagenet_classes()}
        found = [known.get(name) for name in plain]
        if set(labels) <= set(found):
            return [tuple(i for i, each in enumerate(found) if each == label) for label in labels]
    elif len(names) == IMAGENET_CLASSES and set(labels) <= set(CATEGORIES):
        _check_order(plain, where)
        table = imagenet_indices()
        return [table[label] for label in labels]
    missing = [label for label in labels if label.lower() not in plain]
    raise InputError(
        f"{where}: expected outputs for the {IMAGENET_CLASSES:,} ImageNet classes, or for each of "
        f"the labels; found {len(names):,} outputs, none of them called "
        f"{', '.join(missing[:5])}. id2label in config.json names a network's outputs; of others "
        "gcbook.wrap(network, labels={output: category}) says which category they are."
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


def classifier_of(
    network: LogProbs,
    outputs: Sequence[str],
    preprocess: Preprocess,
    checkpoint: Checkpoint,
    **details: object,
) -> DiscriminativeClassifier:
    """Make a classifier of a network that is ready.

    Args:
        network: maps (N, 3, height, width) of the checkpoint's dtype to logits (N, outputs).
        outputs: its own name of each output.
        preprocess: what it is shown.
        checkpoint: what it was read from.
        details: for the description.
    """
    groups = class_indices(outputs, checkpoint.labels, str(checkpoint.path))
    return DiscriminativeClassifier(
        lambda x: category_log_probs(network(x.to(checkpoint.dtype)), groups),
        preprocess,
        device=checkpoint.device,
        **checkpoint.named(**details),
    )


def load_image_classifier(checkpoint: Checkpoint) -> DiscriminativeClassifier:
    """Make a classifier of a folder in transformers' format, an ``…ForImageClassification``."""
    from transformers import AutoModelForImageClassification

    preprocess = ProcessorPreprocess(checkpoint.path)
    model = checkpoint.whole(AutoModelForImageClassification)
    outputs = [str(model.config.id2label[i]) for i in range(model.config.num_labels)]
    return classifier_of(lambda x: model(x).logits, outputs, preprocess, checkpoint)
