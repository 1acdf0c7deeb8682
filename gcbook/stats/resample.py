r"""Bootstrap: what the values could have been with other images.

An interval answers: had other images of the same kind been shown, how far could the value have
been from this one? So images are resampled, as in Klein et al. (2025) for error consistency:

- stratified by condition, each condition keeping its number of images;
- the same images for all observers, so that differences between observers are paired;
- cue-conflict images are not independent, since 160 shape exemplars and 48 texture exemplars make
  all 1,280. Shapes and textures are resampled as two crossed factors and an image counts as often
  as its shape times its texture was drawn (the pigeonhole bootstrap: Owen, 2007);
- edges and silhouettes are made of the same 160 exemplars that give the cue-conflict images their
  shapes, so one draw of exemplars serves all three.

A resample is a row of weights, how often each image was drawn. Row 0 is all ones: computing with
weights gives the value itself first and its bootstrap draws after. Randomness is keyed by seed and
by what is resampled: a dataset's draws do not depend on which others are analysed, as long as the
exemplars are the same.

Observers are taken as they are unless asked otherwise: 4 to 10 humans a dataset are too few to
speak of people in general.
"""

import zlib
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.stats.panel import Panel

__all__ = [
    "correct_bias",
    "holm",
    "image_weights",
    "interval",
    "observer_weights",
    "p_value",
]

Floats = npt.NDArray[np.floating]

_EXEMPLAR_DATASETS = ("edge", "silhouette", "cue-conflict")


def image_weights(
    panels: Mapping[str, Panel], draws: int, seed: int
) -> dict[str, npt.NDArray[np.float32]]:
    """How often each image is drawn in each resample.

    Args:
        panels: the datasets.
        draws: number of resamples, 0 for the values alone.
        seed: any integer; the same seed gives the same draws.

    Returns:
        For each dataset (1 + draws, images); row 0 is all ones.
    """
    shapes, textures = _exemplars(panels)
    shape_weights = _draw(len(shapes), draws, seed, "shape exemplars")
    texture_weights = _draw(len(textures), draws, seed, "texture exemplars")
    weights = {}
    for name, panel in panels.items():
        if name in _EXEMPLAR_DATASETS:
            shape, texture = _exemplars_of(panel)
            weights[name] = np.take(shape_weights, shapes.get_indexer(shape), axis=1)
            if name == "cue-conflict":
                weights[name] *= np.take(texture_weights, textures.get_indexer(texture), axis=1)
        else:
            weights[name] = np.concatenate(
                [
                    _draw(columns.stop - columns.start, draws, seed, f"{name}/{condition}")
                    for condition, columns in panel.by_condition()
                ],
                axis=1,
            )
    return weights


def observer_weights(
    panels: Mapping[str, Panel], draws: int, seed: int
) -> dict[str, npt.NDArray[np.float32]]:
    """How often each human of a dataset is drawn, if observers are resampled too.

    Returns:
        For each dataset (1 + draws, humans), in the order of the panel; row 0 is all ones.
    """
    return {
        name: _draw(int(panel.is_human.sum()), draws, seed, f"observers/{name}")
        for name, panel in panels.items()
    }


def correct_bias(values: npt.ArrayLike, least: float, most: float) -> Floats:
    """Move the draws of a biased metric so that their percentiles lie around the corrected value.

    The plug-in estimate of a squared difference is too large by the variance of the difference,
    and its draws are too large by that once more; kappa is a little too small in the same way. So
    the draws are moved by twice the bootstrap estimate of the bias, and kept within the range of
    the metric. The value itself stays; for a small squared difference it may lie above the draws.

    Args:
        values: (…, 1 + draws), the value itself first.
        least, most: range of the metric.

    Returns:
        (…, 1 + draws).
    """
    values = np.asarray(values, dtype=np.float64)
    value, draws = values[..., :1], values[..., 1:]
    defined = np.isfinite(draws).sum(axis=-1, keepdims=True)
    mean = np.nansum(draws, axis=-1, keepdims=True) / np.maximum(defined, 1)
    return np.concatenate([value, np.clip(draws - 2 * (mean - value), least, most)], axis=-1)


