r"""What times contribute: accuracy by time or log-SNR, and where a score's variance comes from.

**Shares of variance.** Let :math:`a_{y,i} = w_{t_i} e_{y,i} - \frac1K \sum_k w_{t_i} e_{k,i}` be
the weighted error of class y in draw i of an image, less what all classes have in common, which
moves no decision. Its mean square over the classes is the variance between classes of draw i. The
share of a tenth of the time axis is that of the draws whose t lies in it, of the sum over all draws
and images. A tenth with most of the variance decides nearly alone, however many draws the others
get.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.scoring.decisions import (
    Pooling,
    Rule,
    check_pooling,
    choose_draws,
    decide_rows,
    to_trials,
)
from gcbook.scoring.scores import Weights, score_array
from gcbook.scoring.store import Store
from gcbook.stats.metrics import shape_bias

TENTHS = 10

FEWEST_DRAWS = 8
"""Of fewer draws an image, a tenth may have most of the variance because it has most draws."""


def variance_shares(scores: Store, weights: Weights | None = None) -> np.ndarray:
    """Return which share of the score's variance comes from each tenth of t.

    Args:
        scores: the store. Of a race the draws count that all classes had.
        weights: of the errors; by default the store's.

    Returns:
        float64 (10,), from t in (0, 0.1] to t in (0.9, 1], summing to 1; all NaN where there is no
        t, t is always the same, or nothing varies.
    """
    rows = _shared_draws(scores)
    values = (weights or scores.weights()).errors(rows)
    nothing = np.full(TENTHS, np.nan)
    if rows["t"].nunique() < 2 or rows["t"].isna().any():
        return nothing
    rows = rows.assign(value=values)[rows["image_id"].isin(scores.images()["image_id"])]
    draws = rows.groupby(["image_id", "draw"], sort=False, observed=True)["value"]
    centred = rows["value"] - draws.transform("mean")
    # Draws in which a class is missing have another mean.
    centred = centred[draws.transform("size") == len(scores.labels)]
    rows = rows.loc[centred.index]
    squares = centred.to_numpy() ** 2
    total = squares.sum()
    if not total > 0:
        return nothing
    return np.bincount(level_of(rows["t"].to_numpy(), TENTHS), squares, TENTHS) / total


def store_q(store: Store, bins: int = 20) -> tuple[float, ...]:
    """Learn q from all images of a store, under its weighting and norm; see `learn_q`.

    Raises:
        InputError: its scores are likelihoods or those of a race, or a bin has no draw.
    """
    if store.traits.likelihood or store.settings.racing:
        raise InputError(f"{store.path}: expected errors of a fixed number of draws, found others.")
    rows, images = store.scores(), store.images()["image_id"].tolist()
    errors, t = (
        score_array(rows, values, images, store.labels, store.settings.draws)
        for values in (store.weights().errors(rows), rows["t"])
    )
    whole = ~np.isnan(errors).any(axis=(1, 2))
    return learn_q(errors[whole], t[whole, :, 0], bins)


def learn_q(errors: np.ndarray, t: np.ndarray, bins: int = 20) -> tuple[float, ...]:
    """Learn at which times classes differ, for `gcbook.scoring.racing.ExpectedGain`.

    The density of draws that makes the mean of weighted differences least variable is proportional
    to their root mean square at each time. Differences are those to an image's best class, in
    standard deviations of the means of its classes, so that images count alike.

    Args:
        errors: weighted errors (images, draws, classes) of a fixed number of draws.
        t: their times, (images, draws).
        bins: how many bins of equal width over (0, 1].

    Returns:
        q of each bin, mean 1.

    Raises:
        InputError: a bin has no draw.
    """
    means = errors.mean(axis=1)
    best = means.argmin(axis=1)[:, None, None]
    difference = errors - np.take_along_axis(errors, best, axis=2)
    difference /= means.std(axis=1)[:, None, None]
    level = level_of(t, bins).ravel()
    n_draws = np.bincount(level, minlength=bins)
    if not n_draws.all():
        raise InputError(f"q: expected draws in each of {bins} bins of t, found none in some.")
    q = np.sqrt(np.bincount(level, (difference**2).mean(axis=2).ravel(), bins) / n_draws)
    return tuple((q / q.mean()).tolist())


def level_of(t: np.ndarray, bins: int) -> np.ndarray:
    """Return the level of each time, 0 to bins − 1; level i holds t from i/bins to (i + 1)/bins.

    >>> level_of(np.array([0.001, 0.125, 0.126, 1.0]), 8).tolist()
    [0, 0, 1, 7]
    """
    # Times are multiples of 1/T, and one that ends a level must not fall out of it by rounding.
    return np.clip(np.ceil(t * bins - 1e-9).astype(int) - 1, 0, bins - 1)


def decisions_by(
    store: Store,
    by: Literal["t", "log_snr"],
    bins: int | Sequence[float] = 10,
    weights: Weights | None = None,
    draws: int | None = None,
    pooling: Pooling = "log",
) -> pd.DataFrame:
    """Decide from the draws of one range of t, or log-SNR, at a time.

    Args:
        store: scores that have t: errors, a bound, or likelihoods of noised images. Of a race the
            draws count that all classes had.
        by: "t", or "log_snr", by which models with different schedules can be compared.
        bins: edges, rising, or how many ranges: of equal width over (0, 1] for t, of equally many
            draws for log-SNR.
        weights: within a range; by default the store's.
        draws: use the first draws only; by default all.
        pooling: of likelihoods within a range, see `gcbook.scoring.decisions.decide`.

    Returns:
        A row a range: ``low, high`` (the upper end belongs to it), ``n`` (images with draws in
        it), ``n_draws`` (mean number per image), ``accuracy``, and for cue-conflict images
        ``shape_accuracy, texture_accuracy, shape_bias``.

    Raises:
        InputError: the model knows no t or log-SNR, there are not so many draws, or they cannot be
            pooled in this way.
    """
    check_pooling(store, pooling, store.settings.racing)
    rule = Rule(weights or store.weights(), pooling=pooling)
    rows = _shared_draws(store)
    rows = rows[rows["draw"] < choose_draws(store, draws)]
    at = rows[by].to_numpy()
    known = np.isfinite(at)
    if not known.any():
        raise InputError(f"{store.path}: this kind of model has no {by} to sort draws by.")
    edges = _edges(at[known], by, bins)
    place = np.searchsorted(edges, at, side="left") - 1
    table = []
    for number, (low, high) in enumerate(pairwise(edges)):
        chosen = rows[(place == number) & known]
        decided = decide_rows(store, chosen, rule)
        trials = to_trials(decided, "model", store.dataset)
        right = trials["category"] == trials["response"]
        row = {
            "low": low,
            "high": high,
            "n": len(decided),
            "n_draws": decided["n_draws"].mean(),
            "accuracy": right.mean(),
        }
        if store.dataset == "cue-conflict":
            found = shape_bias(trials, by=["observer"])
            for name in ("shape_accuracy", "texture_accuracy", "shape_bias"):
                row[name] = found[name].iloc[0] if len(found) else np.nan
        table.append(row)
    return pd.DataFrame(table)


def _shared_draws(store: Store) -> pd.DataFrame:
    rows, rule = store.scores(), store.settings.racing
    return rows[rows["draw"] < rule.min_draws] if rule else rows


def _edges(at: np.ndarray, by: str, bins: int | Sequence[float]) -> np.ndarray:
    if not isinstance(bins, int):
        return np.asarray(bins, dtype=np.float64)
    if by == "t":
        return np.linspace(0, 1, bins + 1)
    edges = np.unique(np.quantile(at, np.linspace(0, 1, bins + 1)))
    # The lowest draw belongs to the first range.
    edges[0] = np.nextafter(edges[0], -np.inf)
    return edges if len(edges) > 1 else np.array([edges[0], at.max()])


def examine(store: Store) -> tuple[np.ndarray, str, list[str]]:
    """Return a store's shares of the variance, what to do if one is large, and notes."""
    settings = store.settings
    try:
        shares = variance_shares(store)
    except InputError as error:
        return np.full(TENTHS, np.nan), "", [f"no shares of the variance: {error}"]
    n_draws = settings.racing.min_draws if settings.racing else settings.draws
    return shares, _remedy(store) if n_draws >= FEWEST_DRAWS else "", []


def _remedy(store: Store) -> str:
    settings = store.settings
    more = "" if settings.racing else "take more draws (--draws N --extend)"
    if store.traits.likelihood:
        return f"A likelihood takes no weights; {more or 'score with --draws, without a race'}."
    weights = (
        "race under a weighting that falls off there (--weighting)"
        if settings.racing
        else "decide under a weighting that falls off there (gcbook decide --weighting)"
    )
    pixels = store.classifier.get("space") == "pixels"
    if pixels and store.classifier.get("kind") == "diffusion" and settings.clip_x0 == "none":
        return f"Clip the clean image (--clip-x0 static, a new store), or {weights}."
    both = f"{weights}, or {more}" if more else weights
    return f"{both[0].upper()}{both[1:]}."
