"""The race of the toy's classes, and what sharing noise is worth."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from scipy.stats import t as student

from gcbook.chapters.generative_classifier.tables import EXAMPLES, example_images
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.protocol import Draw
from gcbook.noise.draws import DrawRule
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.racing import replay
from gcbook.scoring.settings import Racing

__all__ = ["draw_errors", "race_table", "sharing_ratio"]


def draw_errors(
    classifier: DiffusionClassifier,
    images: torch.Tensor,
    names: Sequence[str],
    n_draws: int,
    weighting: str,
    seed: int,
) -> np.ndarray:
    """Weighted errors of every draw and class, as the scorer measures them.

    Args:
        classifier: from `gcbook.classifiers.toy.toy_classifier`.
        images: (N, 2).
        names: of the images; noise is keyed by them.
        n_draws: draws of each image.
        weighting: as `gcbook.noise.weightings.parse_weighting` takes it.
        seed: of the noise.

    Returns:
        float64 (N, n_draws, classes).
    """
    rule = DrawRule(seed, "uniform")
    prepared = classifier.prepare(list(images.numpy()))
    draws: list[Draw] = [
        classifier.draw(name, index, rule, image)
        for name, image in zip(names, prepared, strict=True)
        for index in range(n_draws)
    ]
    x = prepared.repeat_interleave(n_draws, 0)
    found = [
        classifier.measure(x, draws, torch.full((len(x),), c), "none")["error_l2"].numpy()
        for c in range(len(classifier.labels))
    ]
    times, ratios = np.array([d.t for d in draws]), np.array([d.log_snr for d in draws])
    weights = parse_weighting(weighting).weights(times, ratios, classifier.schedule)
    return (weights[:, None] * np.stack(found, axis=1)).reshape(len(images), n_draws, -1)


def race_table(
    classifier: DiffusionClassifier, weighting: str, rule: Racing, seed: int
) -> pd.DataFrame:
    """The race of each example, at some of its draws.

    Args:
        classifier: from `gcbook.classifiers.toy.toy_classifier`.
        weighting: of the errors.
        rule: when classes are dropped.
        seed: of the noise.

    Returns:
        ``image, label, draw``; ``score, score_low, score_high``: minus the mean weighted error so
        far, times 1,000, with its 95 % interval; ``behind, behind_low, behind_high``: the same of
        the difference to the class that leads at that draw (0 for that one); ``dropped``, the draw
        at which the class was dropped, 0 if never. A class has no rows after it was dropped, and
        no class has any after the race.
    """
    names, labels = list(EXAMPLES), np.array(classifier.labels)
    errors = draw_errors(classifier, example_images(), names, rule.max_draws, weighting, seed)
    races = replay(errors, rule)
    marks = np.unique(np.geomspace(5, rule.max_draws, 45).round().astype(int))
    tables = []
    for name, scores, dropped, length in zip(
        names, -1000 * errors, races.dropped, races.n_draws, strict=True
    ):
        for n in np.unique([*marks[marks < length], *dropped[dropped > 0], length]):
            racing = np.flatnonzero((dropped == 0) | (dropped >= n))
            shown = scores[:n, racing]
            about = {"image": name, "label": labels[racing], "draw": n}
            means = _intervals("score", shown) | _intervals(
                "behind", shown - shown[:, [shown.mean(0).argmax()]]
            )
            tables.append(pd.DataFrame(about | means | {"dropped": dropped[racing]}))
    return pd.concat(tables, ignore_index=True)


def sharing_ratio(
    classifier: DiffusionClassifier, images: torch.Tensor, n_draws: int, weighting: str, seed: int
) -> float:
    """How much noisier the difference of two classes is when each has noise of its own.

    Args:
        classifier: from `gcbook.classifiers.toy.toy_classifier`.
        images: (N, 2).
        n_draws: of each image and class.
        weighting: of the errors.
        seed: of the noise.

    Returns:
        The variance of the difference between two classes' errors in one draw with own noise over
        that with shared noise, each averaged over pairs of classes; the median over images.
    """
    names, n_classes = [f"image {i}" for i in range(len(images))], len(classifier.labels)
    errors = draw_errors(classifier, images, names, n_classes * n_draws, weighting, seed)
    # With noise of its own, class c takes the draws that come after those of the classes before it.
    parts = np.split(errors, n_classes, axis=1)
    own = np.stack([part[:, :, c] for c, part in enumerate(parts)], axis=2)
    return float(np.median(_mean_variance(own) / _mean_variance(parts[0])))


def _mean_variance(errors: np.ndarray) -> np.ndarray:
    first, second = np.triu_indices(errors.shape[2], 1)
    return (errors[:, :, first] - errors[:, :, second]).var(1, ddof=1).mean(1)


def _intervals(name: str, values: np.ndarray) -> dict[str, np.ndarray]:
    """Means over draws (n, classes) with the ends of their intervals, as columns."""
    mean, n = values.mean(0), len(values)
    reach = student.ppf(0.975, n - 1) * values.std(0, ddof=1) / np.sqrt(n)
    return {name: mean, f"{name}_low": mean - reach, f"{name}_high": mean + reach}
