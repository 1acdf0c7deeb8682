"""The toy of the chapter: images, expected errors, restorations, and maps of decisions.

A classifier is that of `gcbook.classifiers.toy.toy_classifier`, images are (N, 2), errors are those
of the same images from `expected_errors`, a weighting is a name that
`gcbook.noise.weightings.parse_weighting` takes, and a seed is that of the noise.
"""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
import torch
from scipy.stats import qmc

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.protocol import Draw
from gcbook.classifiers.toy import HALF_WIDTH, Toy, toy_classifier
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.schedules import CosineSchedule, Schedule, log_snr
from gcbook.noise.weightings import parse_weighting

TIMES = np.arange(1, 26) / 25
"""Noise times at which expected errors are computed, counted as a DDPM of 25 steps does."""

COSINE = CosineSchedule()
"""The schedule of the toy, unless another is asked for."""


def weights_of(
    weighting: str, schedule: Schedule = COSINE, times: np.ndarray = TIMES
) -> np.ndarray:
    """The weights of errors at times of a schedule, of the shape of the times."""
    return parse_weighting(weighting).weights(times, log_snr(schedule, times), schedule)


def grid_points(side: int) -> torch.Tensor:
    """Return the centres of the cells of a square grid, row by row from below, (side², 2)."""
    edges = np.linspace(-HALF_WIDTH, HALF_WIDTH, side + 1)
    centres = torch.from_numpy((edges[1:] + edges[:-1]) / 2)
    return torch.cartesian_prod(centres, centres).flip(1)


