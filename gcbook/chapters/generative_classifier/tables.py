"""The toy of the chapter: images, expected errors, decisions from them, and the likelihood bound.

A classifier is that of `gcbook.classifiers.toy.toy_classifier`, images are (N, 2), errors are those
of the same images from `expected_errors`, a weighting is a name that
`gcbook.noise.weightings.parse_weighting` takes, and a seed is that of the noise.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
import torch

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.protocol import Draw
from gcbook.classifiers.toy import HALF_WIDTH, Toy, toy_classifier
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.schedules import CosineSchedule, Schedule, log_snr
from gcbook.noise.variational import bound_terms, step_times
from gcbook.noise.variational import expected_errors as errors_of_numbers
from gcbook.noise.weightings import parse_weighting
from gcbook.stats.metrics import bias_of
from gcbook.stats.resampling import Factor, Resampling

TIMES = np.arange(1, 26) / 25
"""Noise times at which expected errors are computed, counted as a DDPM of 25 steps does."""

DECAYS = tuple(range(21))
"""Values of k in exp(-kt) that the figures offer."""

COSINE = CosineSchedule()
"""The schedule of the toy, unless another is asked for."""


def sample_table(toy: Toy, n: int, seed: int) -> pd.DataFrame:
    """Draw n images of the toy and noise to put on them, both by one seed.

    Returns:
        ``label``, ``x, y`` (the image) and ``noise_x, noise_y`` (standard normal).
    """
    generator = np.random.default_rng(seed)
    images, label = toy.sample(n, generator)
    noise = generator.standard_normal((n, 2))
    numbers = np.hstack([images.numpy(), noise]).round(3)
    table = pd.DataFrame(numbers, columns=["x", "y", "noise_x", "noise_y"])
    table.insert(0, "label", np.array(toy.labels)[label.numpy()])
    return table


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


def weighted_decisions(
    errors: np.ndarray, weighting: str, schedule: Schedule = COSINE
) -> np.ndarray:
    """Decide by all times together, as Eq. 2 does: the class of each image, int64 (N,).

    ``schedule`` is the one that the errors were measured under.
    """
    return (errors * _weights(weighting, schedule)[:, None]).sum(1).argmin(1)


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


def accuracy_table(
    toy: Toy, images: torch.Tensor, label: torch.Tensor, errors: np.ndarray
) -> pd.DataFrame:
    """How well each way of deciding does on images of known label, and which cue it follows.

    Returns:
        ``rule`` ("one t", "exp(−kt)" or the name of a decision), ``value`` (t or k, else NaN),
        ``accuracy``, ``agreement`` (with the best possible decision), what `cue_decisions` gives,
        and by how much accuracy and bias exceed those of the best possible decision on the same
        images: the ends of intervals over images, ``accuracy_gain_low, accuracy_gain_high,
        bias_gain_low, bias_gain_high``.
    """
    best = toy.log_density(images).argmax(1).numpy()
    compare = _comparer(toy, images, label.numpy(), best)
    others = {name: weighted_decisions(errors, name) for name in ("eps", "snr:5", "elbo")}
    others |= {
        "best possible": best,
        "coarse cue": toy.coarse_cue(images).numpy(),
        "fine cue": toy.fine_cue(images).numpy(),
    }
    ways = _decisions(errors) | {(name, np.nan): decided for name, decided in others.items()}
    rows = [
        {
            "rule": rule,
            "value": value,
            "accuracy": float((decided == label.numpy()).mean()),
            "agreement": float((decided == best).mean()),
            **cue_decisions(toy, images, decided),
            **compare(decided),
        }
        for (rule, value), decided in ways.items()
    ]
    return pd.DataFrame(rows).round(4)


def _comparer(
    toy: Toy, images: torch.Tensor, label: np.ndarray, best: np.ndarray
) -> Callable[[np.ndarray], dict[str, float]]:
    """Compare decisions with the best possible ones, on the same images and resamples of them."""
    resampling = Resampling()
    weights = resampling.weights(Factor("images", [len(images)]))
    coarse, fine = toy.coarse_cue(images).numpy(), toy.fine_cue(images).numpy()
    conflicts = coarse != fine

    def measures(decided: np.ndarray) -> dict[str, np.ndarray]:
        by_coarse, by_fine = (weights @ (conflicts & (decided == cue)) for cue in (coarse, fine))
        right = weights @ (decided == label) / len(label)
        return {"accuracy": right, "bias": bias_of(by_coarse, by_fine)}

    bests = measures(best)

    def compare(decided: np.ndarray) -> dict[str, float]:
        found: dict[str, float] = {}
        for name, values in measures(decided).items():
            low, high = resampling.interval(values - bests[name])
            found |= {f"{name}_gain_low": float(low), f"{name}_gain_high": float(high)}
        return found

    return compare


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
    decisions = _decisions(expected_errors(toy_classifier(toy), points))
    decisions["best possible", 0.0] = best
    rows = [
        (rule, value, *box, toy.labels[key // 2], key % 2)
        for (rule, value), decided in decisions.items()
        for *box, key in _boxes((2 * decided + (decided != best)).reshape(side, side))
    ]
    columns = ["rule", "value", "left", "right", "low", "high", "label", "differs"]
    return pd.DataFrame(rows, columns=columns)


def evidence_table(toy: Toy, images: torch.Tensor, errors: np.ndarray) -> pd.DataFrame:
    """Which cue the error speaks for at each time, and what weights do to it.

    Returns:
        ``t``, ``log_snr``, ``gap`` (error of the coarse cue's class minus error of the fine cue's
        class, mean over images where the two differ: positive where the fine cue's class restores
        better; NaN where no two differ), and the weights ``uniform, eps, snr5, elbo``, each
        relative to its largest.
    """
    coarse, fine = toy.coarse_cue(images).numpy(), toy.fine_cue(images).numpy()
    each = np.flatnonzero(coarse != fine)
    gap = pd.DataFrame(errors[each, :, coarse[each]] - errors[each, :, fine[each]])
    table = pd.DataFrame({"t": TIMES, "log_snr": log_snr(COSINE, TIMES), "gap": gap.mean()})
    for name in ("uniform", "eps", "snr:5", "elbo"):
        weights = _weights(name)
        table[name.replace(":", "")] = weights / weights.max()
    return table.round(6)


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


STEPS = (16, 64, 256, 1024)
"""Steps of the chain whose bound is computed."""
PARTS = ("prior", "reconstruction", "diffusion")
LEVELS = 160
"""Noise levels, even in log-SNR, over which weights are compared."""
WEIGHTINGS = ("elbo", "exp:7", "uniform")


def bound_table(toy: Toy) -> pd.DataFrame:
    """The bound of the first class's images, on average, for more and more steps.

    A class is a product of two mixtures of numbers, so that likelihoods and bounds add up.

    Returns:
        ``steps, prior, reconstruction, diffusion, bound, exact, gap``, in nats an image.
    """
    factors = toy.factors[0]
    points = [factor.quadrature() for factor in factors]
    exact = -sum(
        float(factor.log_density(x) @ share)
        for factor, (x, share) in zip(factors, points, strict=True)
    )
    rows = []
    for steps in STEPS:
        terms = [
            (bound_terms(factor, x, steps), share)
            for factor, (x, share) in zip(factors, points, strict=True)
        ]
        parts = {
            part: sum(float(getattr(found, part) @ share) for found, share in terms)
            for part in PARTS
        }
        bound = sum(parts.values())
        rows.append({"steps": steps} | parts | {"bound": bound, "exact": exact})
    table = pd.DataFrame(rows)
    return table.assign(gap=table["bound"] - table["exact"]).round(6)


def bound_decisions(toy: Toy, images: torch.Tensor, steps: int) -> np.ndarray:
    """Decide by the bound of a chain of so many steps: the class of each image, int64 (N,)."""
    numbers = images.numpy().T
    bounds = [
        sum(bound_terms(factor, x, steps).total for factor, x in zip(factors, numbers, strict=True))
        for factors in toy.factors
    ]
    return np.stack(bounds).argmin(0)


def weight_table(toy: Toy) -> pd.DataFrame:
    """From which noise the weighted difference in error between two classes comes.

    Averaged over the images of class A, compared with B, which lies beside it.

    Returns:
        ``weighting`` ("elbo" is the bound's), ``t``, and ``below``, the share of the weighted sum
        that comes from less noise, that level included.
    """
    own, other = toy.factors[0][0], toy.factors[1][0]
    numbers, shares = own.quadrature()
    # The weight of the bound rises without end towards t = 0: even in t, few levels would matter.
    edges = step_times(LEVELS + 1)
    times, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    same, wrong = (errors_of_numbers(model, numbers, times) @ shares for model in (own, other))
    tables = []
    for name in WEIGHTINGS:
        weights = parse_weighting(name).weights(times, log_snr(COSINE, times), COSINE) * widths
        below = np.cumsum(weights * (wrong - same)) / (weights @ (wrong - same))
        tables.append(pd.DataFrame({"weighting": name, "t": times, "below": below}))
    return pd.concat(tables, ignore_index=True).round(6)


def _decisions(errors: np.ndarray) -> dict[tuple[str, float], np.ndarray]:
    """The classes by (rule, its t or k): by each t alone, and by all t for each k."""
    by_t = {("one t", float(t)): errors[:, i].argmin(1) for i, t in enumerate(TIMES)}
    return by_t | {("exp(−kt)", float(k)): weighted_decisions(errors, f"exp:{k}") for k in DECAYS}


def _weights(weighting: str, schedule: Schedule = COSINE) -> np.ndarray:
    return parse_weighting(weighting).weights(TIMES, log_snr(schedule, TIMES), schedule)


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
