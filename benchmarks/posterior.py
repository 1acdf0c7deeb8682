"""How often decisions change with other draws, beside what is expected of them.

    python benchmarks/posterior.py

Half a minute on one core; nothing is trained and no network runs. The shipped scores of the
diffusion models have 32 draws of each class. An image is decided on its first 4, 8 or 16, and on
the others, whose noise is independent of theirs; the probability that both choose the same class
counts the noise of both. What is demanded: of eight draws and more, the mean probability and the
share that agrees differ by .05 at most, and in no bin of 100 decisions by more than .1.

Two other estimates were worse: from deviations from the mean, as if times were independent; and
with the classes' errors independent. That was found under exp:7 and uniform weights; snr:5 was
looked at once, after the choice.

Races, whose dropped classes have fewer draws, are compared with a long reference by
``benchmarks/cost.py``.
"""

import numpy as np

from gcbook.miniworld.results.shipped import shipped_store
from gcbook.scoring.posterior import posterior
from gcbook.scoring.scores import score_array

MODELS = ("mini-pixel", "mini-latent")
DATASETS = ("in-distribution", "cue-conflict", "silhouette")
DRAWS = 32
EDGES = np.append(np.linspace(0, 0.9, 10), [0.95, 0.99, 1.01])


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


def line(name: str, p: np.ndarray, agree: np.ndarray) -> str:
    """In numbers: means, Brier score, and in each bin expected > found (number)."""
    place = np.digitize(p, EDGES)
    bins = [place == each for each in np.unique(place)]
    cells = [f"{p[at].mean():.2f}>{agree[at].mean():.2f} ({at.sum()})" for at in bins]
    return (
        f"{name:20} expected {p.mean():.3f}  found {agree.mean():.3f}  Brier "
        f"{((p - agree) ** 2).mean():.4f}  {' '.join(cells)}"
    )


def main() -> None:
    """Print a line for each weighting and number of draws."""
    for weighting in ("exp:7", "uniform", "snr:5"):
        errors, t = shipped(weighting)
        for n in (4, 8, 16):
            used, other = errors[:, :n], errors[:, n:]
            best = used.mean(axis=1).argmin(axis=1)
            agree = best == other.mean(axis=1).argmin(axis=1)
            p = posterior(used, t[:, :n], best, DRAWS - n)
            print(line(f"{weighting:8} {n:2} draws", p, agree), flush=True)


if __name__ == "__main__":
    main()
