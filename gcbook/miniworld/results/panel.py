r"""The miniatures' answers as matrices, for what compares models on resampled images.

As in `gcbook.stats.shares`, silhouettes are resampled, each with all of its images and the
same for all models, so that differences between models are paired.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.miniworld.results.shipped import recipe_of
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.stats.clustered import over_seeds, silhouettes
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.metrics import bias_of, share
from gcbook.stats.resampling import Resampling

NOT_OOD = ("in-distribution", "texture")
"""Test sets that do not count for accuracy out of distribution: texture alone shows no object."""


OOD_SETS = tuple(name for name in TEST_SETS if name not in NOT_OOD)
"""Test sets of the benchmark's kinds."""

_KEYS = ["dataset", "condition", "image_id"]


def counted(answers: pd.DataFrame) -> pd.Series:
    """Return which answers the benchmark would count: `SummarySettings.counts`."""
    return SummarySettings().counts(answers)


@dataclass(frozen=True)
class MiniaturePanel:
    """Who answered what, and how often each image counts.

    Attributes:
        models: their names.
        images: a row an image, with ``dataset, condition, image_id, category, silhouette``.
        right: whether the answer was the category, bool (models, images).
        shape: whether it named the shape of a cue-conflict image, likewise.
        texture: whether it named the texture of one, likewise.
        weights: (images, 1 + draws), how often each image was drawn; column 0 is all ones.
    """

    models: tuple[str, ...]
    images: pd.DataFrame
    right: np.ndarray
    shape: np.ndarray
    texture: np.ndarray
    weights: np.ndarray

    def rows(self, recipe: str) -> list[int]:
        """Return the places of the models of one miniature."""
        return [i for i, name in enumerate(self.models) if recipe_of(name) == recipe]

    def accuracy(
        self, recipe: str, datasets: Sequence[str], *, resampling: Resampling
    ) -> np.ndarray:
        """Return the mean accuracy over test sets and over a miniature's networks, (1 + draws,).

        Every test set weighs alike, as in the benchmark. Several networks are resampled too.
        """
        rows = self.rows(recipe)
        values = []
        for dataset in datasets:
            chosen = (self.images["dataset"] == dataset).to_numpy()
            weights = self.weights[chosen]
            values.append(share(self.right[rows][:, chosen] @ weights, weights.sum(0)))
        right = np.mean(values, axis=0)
        networks = pd.DataFrame({"recipe": recipe, "observer": [self.models[i] for i in rows]})
        _, mean = over_seeds(
            networks,
            {"right": right, "n": np.ones_like(right)},
            lambda sums: {"accuracy": share(sums["right"], sums["n"])},
            resampling=resampling,
        )
        return mean["accuracy"][0]

    def shape_bias(self, recipe: str) -> np.ndarray:
        """Return the shape bias of all answers of a miniature's seeds, (1 + draws,)."""
        rows = self.rows(recipe)
        shape, texture = (named[rows].sum(0) @ self.weights for named in (self.shape, self.texture))
        return np.asarray(bias_of(shape, texture))


def make_panel(answers: pd.DataFrame, resampling: Resampling) -> MiniaturePanel:
    """Arrange answers as matrices.

    Args:
        answers: as `gcbook.miniworld.results.answers.mark` returns them, of the drawn world's
            test sets.

    Raises:
        InputError: a model lacks the answer to an image that another one was shown.
    """
    models = list(dict.fromkeys(answers["observer"]))
    images = answers.drop_duplicates(_KEYS)[[*_KEYS, "category", "silhouette"]]
    images = images.sort_values(_KEYS, ignore_index=True)
    place = pd.MultiIndex.from_frame(images[_KEYS])
    column = place.get_indexer(pd.MultiIndex.from_frame(answers[_KEYS]))
    row = pd.Index(models).get_indexer(pd.Index(answers["observer"]))
    seen = np.zeros((len(models), len(images)), dtype=bool)
    seen[row, column] = True
    if not seen.all():
        lacking = [name for name, own in zip(models, seen, strict=True) if not own.all()]
        raise InputError(
            f"answers: expected every model's to every image, found fewer of {', '.join(lacking)}."
        )
    matrices = []
    for values in (answers["right"], answers["cue"] == "shape", answers["cue"] == "texture"):
        matrix = np.zeros_like(seen)
        matrix[row, column] = values.to_numpy(dtype=bool)
        matrices.append(matrix)
    names, factor = silhouettes(images)
    drawn = replace(factor, unit=names.get_indexer(pd.Index(images["silhouette"])))
    right, shape, texture = matrices
    weights = resampling.weights(drawn).T
    return MiniaturePanel(tuple(models), images, right, shape, texture, weights)
