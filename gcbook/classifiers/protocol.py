"""What every classifier answers to the scorer, whichever kind of model it holds.

The scorer asks in units of (image, draw, class): how badly does this class explain this image,
given this draw of the noise? A classifier prepares images for its network (resizing, encoding),
says what is random in a draw, and measures. Everything else (batches, resuming, racing, weights,
the decision) happens elsewhere and is the same for all kinds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from gcbook.noise.draws import DrawRule

if TYPE_CHECKING:
    import torch

__all__ = ["CLIPS", "Classifier", "Clip", "Draw", "describe_as"]

Clip = Literal["none", "static", "dynamic"]
CLIPS: tuple[Clip, ...] = ("none", "static", "dynamic")


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
        was named), ``weights`` (SHA-256, or ""), ``labels``, ``prompts``, ``resolution``,
        ``resize``, ``space`` (pixels, latents or tokens), ``schedule`` (`Schedule.as_dict`, or
        None). Two classifiers of one description, ``model`` apart, give the same scores.
        """

    def prepare(self, images: Sequence[np.ndarray]) -> "torch.Tensor":
        """Bring images into the space where they are compared.

        Args:
            images: float32 arrays of shape (height, width, 3) in [0, 1], of any sizes.

        Returns:
            (N, ...) on the classifier's device: pixels in [-1, 1], latents or tokens.
        """

    def n_elements(self, prepared: "torch.Tensor") -> int:
        """Return over how many elements an error is a mean, or an nll a sum, for one image."""

    def draw(self, image_id: str, index: int, rule: DrawRule, prepared: "torch.Tensor") -> Draw:
        """Make one image's draw; ``prepared`` is that image alone, without the first axis."""

    def measure(
        self,
        x: "torch.Tensor",
        draws: Sequence[Draw],
        labels: "torch.Tensor | None",
        clip: Clip,
    ) -> dict[str, "torch.Tensor"]:
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


def describe_as(
    kind: str, model: str, labels: Sequence[str], details: dict[str, object], **known: object
) -> dict[str, object]:
    """Return all entries that `Classifier.describe` promises, unknown ones empty.

    >>> describe_as("masked", "m", ["cat"], {}, space="tokens")["space"]
    'tokens'
    """
    empty: dict[str, object] = dict.fromkeys(("prompts", "resolution", "resize", "schedule"))
    named = {"kind": kind, "model": model, "weights": "", "labels": list(labels)}
    return named | empty | {"space": ""} | known | details