def expected_errors(
    classifier: DiffusionClassifier, images: torch.Tensor, nodes: int = 6
) -> np.ndarray:
    """Mean over the noise of the error that the real classifier measures.

    The expectation is taken by Gauss-Hermite quadrature, so that it holds no chance. With clumps as
    `gcbook.classifiers.toy.make_toy` has them by default, an error is off by 1 % on average and 6
    % at most, which changes one decision in 200; with 12 nodes by 1 % at most.

    Args:
        classifier: of the toy.
        images: (N, 2).
        nodes: points of the quadrature over the noise in each of its two dimensions, at least 2;
            half as many suffice beyond t = 0.5, where restorations no longer have steps.

    Returns:
        float64 (N, len(TIMES), classes).
    """
    n, classes = len(images), len(classifier.labels)
    x = classifier.prepare(list(images.float().numpy())).repeat(classes, 1, 1, 1)
    label = torch.arange(classes).repeat_interleave(n)
    found = np.zeros((n, len(TIMES), classes))
    for i, t in enumerate(TIMES):
        for noise, part in _quadrature((nodes + 1) // 2 if t > 0.5 else nodes):
            draws = [Draw(0, float(t), noise=noise)] * len(x)
            error = classifier.measure(x, draws, label, "none")["error_l2"]
            found[:, i] += part * error.reshape(classes, n).T.double().numpy()
    return found


def drawn_errors(
    toy: Toy, images: torch.Tensor, draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Errors of draws of time and noise, of which `expected_errors` are what endless ones have.

    The first 2^k draws of an image are spread evenly over `TIMES`, and so are the next.

    Args:
        toy: the classes, with their perfect denoiser.
        images: (N, 2).
        draws: of each image, shared by its classes.
        seed: of times and noise.

    Returns:
        The times, (N, draws), and the errors, (N, draws, classes).
    """
    generator, shape = np.random.default_rng(seed), (len(images), draws)
    even = qmc.Halton(1, scramble=False).random(draws)[:, 0]
    share = (even + generator.random((len(images), 1))) % 1
    t = TIMES[np.floor(share * len(TIMES)).astype(int)]
    x = images[:, None].expand(*shape, 2).reshape(-1, 2)
    alpha, sigma = (torch.from_numpy(f(t.ravel())) for f in (COSINE.alpha, COSINE.sigma))
    noise = torch.from_numpy(generator.standard_normal((len(x), 2)))
    noised = alpha[:, None] * x + sigma[:, None] * noise
    errors = [
        (toy.posterior_mean(noised, alpha, sigma, torch.full((len(x),), c)) - x).square().mean(1)
        for c in range(len(toy.labels))
    ]
    return t, torch.stack(errors, 1).numpy().reshape(*shape, -1)


def cue_decisions(toy: Toy, images: torch.Tensor, decided: np.ndarray) -> dict[str, float]:
    """On images whose coarse and fine cue name different classes: which of them was followed?

    ``decided`` holds the class that each image was taken for, (N,).

    Returns:
        ``conflicts`` (how many such images), ``coarse`` and ``fine`` (share of them decided so)
        and ``coarse_bias``, the first share over the sum of both, as shape bias is computed; NaN
        where there is no such image.
    """
    coarse, fine = toy.coarse_cue(images).numpy(), toy.fine_cue(images).numpy()
    followed = pd.DataFrame({"coarse": decided == coarse, "fine": decided == fine})[coarse != fine]
    share, n = followed.mean(), followed.sum()
    return {
        "conflicts": len(followed),
        "coarse": float(share["coarse"]),
        "fine": float(share["fine"]),
        "coarse_bias": float((n / n.sum())["coarse"]),
    }


def region_boxes(toy: Toy, side: int) -> pd.DataFrame:
    """Decisions over the square of ``side`` times ``side`` cells, as boxes of cells that are alike.

    Returns:
        ``rule`` ("one t", "exp(−kt)" or "best possible"), ``value`` (t or k; 0 for the last),
        ``left, right, low, high`` (in cells from the lower left corner; right and high are the
        first after the box), ``label`` and ``differs`` (1 where the decision is not the best
        possible one).
    """
    points = grid_points(side)
    best = toy.log_density(points).argmax(1).numpy()
    errors = expected_errors(toy_classifier(toy), points)
    decisions = {("one t", float(t)): errors[:, i].argmin(1) for i, t in enumerate(TIMES)}
    for k in range(21):
        weighted = (errors * weights_of(f"exp:{k}")[:, None]).sum(1)
        decisions["exp(−kt)", float(k)] = weighted.argmin(1)
    decisions["best possible", 0.0] = best
    rows = [
        (rule, value, *box, toy.labels[key // 2], key % 2)
        for (rule, value), decided in decisions.items()
        for *box, key in _boxes((2 * decided + (decided != best)).reshape(side, side))
    ]
    columns = ["rule", "value", "left", "right", "low", "high", "label", "differs"]
    return pd.DataFrame(rows, columns=columns)


EXAMPLES: Mapping[str, tuple[float, float]] = {
    "both cues say A": (-1.0, 1.0),
    "cloud of A, clump of B": (-0.4, 1.05),
    "cloud of C, clump of B": (-0.3, -0.3),
    "cloud of D, between clumps": (1.33, -0.72),
    "near the middle of the square": (0.05, -0.02),
}
"""Images to look at one by one; the middle of the square is where the four classes meet."""

COPIES = 12


def example_images() -> torch.Tensor:
    """Return the images of `EXAMPLES`, (N, 2)."""
    return torch.tensor(list(EXAMPLES.values()), dtype=torch.float64)


def restoration_table(classifier: DiffusionClassifier, seed: int) -> pd.DataFrame:
    """Noised copies of each example, and what they are restored to under each class.

    The noise is the same at all times.

    Returns:
        ``image, t, label`` ("clean", "noised" or the class), ``x, y``.
    """
    alpha, sigma = classifier.schedule.alpha(TIMES), classifier.schedule.sigma(TIMES)
    rows: list[tuple[object, ...]] = []
    for name, image in zip(EXAMPLES, example_images(), strict=True):
        noises = [keyed_noise(DrawRule(seed), name, i, (2,)) for i in range(COPIES)]
        noise = torch.from_numpy(np.stack(noises)).double()
        for t, a, s in zip(TIMES.tolist(), alpha, sigma, strict=True):
            noised = a * image + s * noise
            found = {"clean": image[None], "noised": noised}
            times = torch.full((COPIES,), t, dtype=torch.float64)
            for c, label in enumerate(classifier.labels):
                asked = torch.full((COPIES,), c)
                restored = classifier.denoise(noised.reshape(-1, 2, 1, 1), times, asked)
                found[label] = restored.reshape(-1, 2)
            rows += [
                (name, t, label, *point)
                for label, points in found.items()
                for point in points.numpy().round(2).tolist()
            ]
    return pd.DataFrame(rows, columns=["image", "t", "label", "x", "y"])


def error_table(classifier: DiffusionClassifier) -> pd.DataFrame:
    """The expected error of each example under each class at each time.

    Returns:
        ``image, t, label, error`` (mean over the two numbers of an image).
    """
    errors = expected_errors(classifier, example_images(), nodes=12)
    index = pd.MultiIndex.from_product(
        [list(EXAMPLES), TIMES, classifier.labels], names=["image", "t", "label"]
    )
    return pd.Series(errors.ravel(), index, name="error").round(5).reset_index()


def _quadrature(n: int) -> list[tuple[np.ndarray, float]]:
    nodes, weights = np.polynomial.hermite_e.hermegauss(n)
    share = (np.outer(weights, weights) / weights.sum() ** 2).ravel()
    noises = np.stack(np.meshgrid(nodes, nodes), axis=-1).reshape(-1, 2, 1, 1)
    return list(zip(noises.astype(np.float32), share.tolist(), strict=True))


def _boxes(cells: np.ndarray) -> list[tuple[int, int, int, int, int]]:
    """Cover a square of integers by boxes of one value: runs of a row, joined over equal rows."""
    side = len(cells)
    growing: dict[tuple[int, int, int], int] = {}
    done = []
    for row in range(side + 1):
        found = set(_row_runs(cells[row])) if row < side else set()
        ended = [run for run in growing if run not in found]
        done += [(run[0], run[1], growing.pop(run), row, run[2]) for run in ended]
        growing |= {run: growing.get(run, row) for run in found}
    return sorted(done)


def _row_runs(row: np.ndarray) -> list[tuple[int, int, int]]:
    edges = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist(), len(row)]
    return [(a, b, int(row[a])) for a, b in pairwise(edges)]
