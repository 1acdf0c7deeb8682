"""How the paper's ResNet-50 is trained, and its twin without noise (Appendix E)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from gcbook.classifiers.preprocess import TorchvisionPreprocess

__all__ = ["RESNETS", "ResNetPlan"]


@dataclass(frozen=True)
class ResNetPlan:
    """How a network is trained; the defaults are those of Appendix E.

    Args:
        noise: put diffusion-style noise on the training images.
        sqrt_alphas: the law of its strength.
        epochs: over the training images.
        batch_size: images a step and device.
        learning_rate: its largest value; it falls to zero along half a cosine.
        momentum: of stochastic gradient descent.
        weight_decay: of all weights.
        architecture: one of torchvision's networks.
        crop_size: side of the images, in pixels; they are resized to 8/7 of it before testing.
        seed: of the weights, the order and the augmentation.
    """

    noise: bool
    sqrt_alphas: bool = True
    epochs: int = 300
    batch_size: int = 64
    learning_rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 1e-4
    architecture: str = "resnet50"
    crop_size: int = 224
    seed: int = 0

    def rate(self, done: float) -> float:
        """Return the learning rate after a share of the run, 0 to 1."""
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * done))

    @property
    def shown(self) -> TorchvisionPreprocess:
        """What a network is tested on."""
        return TorchvisionPreprocess(self.crop_size, round(self.crop_size * 8 / 7))


RESNETS: Mapping[str, ResNetPlan] = {
    "resnet50": ResNetPlan(noise=False, epochs=90),
    "resnet50-noise": ResNetPlan(noise=True),
}
"""By the name that `gcbook train` takes."""
