"""Isotropic Gaussian classes with the exact denoiser, and images made of arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import torch

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.paper.categories import CATEGORIES
from gcbook.stimuli.stimulus import Stimulus


@dataclass(frozen=True)
class ArrayStimulus(Stimulus):
    """An image that is an array already."""

    pixels: np.ndarray | None = None

    def load(self):
        return self.pixels, self.sha256()

    def sha256(self):
        return sha256(self.pixels.tobytes()).hexdigest()


def stimulus(pixels, category, number=0, dataset="toy"):
    name = f"{category}{number}.png"
    place = f"{dataset}/{category}/{name}"
    return ArrayStimulus(name, name, category, "0", dataset, place, bytes, pixels)


def stimuli(
    n: int, *, labels: Sequence[str] = CATEGORIES, size: int = 4, seed: int = 0, dataset="toy"
) -> list[ArrayStimulus]:
    """Random images, categories in turn."""
    rng = np.random.default_rng(seed)
    return [
        stimulus(
            rng.random((size, size, 3)).astype(np.float32),
            labels[i % len(labels)],
            i,
            dataset,
        )
        for i in range(n)
    ]


def class_means(n_labels: int, size: int = 4, seed: int = 1) -> torch.Tensor:
    """Means in [-1, 1], (labels, 3, size, size)."""
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.uniform(-1, 1, (n_labels, 3, size, size)))


def gaussian_classifier(
    schedule,
    means: torch.Tensor,
    sd: float = 0.5,
    *,
    labels: Sequence[str] = CATEGORIES,
    dtype=torch.float32,
    name="toy",
) -> DiffusionClassifier:
    """N(mean of the class, sd² I), whose posterior mean of x given x_t is known."""

    def denoise(x_t, t, label):
        times = t.double().numpy()
        alpha = torch.from_numpy(schedule.alpha(times))[:, None, None, None].to(x_t.dtype)
        sigma = torch.from_numpy(schedule.sigma(times))[:, None, None, None].to(x_t.dtype)
        mean = means.to(x_t.dtype)[label]
        gain = alpha * sd**2 / (alpha**2 * sd**2 + sigma**2)
        return mean + gain * (x_t - alpha * mean)

    def double(images):
        return 2 * torch.from_numpy(np.stack(images)).movedim(-1, 1).double() - 1

    encode = double if dtype == torch.float64 else None
    return DiffusionClassifier(denoise, schedule, encode, labels=labels, name=name)


def nearest(images, means: torch.Tensor, labels: Sequence[str] = CATEGORIES) -> list[str]:
    """The class whose mean is nearest to each image."""
    x = torch.stack([2 * torch.from_numpy(image.pixels).movedim(-1, 0) - 1 for image in images])
    distances = (x.double()[:, None] - means[None]).flatten(2).square().sum(-1)
    return [labels[i] for i in distances.argmin(1).tolist()]
