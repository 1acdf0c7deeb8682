"""How often decisions change with other draws, beside what is expected of them.

    python benchmarks/posterior.py

Half a minute on one core; nothing is trained and no network runs. The shipped scores of the
diffusion models have 32 draws of each class. An image is decided on its first 4, 8 or 16, and on
the others, whose noise is independent of theirs; the probability that both choose the same class
counts the noise of both. What is demanded: of eight draws and more, the mean probability and the
share that agrees differ by .05 at most, and in no bin of 100 decisions by more than .1.

Three candidates: the package's, from differences of neighbours in time, with the classes' errors
drawn together; from deviations from the mean, as if times were independent; and from differences of
neighbours, with the classes' errors independent. They were compared under exp:7 and uniform
weights; snr:5 was looked at once, after the choice.

Races, whose dropped classes have fewer draws, are compared with a long reference by
``benchmarks/cost.py``.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import ndtr

from gcbook.miniworld.results.shipped import shipped_store
from gcbook.scoring.posterior import SAMPLES, posterior
from gcbook.scoring.scores import score_array

MODELS = ("mini-pixel", "mini-latent")
DATASETS = ("in-distribution", "cue-conflict", "silhouette")
DRAWS = 32
EDGES = np.append(np.linspace(0, 0.9, 10), [0.95, 0.99, 1.01])

Estimate = Callable[[np.ndarray, np.ndarray, np.ndarray, float], np.ndarray]


def shipped(weighting: str) -> tuple[np.ndarray, np.ndarray]:
    """Read weighted errors (images, draws, classes) and times (images, draws), draws in order."""
    errors, times = [], []
    for model in MODELS:
        for dataset in DATASETS:
            store = shipped_store(model, dataset)
            rows, images = store.scores(), store.images()["image_id"].tolist()
            values = (store.weights(weighting).errors(rows), rows["t"])
            each, t = (score_array(rows, one, images, store.labels, DRAWS) for one in values)
            errors.append(each)
            times.append(t[:, :, 0])
    return np.concatenate(errors), np.concatenate(times)


def deviations(errors: np.ndarray, t: np.ndarray, best: np.ndarray, others: float) -> np.ndarray:
    """As `posterior`, with the covariance of independent draws."""
    n = errors.shape[1]
    half = np.random.default_rng(0).standard_normal((n, SAMPLES // 2), np.float32)
    xi = np.concatenate([half, -half], axis=1)
    means = errors.mean(axis=1)
    scale = np.sqrt((1 / n + 1 / others) / (n - 1))
    around = (scale * (errors - means[:, None])).transpose(0, 2, 1).astype(np.float32)
    pairs = zip(means, around, best, strict=True)
    return np.array([((m[:, None] + a @ xi).argmin(axis=0) == b).mean() for m, a, b in pairs])


def alone(errors: np.ndarray, t: np.ndarray, best: np.ndarray, others: float) -> np.ndarray:
    """As `posterior`, with a product of the probabilities to be better than each other class."""
    n = errors.shape[1]
    difference = errors - np.take_along_axis(errors, best[:, None, None], axis=2)
    ordered = np.take_along_axis(difference, np.argsort(t, axis=1)[:, :, None], axis=1)
    v = (np.diff(ordered, axis=1) ** 2).sum(axis=1) / (2 * (n - 1)) * (1 / n + 1 / others)
    of_best = np.arange(errors.shape[2]) == best[:, None]
    z = difference.mean(axis=1) / np.sqrt(np.where(of_best, 1, v))
    return np.asarray(np.where(of_best, 1, ndtr(z)).prod(axis=1))


CANDIDATES: dict[str, Estimate] = {
    "neighbours, together": posterior,
    "deviations, together": deviations,
    "neighbours, alone": alone,
}


def line(name: str, p: np.ndarray, agree: np.ndarray) -> str:
    """One candidate in numbers: means, Brier score, and in each bin expected > found (number)."""
    place = np.digitize(p, EDGES)
    bins = [place == each for each in np.unique(place)]
    cells = [f"{p[at].mean():.2f}>{agree[at].mean():.2f} ({at.sum()})" for at in bins]
    return (
        f"{name:44} expected {p.mean():.3f}  found {agree.mean():.3f}  Brier "
        f"{((p - agree) ** 2).mean():.4f}  {' '.join(cells)}"
    )


def main() -> None:
    """Print a line for each weighting, number of draws and candidate."""
    for weighting in ("exp:7", "uniform", "snr:5"):
        errors, t = shipped(weighting)
        for n in (4, 8, 16):
            used, other = errors[:, :n], errors[:, n:]
            best = used.mean(axis=1).argmin(axis=1)
            agree = best == other.mean(axis=1).argmin(axis=1)
            for name, estimate in CANDIDATES.items():
                p = estimate(used, t[:, :n], best, DRAWS - n)
                print(line(f"{weighting:8} {n:2} draws, {name}", p, agree), flush=True)


if __name__ == "__main__":
    main()
