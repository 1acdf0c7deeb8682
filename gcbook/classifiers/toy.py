r"""A toy world of two-dimensional images in which the perfect denoiser is known.

Each class c is a mixture of isotropic Gaussians of one variance, :math:`p(x \mid c) = \sum_k
\pi_{ck}\, N(x; m_{ck}, s^2 I)`. Noised, it stays one, with means :math:`\alpha_t m_{ck}` and
variance :math:`v_t = \alpha_t^2 s^2 + \sigma_t^2`, so the posterior mean of the clean image, which
is what a denoiser trained without limits would return, has a closed form:

.. math::
    \hat x(x_t, c, t) = \sum_k r_{ck}(x_t) \left[ m_{ck} + \frac{\alpha_t s^2}{v_t}
    (x_t - \alpha_t m_{ck}) \right], \qquad
    r_{ck} \propto \pi_{ck}\, N(x_t; \alpha_t m_{ck}, v_t I)

It obeys Tweedie's formula, :math:`\alpha_t \hat x = x_t + \sigma_t^2 \nabla \log p(x_t \mid c)`
(Efron, 2011).

A class is recognised by two things. *Where* its cloud lies is coarse: it survives much noise.
*Which clumps* the cloud is made of is fine: clumps of all classes alternate on one lattice, and a
little noise is enough to blur them.
"""

from dataclasses import dataclass

import numpy as np
import torch

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.noise.mixture import Mixture
from gcbook.noise.schedules import CosineSchedule, Schedule

TOY_LABELS = ("A", "B", "C", "D")
"""Upper left, upper right, lower left, lower right."""

CENTRE = 4 / 3
SITES_A_SIDE = 8
SPACING = 2 / 3
HALF_WIDTH = 8 / 3
"""Of the images of the classes as `make_toy` has them by default, 94 % lie in the square from -8/3
to 8/3."""


