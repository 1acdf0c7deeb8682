"""Differences between weightings of one network, and from the ResNet, on the same images.

A weighting holds the accuracy if that is equal to the accuracy under the paper's weighting: the
interval of their paired difference lies within the margin (`gcbook.claims.margins`).
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from gcbook.claims import Interval, margins
from gcbook.claims.margins import within
from gcbook.miniworld.results.kinds import DIFFUSION
from gcbook.miniworld.results.sweep import DECAYS, Curves, curves_of, resnet_bias
from gcbook.miniworld.results.two_worlds import WORLDS
from gcbook.miniworld.results.weighting import PAPER
from gcbook.stats.resampling import Resampling

THREE = 3
"""A k between equal weights and the paper's, which the text looks at."""


def held_rows(sweep: pd.DataFrame) -> pd.DataFrame:
    """A sweep with ``held``, whether the accuracy equals that under the paper's weighting.

    Args:
        sweep: from `gcbook.miniworld.results.sweep.sweep_rows`.
    """
    ends = zip(sweep["change_low"], sweep["change_high"], strict=True)
    margin = margins()["accuracy"].margin
    return sweep.assign(held=[within(Interval(low, high), margin) for low, high in ends])


def contrast_rows(sweep: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    """Compare weightings of every diffusion network of both worlds, and the two kinds of diffusion.

    Args:
        sweep: from `held_rows`.
        resampling: how the intervals are made.

    Returns:
        ``world, model, contrast, low, high``, a row a network, or a row a network and k:

        - of shape bias under equal weights, the excess over that under the largest k, ``whole``,
          and under each k whose accuracy is held, ``beyond``; and of accuracy, the excess over that
          under the paper's k, ``flat_accuracy``;
        - of shape bias under the least k whose accuracy is held, the excess over the largest such
          k, ``held_range``;
        - the excess over the ResNet's shape bias under the paper's k, ``over_resnet``, under equal
          weights, ``flat_over_resnet``, at k = 3, ``three_over_resnet``, and under each k whose
          accuracy is held, ``held_over_resnet``;
        - of pixel diffusion, the mean over networks: the excess of its shape bias over latent
          diffusion's under the paper's k, ``over_latent``, and by how much more accuracy equal
          weights cost it, ``costs_more``.
    """
    rows = []
    for world, title in WORLDS.items():
        resnet = resnet_bias(world, resampling=resampling)
        found = {
            model: curves_of(model, world, DECAYS, resampling=resampling) for model in DIFFUSION
        }
        for model, curves in found.items():
            own = sweep[(sweep["world"] == title) & (sweep["model"] == model)]
            contrasts = [*_contrasts(curves, own.loc[own["held"], "k"].tolist(), resnet)]
            if model == DIFFUSION[0]:
                contrasts += _between(*found.values())
            for name, values in contrasts:
                low, high = resampling.interval(values)
                rows += [(title, model, name, *ends) for ends in zip(low, high, strict=True)]
    return pd.DataFrame(rows, columns=["world", "model", "contrast", "low", "high"])


def _contrasts(
    curves: Curves, held: Sequence[float], resnet: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Differences of each network under the names of `contrast_rows`, each (rows, 1 + draws)."""

    def bias(k: float) -> np.ndarray:
        return curves.at("shape_bias", k)

    yield "whole", bias(0) - bias(DECAYS[-1])
    yield "flat_accuracy", curves.at("accuracy", 0) - curves.at("accuracy", PAPER)
    yield "over_resnet", bias(PAPER) - resnet
    yield "flat_over_resnet", bias(0) - resnet
    yield "three_over_resnet", bias(THREE) - resnet
    if held:
        yield "held_range", bias(min(held)) - bias(max(held))
        for k in held:
            yield "beyond", bias(0) - bias(k)
            yield "held_over_resnet", bias(k) - resnet


def _between(pixel: Curves, latent: Curves) -> list[tuple[str, np.ndarray]]:
    """How pixel diffusion differs from latent diffusion, each (1, 1 + draws)."""

    def mean(curves: Curves, measure: str, k: float) -> np.ndarray:
        return np.asarray(curves.at(measure, k).mean(0, keepdims=True))

    costs = [
        mean(curves, "accuracy", PAPER) - mean(curves, "accuracy", 0) for curves in (pixel, latent)
    ]
    biases = [mean(curves, "shape_bias", PAPER) for curves in (pixel, latent)]
    return [("over_latent", biases[0] - biases[1]), ("costs_more", costs[0] - costs[1])]
