"""What every classifier answers to the scorer, whichever kind of model it holds.

The scorer asks in units of (image, draw, class): how badly does this class explain this image,
given this draw of the noise? A classifier prepares images for its network (resizing, encoding),
says what is random in a draw, and measures. Everything else (batches, resuming, racing, weights,
the decision) happens elsewhere and is the same for all kinds.

`Classifier` is what is asked, `Adapter` what the classifiers of this package share in answering.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypedDict, Unpack, get_args

import numpy as np

from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule
from gcbook.paper.categories import CATEGORIES

if TYPE_CHECKING:
    import torch

Clip = Literal["none", "static", "dynamic"]
CLIPS: tuple[Clip, ...] = get_args(Clip)


@dataclass(frozen=True)
class Draw:
    """What is random about one draw of one image, the same for every class.

    ``t`` is in (0, 1]: noise time, or rate of masked tokens; NaN where a model has neither.
    ``log_snr`` is NaN where there is no noise. ``noise`` is float32 of the classifier's own shape.
    """

    index: int
    t: float = float("nan")
    log_snr: float = float("nan")
    noise: np.ndarray | None = field(default=None, repr=False, compare=False)


Draws: TypeAlias = Sequence[Draw]
Labels: TypeAlias = "torch.Tensor | None"
Measured: TypeAlias = "dict[str, torch.Tensor]"


class Classifier(Protocol):
    """A model that tells how badly each class explains an image.

    Attributes:
        name: label of the model, the observer's name in trials.
        labels: the classes, in the order of their indices.
        measures: what `measure` returns, all lower-is-better: ``("error_l2", "error_l1")``, means
            over elements, or ``("nll",)``, a negative log-likelihood in nats, whole, not a mean.
        joint: one evaluation answers for all classes at once.
        deterministic: nothing is random: one draw is all there is.
        evaluations: network evaluations (NFE) that one (image, draw, class) costs; where
            ``joint``, one (image, draw).
        default_clip: how the clean image is clipped unless a setting says otherwise.
    """

    name: str
    labels: tuple[str, ...]
    measures: tuple[str, ...]
    joint: bool
    deterministic: bool
    evaluations: int
    default_clip: Clip

    def describe(self) -> dict[str, object]:
        """Return, ready for JSON, all that makes the raw scores what they are.

        At least ``kind`` (diffusion, autoregressive, masked or discriminative), ``model`` (as it
        was named), ``weights`` (SHA-256 of the files, or ""), ``labels``, ``prompts``,
        ``resolution``, ``resize``, ``space`` (pixels, latents or tokens), ``schedule``
        (`Schedule.as_dict`, or None), and without weights ``fingerprint``
        (`gcbook.classifiers.fingerprint`, or any text that changes when the model does). Two
        classifiers of one description, ``model`` apart, give the same scores.
        """

    def prepare(self, images: Sequence[np.ndarray]) -> "torch.Tensor":
        """Bring images into the space where they are compared.

        Args:
            images: float32 arrays of shape (height, width, 3) in [0, 1], of any sizes.

        Returns:
            Pixels in [-1, 1], latents or tokens, (N, ...), on the classifier's device.
        """

    def draw(self, image_id: str, index: int, rule: DrawRule, prepared: "torch.Tensor") -> Draw:
        """Make one image's draw; ``prepared`` is that image alone, without the first axis."""

    def measure(self, x: "torch.Tensor", draws: Draws, labels: Labels, clip: Clip) -> Measured:
        """Evaluate the network on a batch.

        Args:
            x: prepared images (N, ...), in any order, the same image many times.
            draws: the draw of each, N; the same object where images share it.
            labels: index of the class of each, int64 (N,); None where ``joint``.
            clip: how to clip the clean image.

        Returns:
            For each name in ``measures`` a float tensor (N,), or (N, len(labels)) where
            ``joint``. What cannot be computed is NaN.
        """


class Named(TypedDict, total=False):
    """What a classifier of any kind is given by name.

    Attributes:
        labels: names of the classes, in the order of their indices; by default the categories.
        name: the observer's name; by default the kind.
        details: what else makes the scores what they are, for `Classifier.describe`.
        fingerprint: tells the model from others, where ``details`` have no ``weights``; by default
            the hash of what the classifier's ``parts`` hold.
    """

    labels: Sequence[str]
    name: str
    details: Mapping[str, object]
    fingerprint: str


class Adapter:
    """What is the same for classifiers of most kinds; the attributes are those of `Classifier`.

    Args:
        known: entries of the description that the kind knows; ``details`` may say otherwise.
        named: see `Named`.

    Attributes:
        parts: names of the attributes that compute the scores.
    """

    kind: str
    parts: tuple[str, ...]
    measures: tuple[str, ...]
    joint = False
    deterministic = False
    evaluations = 1
    default_clip: Clip = "none"

    def __init__(self, known: Mapping[str, object], **named: Unpack[Named]) -> None:
        self.labels = tuple(named.get("labels", CATEGORIES))
        self.name = named.get("name", self.kind)
        self.details = dict(named.get("details", {}))
        self.fingerprint = named.get("fingerprint", "")
        self._known = dict(known)

    def describe(self) -> dict[str, object]:
        """Describe as `Classifier.describe` does."""
        named = {"kind": self.kind, "model": self.name, "weights": "", "labels": list(self.labels)}
        empty = dict.fromkeys(("prompts", "resolution", "resize", "schedule"))
        described = named | empty | {"space": ""} | self._known | self.details
        if not described["weights"]:
            from gcbook.classifiers.fingerprint import fingerprint

            found = self.fingerprint or fingerprint({n: getattr(self, n) for n in self.parts})
            described["fingerprint"] = found
        return described

    def draw(self, image_id: str, index: int, rule: DrawRule, prepared: "torch.Tensor") -> Draw:
        return Draw(index)

    def one_each(self, labels: Labels) -> "torch.Tensor":
        """Return the labels of a batch."""
        if labels is None:
            raise InputError(
                f"{type(self).__name__}.measure: expected one label an image, found None."
            )
        return labels


def mean_errors(difference: "torch.Tensor") -> dict[str, "torch.Tensor"]:
    """Return the errors of images whose elements differ so much, (N, ...), from the originals."""
    difference = difference.flatten(1)
    return {"error_l2": difference.square().mean(1), "error_l1": difference.abs().mean(1)}


def shared_rows(items: Sequence[object]) -> tuple[list[int], list[int]]:
    """Tell which rows of a batch have one object in common, as classes have their draw.

    Returns:
        The first row of each object, and for every row the place of its object among those.

    >>> shared_rows(["x", "y", "x"])
    ([0, 1], [0, 1, 0])
    """
    keys = list(map(id, items))
    place = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    # From the end, so that of equal keys the first row is what is left.
    first = dict(zip(reversed(keys), reversed(range(len(keys))), strict=True))
    return [first[key] for key in place], [place[key] for key in keys]
