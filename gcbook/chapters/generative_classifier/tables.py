"""The toy of the chapter on the scorer: images, expected errors, and decisions from them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.protocol import Draw
from gcbook.classifiers.toy import HALF_WIDTH, Toy
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.schedules import log_snr
from gcbook.noise.weightings import parse_weighting

__all__ = [
    "DECAYS",
    "TIMES",
    "cue_decisions",
    "expected_errors",
    "grid_points",
    "sample_table",
    "weighted_decisions",
    "EXAMPLES",
    "error_table",
    "example_images",
    "restoration_table",
]

TIMES = np.arange(1, 26) / 25
"""Noise times at which expected errors are computed, counted as a DDPM of 25 steps does."""

DECAYS = tuple(range(21))
"""Values of k in exp(-kt) that the figures offer."""

NODES = 6
"""Points of the quadrature over the noise, in each of the two dimensions."""

FEW_FROM = 0.5
"""Half as many do beyond this t, where restorations no longer have steps."""


def sample_table(toy: Toy, n: int, seed: int) -> pd.DataFrame:
    """Images of the toy, each with noise to put on it.

    Args:
        toy: the classes.
        n: how many images.
        seed: of images and noise.

    Returns:
        ``label``, ``x, y`` (the image) and ``noise_x, noise_y`` (standard normal).
    """
    generator = np.random.default_rng(seed)
    images, label = toy.sample(n, generator)
    noise = generator.standard_normal((n, 2))
    table = pd.DataFrame(np.hstack([images.numpy(), noise]).round(3))
    table.columns = pd.Index(["x", "y", "noise_x", "noise_y"])
    table.insert(0, "label", np.array(toy.labels)[label.numpy()])
    return table


def grid_points(side: int) -> torch.Tensor:
    """Return the centres of the cells of a square grid, row by row from below, (side², 2)."""
    edges = np.linspace(-HALF_WIDTH, HALF_WIDTH, side + 1)
    centres = (edges[1:] + edges[:-1]) / 2
    y, x = np.meshgrid(centres, centres, indexing="ij")
    return torch.from_numpy(np.stack([x.ravel(), y.ravel()], axis=1))


def expected_errors(
    classifier: DiffusionClassifier, images: torch.Tensor, nodes: int = NODES
) -> np.ndarray:
    """Mean over the noise of the error that the real classifier measures.

    The expectation is taken by Gauss-Hermite quadrature, so that it holds no chance. With clumps as
    `gcbook.classifiers.toy.make_toy` has them by default, an error is off by 1 % on average and 6
    % at most, which changes one decision in 200; with 12 nodes by 1 % at most.

    Args:
        classifier: from `gcbook.classifiers.toy.toy_classifier`.
        images: (N, 2).
        nodes: points of the quadrature in each dimension, at least 2.

    Returns:
        float64 (N, len(TIMES), classes).
    """
    n, classes = len(images), len(classifier.labels)
    x = classifier.prepare(list(images.float().numpy())).repeat(classes, 1, 1, 1)
    label = torch.arange(classes).repeat_interleave(n)
    found = np.zeros((n, len(TIMES), classes))
    for i, t in enumerate(TIMES):
        for noise, part in _quadrature((nodes + 1) // 2 if t > FEW_FROM else nodes):
            draws = [Draw(0, float(t), noise=noise)] * len(x)
            error = classifier.measure(x, draws, label, "none")["error_l2"]
            found[:, i] += part * error.reshape(classes, n).T.double().numpy()
    return found


def weighted_decisions(
    classifier: DiffusionClassifier, errors: np.ndarray, weighting: str
) -> np.ndarray:
    """Decide by all times together, as Eq. 2 does.

    Args:
        classifier: whose schedule the errors were measured under.
        errors: from `expected_errors`.
        weighting: as `gcbook.noise.weightings.parse_weighting` takes it.

    Returns:
        The class of each image, int64 (N,).
    """
    ratio = log_snr(classifier.schedule, TIMES)
    weights = parse_weighting(weighting).weights(TIMES, ratio, classifier.schedule)
    return (errors * weights[:, None]).sum(1).argmin(1)


def cue_decisions(toy: Toy, images: torch.Tensor, decided: np.ndarray) -> dict[str, float]:
    """On images whose coarse and fine cue name different classes: which of them was followed?

    Args:
        toy: the classes.
        images: (N, 2).
        decided: their classes, (N,).

    Returns:
        ``conflicts`` (how many such images), ``coarse`` and ``fine`` (share of them decided so)
        and ``coarse_bias``, the first share over the sum of both, as shape bias is computed; NaN
        where there is no such image.
    """
    coarse, fine = toy.coarse_cue(images).numpy(), toy.fine_cue(images).numpy()
    conflict = coarse != fine
    n, n_coarse = int(conflict.sum()), int((decided == coarse)[conflict].sum())
    n_fine = int((decided == fine)[conflict].sum())
    return {
        "conflicts": n,
        "coarse": n_coarse / n if n else np.nan,
        "fine": n_fine / n if n else np.nan,
        "coarse_bias": n_coarse / (n_coarse + n_fine) if n_coarse + n_fine else np.nan,
    }


def _quadrature(n: int) -> list[tuple[np.ndarray, float]]:
    nodes, weights = np.polynomial.hermite_e.hermegauss(n)
    share = (np.outer(weights, weights) / weights.sum() ** 2).ravel()
    noises = np.stack(np.meshgrid(nodes, nodes), axis=-1).reshape(-1, 2, 1, 1)
    return list(zip(noises.astype(np.float32), share.tolist(), strict=True))


EXAMPLES: Mapping[str, tuple[float, float]] = {
    "both cues say A": (-1.0, 1.0),
    "cloud of A, clump of B": (-0.4, 1.05),
    "cloud of C, clump of B": (-0.3, -0.3),
    "cloud of D, between clumps": (1.33, -0.72),
    "near the middle of the square": (0.05, -0.02),
}
"""Images to look at one by one; the middle of the square is where the four classes meet."""

COPIES = 12
ERROR_NODES = 12


def example_images() -> torch.Tensor:
    """Return the images of `EXAMPLES`, (N, 2)."""
    return torch.tensor(list(EXAMPLES.values()), dtype=torch.float64)


def restoration_table(toy: Toy, classifier: DiffusionClassifier, seed: int) -> pd.DataFrame:
    """Noised copies of each example, and what they are restored to under each class.

    Args:
        toy: the classes.
        classifier: from `gcbook.classifiers.toy.toy_classifier`.
        seed: of the noise, which is the same at all times.

    Returns:
        ``image, t, label`` ("clean", "noised" or the class), ``x, y``.
    """
    images = example_images()
    alpha, sigma = classifier.schedule.alpha(TIMES), classifier.schedule.sigma(TIMES)
    parts: list[tuple[str, float, str, np.ndarray]] = []
    for name, image in zip(EXAMPLES, images, strict=True):
        noise = np.stack(
            [keyed_noise(DrawRule(seed), name, i, (2,)) for i in range(COPIES)]
        ).astype(np.float64)
        for t, a, s in zip(TIMES, alpha, sigma, strict=True):
            noised = a * image + s * torch.from_numpy(noise)
            found = {"clean": image[None], "noised": noised}
            for c, label in enumerate(toy.labels):
                restored = classifier.denoise(
                    noised.reshape(-1, 2, 1, 1),
                    torch.full((COPIES,), float(t), dtype=torch.float64),
                    torch.full((COPIES,), c),
                )
                found[label] = restored.reshape(-1, 2)
            parts += [(name, float(t), label, each.numpy()) for label, each in found.items()]
    points = [part[-1] for part in parts]
    about = pd.DataFrame([part[:-1] for part in parts], columns=["image", "t", "label"])
    table = about.loc[about.index.repeat([len(each) for each in points])].reset_index(drop=True)
    return table.assign(**dict(zip("xy", np.concatenate(points).round(2).T, strict=True)))


def error_table(toy: Toy, classifier: DiffusionClassifier) -> pd.DataFrame:
    """The expected error of each example under each class at each time.

    Returns:
        ``image, t, label, error`` (mean over the two numbers of an image).
    """
    errors = expected_errors(classifier, example_images(), ERROR_NODES)
    index = pd.MultiIndex.from_product(
        [list(EXAMPLES), TIMES, toy.labels], names=["image", "t", "label"]
    )
    return pd.Series(errors.ravel(), index, name="error").round(5).reset_index()