def interval(
    values: npt.ArrayLike, confidence: float = 0.95, *, n: npt.ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Percentile intervals from values and their bootstrap draws.

    Where a proportion is 0 or 1 so is every draw, and the interval would claim certainty. Given
    ``n``, its other end is there the exact binomial one (Clopper & Pearson, 1934).

    Args:
        values: (…, 1 + draws), the value itself first. NaN draws are left out.
        confidence: coverage aimed at, in (0, 1).
        n: (…), for proportions, the number of answers they are taken of.

    Returns:
        Lower and upper ends, each (…); NaN where the value is NaN or there are no draws.
    """
    values = np.asarray(values, dtype=np.float64)
    value, draws = values[..., 0], values[..., 1:]
    if draws.shape[-1] == 0:
        return np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    ordered = np.sort(draws, axis=-1)  # NaN sorts last
    count = np.isfinite(ordered).sum(axis=-1)
    tail = (1 - confidence) / 2
    ends = []
    for probability in (tail, 1 - tail):
        position = probability * np.maximum(count - 1, 0)
        below = np.floor(position).astype(np.intp)[..., None]
        above = np.ceil(position).astype(np.intp)[..., None]
        low, high = np.take_along_axis(ordered, below, -1), np.take_along_axis(ordered, above, -1)
        end = (low + (high - low) * (position[..., None] - below))[..., 0]
        ends.append(np.where(np.isfinite(value) & (count > 0), end, np.nan))
    if n is not None:
        reach = tail ** (1 / np.maximum(np.asarray(n, dtype=np.float64), 1))
        ends[0] = np.where(value == 1, np.minimum(ends[0], reach), ends[0])
        ends[1] = np.where(value == 0, np.maximum(ends[1], 1 - reach), ends[1])
    return ends[0], ends[1]


def p_value(differences: npt.ArrayLike) -> Floats:
    """Two-sided p-value of a paired bootstrap: how far into the draws 0 lies.

    Args:
        differences: (…, 1 + draws), the difference itself first.

    Returns:
        (…), at least 2 / (draws + 1) and at most 1; NaN where the difference is NaN.

    >>> float(p_value([0.5] + [0.4, 0.5, 0.6] * 33))
    0.02
    """
    differences = np.asarray(differences, dtype=np.float64)
    draws = differences[..., 1:]
    n = np.isfinite(draws).sum(axis=-1)
    at_most = (draws <= 0).sum(axis=-1)
    at_least = (draws >= 0).sum(axis=-1)
    p = np.minimum(1.0, 2 * (np.minimum(at_most, at_least) + 1) / (n + 1))
    return np.where(np.isfinite(differences[..., 0]) & (n > 0), p, np.nan)


def holm(p: npt.ArrayLike) -> Floats:
    """Holm's step-down correction of one family of p-values (Holm, 1979).

    Args:
        p: (tests,); NaN marks a test that could not be made and does not count.

    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p, dtype=np.float64)
    corrected = np.full(p.shape, np.nan)
    valid = np.flatnonzero(np.isfinite(p))
    order = valid[np.argsort(p[valid], kind="stable")]
    factors = len(order) - np.arange(len(order))
    corrected[order] = np.minimum(1, np.maximum.accumulate(factors * p[order]))
    return corrected


def _draw(size: int, draws: int, seed: int, what: str) -> npt.NDArray[np.float32]:
    """(1 + draws, size): ones, then counts of ``size`` draws with replacement."""
    rng = np.random.default_rng([seed, zlib.crc32(what.encode())])
    drawn = rng.integers(size, size=(draws, size)) if size else np.zeros((draws, 0), dtype=np.intp)
    flat = (drawn + size * np.arange(draws)[:, None]).ravel()
    counts = np.bincount(flat, minlength=draws * size).reshape(draws, size)
    return np.concatenate([np.ones((1, size)), counts]).astype(np.float32)


def _exemplars(panels: Mapping[str, Panel]) -> tuple[pd.Index, pd.Index]:
    shapes: set[str] = set()
    textures: set[str] = set()
    for name in _EXEMPLAR_DATASETS:
        if name in panels:
            shape, texture = _exemplars_of(panels[name])
            shapes |= set(shape)
            textures |= set(texture)
    return pd.Index(sorted(shapes), dtype="str"), pd.Index(sorted(textures), dtype="str")


def _exemplars_of(panel: Panel) -> tuple[pd.Index, pd.Index]:
    """Names of the shape and texture exemplars: dog10 and bicycle1 in dog10-bicycle1.png."""
    stem = panel.images["image_id"].str.replace(r"\.\w+$", "", regex=True)
    if panel.dataset != "cue-conflict":
        return pd.Index(stem), pd.Index([], dtype="str")
    parts = stem.str.split("-", n=1)
    return pd.Index(parts.str[0]), pd.Index(parts.str[1])
