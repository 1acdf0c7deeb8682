"""From the errors of an image's classes to its response: pooling of draws, races, ties."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from gcbook.scoring.racing import replay
from gcbook.scoring.settings import Racing
from gcbook.scoring.tensors import codes_of, dense

__all__ = ["Pooling", "responses"]

Pooling = Literal["log", "probability"]
"""Draws of a likelihood: mean of the logarithms, or logarithm of the mean probability."""

CHUNK = 256
"""Images taken at a time, which bounds memory."""


def responses(
    rows: pd.DataFrame,
    values: np.ndarray,
    images: list[str],
    labels: tuple[str, ...] | list[str],
    draws: int | None,
    rule: Racing | None,
    pooling: Pooling,
) -> Iterator[tuple[str, str, str | None, float, int]]:
    """Decide on every image that is complete.

    Args:
        rows: raw scores with ``image_id, label, draw``.
        values: what counts of each row: weighted errors, or negative log-likelihoods.
        images: names, in order.
        labels: of the classes, likewise.
        draws: how many an image must have; None: any number in which all classes are complete.
        rule: of the race that the rows come from.
        pooling: how the draws of a class become one number.

    Yields:
        Image, response, runner-up, margin and number of draws, see
        `gcbook.scoring.decisions.decide`.
    """
    image, label = codes_of(rows["image_id"], images), codes_of(rows["label"], labels)
    draw = rows["draw"].to_numpy()
    used = image >= 0
    if draws is not None:
        used &= draw < draws
    image, label, draw, values = image[used], label[used], draw[used], values[used]
    order = np.argsort(image, kind="stable")
    for first in range(0, len(images), CHUNK):
        n_images = min(CHUNK, len(images) - first)
        part = order[slice(*np.searchsorted(image[order], (first, first + n_images)))]
        n_draws = int(draw[part].max(initial=-1)) + 1
        errors = dense(
            image[part] - first,
            draw[part],
            label[part],
            values[part],
            (n_images, n_draws, len(labels)),
        )
        means, counted = _means(errors, draws, rule, pooling)
        for index in np.flatnonzero(counted):
            name = images[first + index]
            yield name, *_best(name, means[index], labels), int(counted[index])


def _means(
    errors: np.ndarray, draws: int | None, rule: Racing | None, pooling: Pooling
) -> tuple[np.ndarray, np.ndarray]:
    """Means (images, labels), inf where a class is out, and draws (0: not complete)."""
    if rule is not None:
        races = replay(errors, rule)
        means = races.sums / np.maximum(races.n_draws, 1)[:, None]
        return np.where(races.alive, means, np.inf), races.n_draws * races.finished
    whole = ~np.isnan(errors).any(axis=2)
    counted = whole.sum(axis=1)
    n = np.maximum(counted, 1)[:, None]
    if pooling == "probability":
        none = -np.inf  # the logarithm of what a draw that does not count adds
        means = np.log(n) - logsumexp(np.where(whole[:, :, None], -errors, none), axis=1)
    else:
        means = np.where(whole[:, :, None], errors, 0.0).sum(axis=1) / n
    if draws is not None:
        counted = np.where(counted == draws, draws, 0)
    return means, counted


def _best(
    image: str, means: np.ndarray, labels: tuple[str, ...] | list[str]
) -> tuple[str, str | None, float]:
    """Response, runner-up (None where a race left one class) and margin."""
    first = _first(image, means, labels)
    others = means.copy()
    others[first] = np.inf
    second = _first(image, others, labels)
    if len(labels) < 2 or not np.isfinite(others[second]):
        return labels[first], None, float("nan")
    return labels[first], labels[second], float(means[second] - means[first])


def _first(image: str, means: np.ndarray, labels: tuple[str, ...] | list[str]) -> int:
    tied = np.flatnonzero(means == means.min())
    if len(tied) == 1:
        return int(tied[0])
    return min(tied.tolist(), key=lambda at: blake2b(f"{image}\0{labels[at]}".encode()).digest())
