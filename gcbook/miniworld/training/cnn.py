"""The discriminative miniatures: one ResNet, on clean images and on noised ones.

Trained as ImageNet's are: random resized crops of 8 to 100 % of the image, flips, stochastic
gradient descent with momentum, a cosine schedule (He et al., 2016; Jaini et al., 2024, Appendix E).
``noise`` adds what Appendix E of the paper adds, `gcbook.classifiers.augmentation.DiffusionNoise`.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from gcbook.classifiers.augmentation import DiffusionNoise
from gcbook.classifiers.preprocess import TorchvisionPreprocess
from gcbook.miniworld.training.conditional import autocast
from gcbook.miniworld.training.miniature import Start, Task

MEAN, SD = 0.5, 0.25
AREA = (0.08, 1.0)
ASPECT = (3 / 4, 4 / 3)


class CnnTask(Task):
    """A ResNet that names the classes of its images, by the first name of each.

    Args:
        noise: add noise in training.
    """

    networks = ("network",)

    def __init__(
        self,
        start: Start,
        *,
        noise: bool,
        batch_size: int = 128,
    ) -> None:
        super().__init__(start, batch_size)
        self.noise = noise
        torch.manual_seed(start.seed)
        self.network = small_resnet([each[0] for each in start.names])
        self.network.to(self.device)

    def loss(self, step: int, generator: torch.Generator) -> torch.Tensor:
        images, labels = self.draw(generator)
        images = random_resized_crops(images, generator)
        images = (images - MEAN) / SD
        if self.noise:
            images = DiffusionNoise(generator=generator)(images)
        with autocast(self.device):
            logits = self.network(images.to(self.device)).logits
        return F.cross_entropy(logits.float(), labels.to(self.device))

    def validate(self) -> dict[str, float]:
        generator = torch.Generator().manual_seed(0)
        totals = torch.zeros(2, dtype=torch.float64)
        for images, labels in self.validation.batches(512):
            images = (images - MEAN) / SD
            logits = self.network(images.to(self.device)).logits.cpu()
            right = (logits.argmax(1) == labels).sum()
            if self.noise:
                images = DiffusionNoise(generator=generator)(images)
                logits = self.network(images.to(self.device)).logits.cpu()
            loss = F.cross_entropy(logits, labels, reduction="sum")
            totals += torch.tensor([loss.item(), right.item()])
        loss_mean, accuracy = (totals / len(self.validation)).tolist()
        return {"loss": loss_mean, "accuracy": accuracy}

    def export(self, folder: Path) -> None:
        size = self.train.images.shape[-1]
        shown = TorchvisionPreprocess(size, size, mean=(MEAN,) * 3, std=(SD,) * 3)
        save_small(self.network, shown, folder)


def small_resnet(names: Sequence[str]) -> Any:
    """Return a ResNet of 1.3 million parameters for outputs of some names (He et al., 2016)."""
    from transformers import ResNetConfig, ResNetForImageClassification

    config = ResNetConfig(
        embedding_size=32,
        hidden_sizes=[64, 96, 160],
        depths=[2, 2, 2],
        layer_type="basic",
        id2label=dict(enumerate(names)),
        label2id={name: index for index, name in enumerate(names)},
    )
    network: Any = ResNetForImageClassification(config)
    # A quarter faster without a GPU, and on one too.
    return network.to(memory_format=torch.channels_last)


def save_small(network: Any, shown: TorchvisionPreprocess, folder: Path) -> None:
    """Write a network and what it is shown as a folder of transformers'; images are not cut."""
    from transformers import ConvNextImageProcessor

    network.save_pretrained(folder)
    ConvNextImageProcessor(
        size={"shortest_edge": shown.crop_size},
        crop_pct=shown.crop_size / shown.resize_size,
        image_mean=list(shown.mean),
        image_std=list(shown.std),
    ).save_pretrained(folder)


def random_flips(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Mirror half of the images (N, C, H, W)."""
    mirror = torch.rand((len(images), 1, 1, 1), generator=generator) < 0.5
    return torch.where(mirror, images.flip(-1), images)


def random_resized_crops(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Cut random rectangles out of images (N, C, H, W), flip half, and resize them back.

    Area and aspect are drawn as torchvision's ``RandomResizedCrop`` draws them: 8 to 100 % of the
    area, 3:4 to 4:3 in the logarithm; a rectangle that does not fit is cut to what does.
    """
    count = len(images)
    draw = torch.rand((5, count), generator=generator)
    area = AREA[0] + (AREA[1] - AREA[0]) * draw[0]
    low, high = math.log(ASPECT[0]), math.log(ASPECT[1])
    aspect = torch.exp(low + (high - low) * draw[1])
    width, height = (area * aspect).sqrt().clamp(max=1), (area / aspect).sqrt().clamp(max=1)
    left, top = (1 - width) * (2 * draw[2] - 1), (1 - height) * (2 * draw[3] - 1)
    mirror = torch.where(draw[4] < 0.5, -1.0, 1.0)
    theta = torch.zeros((count, 2, 3))
    theta[:, 0, 0], theta[:, 0, 2] = width * mirror, left
    theta[:, 1, 1], theta[:, 1, 2] = height, top
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False, padding_mode="border")