@dataclass(frozen=True)
class Toy:
    """The classes, all equally frequent.

    Attributes:
        means: centres of the clumps, float64 (classes, clumps, 2).
        weights: share of each clump in its class, (classes, clumps).
        fine_sd: standard deviation of a clump.
        centres: centres of the clouds, (classes, 2).
        labels: names of the classes.
    """

    means: torch.Tensor
    weights: torch.Tensor
    fine_sd: float
    centres: torch.Tensor
    labels: tuple[str, ...] = TOY_LABELS

    @property
    def factors(self) -> tuple[tuple[Mixture, Mixture], ...]:
        """Each class as a product of two mixtures: of the first and of the second number.

        Clumps are a lattice, and their shares a Gaussian's: both factorise.
        """
        side = round(self.means.shape[1] ** 0.5)
        found = []
        for means, weights in zip(self.means, self.weights, strict=True):
            grid, shares = means.reshape(side, side, 2), weights.reshape(side, side)
            lines = ((grid[:, 0, 0], shares.sum(1)), (grid[0, :, 1], shares.sum(0)))
            first, second = (
                Mixture(tuple(places.tolist()), tuple(parts.tolist()), self.fine_sd)
                for places, parts in lines
            )
            found.append((first, second))
        return tuple(found)

    def posterior_mean(
        self, x_t: torch.Tensor, alpha: torch.Tensor, sigma: torch.Tensor, label: torch.Tensor
    ) -> torch.Tensor:
        """Return the expected clean image given the noised one and its class, (N, 2).

        Args:
            x_t: noised images, (N, 2).
            alpha: factor of the image, (N,).
            sigma: standard deviation of the noise, (N,).
            label: index of the class of each, (N,).
        """
        means = self.means.to(x_t.dtype)[label]
        alpha, sigma = alpha[:, None], sigma[:, None]
        total = alpha**2 * self.fine_sd**2 + sigma**2
        # The term in ‖x_t‖² is the same for all clumps and drops out of the softmax.
        inner = torch.einsum("nkd,nd->nk", means, x_t)
        squares = self.means.square().sum(-1).to(x_t.dtype)[label]
        logits = self.weights.log().to(x_t.dtype)[label]
        logits = logits + (alpha * inner - alpha**2 * squares / 2) / total
        clump = torch.einsum("nk,nkd->nd", logits.softmax(1), means)
        return clump + alpha * self.fine_sd**2 / total * (x_t - alpha * clump)

    def log_density(self, x: torch.Tensor, alpha: float = 1.0, sigma: float = 0.0) -> torch.Tensor:
        """Return log p(x_t | c) of every class in nats, (N, classes); by default of clean images.

        Args:
            x: images, (N, 2).
            alpha: factor of the image.
            sigma: standard deviation of the noise.
        """
        total = alpha**2 * self.fine_sd**2 + sigma**2
        squares = (x[:, None, None, :] - alpha * self.means).square().sum(-1)
        logits = self.weights.log() - squares / (2 * total)
        return logits.logsumexp(-1) - np.log(2 * np.pi * total)

    def sample(self, n: int, generator: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Draw n images and their classes: float64 (n, 2), int64 (n,)."""
        n_classes, n_clumps, _ = self.means.shape
        label = generator.integers(n_classes, size=n)
        share = self.weights.numpy().cumsum(1)[label]
        clump = (generator.random((n, 1)) > share[:, :-1]).sum(1)
        noise = self.fine_sd * generator.standard_normal((n, 2))
        points = self.means.numpy()[label, np.minimum(clump, n_clumps - 1)] + noise
        return torch.from_numpy(points), torch.from_numpy(label)

    def coarse_cue(self, x: torch.Tensor) -> torch.Tensor:
        """Return the class whose cloud's centre is the nearest, int64 (N,)."""
        return torch.cdist(x, self.centres).argmin(1)

    def fine_cue(self, x: torch.Tensor) -> torch.Tensor:
        """Return the class of the nearest clump, however rare it is, int64 (N,)."""
        nearest = torch.cdist(x, self.means.flatten(0, 1)).argmin(1)
        return nearest // self.means.shape[1]


def make_toy(coarse_sd: float = 1.1, fine_sd: float = 0.25) -> Toy:
    """Make the four classes.

    Args:
        coarse_sd: standard deviation of a cloud; neighbouring centres are 8/3 apart.
        fine_sd: standard deviation of a clump; neighbouring clumps, which belong to different
            classes, are 2/3 apart.
    """
    place = SPACING * (torch.arange(SITES_A_SIDE, dtype=torch.float64) - (SITES_A_SIDE - 1) / 2)
    centres = CENTRE * torch.tensor([[-1, 1], [1, 1], [-1, -1], [1, -1]], dtype=torch.float64)
    # Every second column and every second row: four lattices that together fill the square.
    means = torch.stack(
        [
            torch.cartesian_prod(place[column::2], place[row::2])
            for row in (1, 0)
            for column in (0, 1)
        ]
    )
    squares = (means - centres[:, None]).square().sum(-1)
    weights = (-squares / (2 * coarse_sd**2)).softmax(1)
    return Toy(means, weights, fine_sd, centres)


def toy_classifier(toy: Toy, schedule: Schedule | None = None) -> DiffusionClassifier:
    """Return the real classifier around the perfect denoiser.

    An image is two numbers, prepared as two channels of a single pixel.

    Args:
        toy: the classes.
        schedule: by default the cosine.
    """
    known: Schedule = schedule or CosineSchedule()

    def denoise(x_t: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        times = t.double().numpy()
        alpha = torch.from_numpy(known.alpha(times)).to(x_t.dtype)
        sigma = torch.from_numpy(known.sigma(times)).to(x_t.dtype)
        return toy.posterior_mean(x_t.flatten(1), alpha, sigma, label).reshape(x_t.shape)

    return DiffusionClassifier(
        denoise,
        known,
        encode=lambda images: torch.as_tensor(np.stack(images)).reshape(-1, 2, 1, 1),
        labels=toy.labels,
        name="toy",
        details={"space": "two dimensions"},
    )
