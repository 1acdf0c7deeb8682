"""Tables behind the restorations of single images of the toy."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch

from gcbook.chapters.generative_classifier.tables import TIMES, expected_errors
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.toy import Toy
from gcbook.noise.draws import DrawRule, keyed_noise

__all__ = ["EXAMPLES", "error_table", "example_images", "restoration_table"]

EXAMPLES: Mapping[str, tuple[float, float]] = {
    "both cues say A": (-1.0, 1.0),
    "cloud of A, clump of B": (-0.4, 1.05),
    "cloud of C, clump of B": (-0.3, -0.3),
    "cloud of D, between clumps": (1.33, -0.72),
    "near the middle of the square": (0.05, -0.02),
}
"""Images to look at one by one; the middle of the square is where the four classes meet."""

COPIES = 12
NODES = 12


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
    rows: list[pd.DataFrame] = []
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
            rows += [
                pd.DataFrame(points.numpy().round(2), columns=["x", "y"]).assign(
                    image=name, t=float(t), label=label
                )
                for label, points in found.items()
            ]
    return pd.concat(rows, ignore_index=True)[["image", "t", "label", "x", "y"]]


def error_table(toy: Toy, classifier: DiffusionClassifier) -> pd.DataFrame:
    """The expected error of each example under each class at each time.

    Returns:
        ``image, t, label, error`` (mean over the two numbers of an image).
    """
    errors = expected_errors(classifier, example_images(), NODES)
    index = pd.MultiIndex.from_product(
        [list(EXAMPLES), TIMES, toy.labels], names=["image", "t", "label"]
    )
    return pd.Series(errors.ravel(), index, name="error").round(5).reset_index()
