r"""From raw scores to responses, without a network.

The response to an image is the class whose mean weighted error over draws is smallest,

.. math:: \hat y = \arg\min_y \frac1n \sum_i w_{t_i} e_{y,i}

(Jaini et al., 2024, Eq. 2), or whose negative log-likelihood is. Likelihoods of several draws can
be pooled by their own mean instead of that of their logarithms: the mean probability that a network
gives a class, over images with another noise each. A race is run again from its
stored errors, so its responses exist under its own weighting and norm alone, and under any smaller
number of draws.

Ties. Classes whose means are equal to the last bit (a model that ignores its prompt, say) are put
in an order by a hash of image and class, and the first is the response: always the same one, and no
class is favoured over many images.
"""

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from gcbook.files.errors import InputError
from gcbook.noise.weightings import NORMS, Norm, parse_weighting
from gcbook.paper.observers import HUMANS
from gcbook.scoring.racing import replay
from gcbook.scoring.scores import score_arrays, weighted_errors
from gcbook.scoring.settings import Racing
from gcbook.scoring.store import Store
from gcbook.trials.parse import COLUMNS

__all__ = [
    "DECISION_COLUMNS",
    "Pooling",
    "check_observer",
    "check_pooling",
    "choose_draws",
    "decide",
    "decide_rows",
    "to_trials",
]

DECISION_COLUMNS = (
    "image_id",
    "imagename",
    "category",
    "condition",
    "response",
    "runner_up",
    "margin",
    "n_draws",
)
"""Columns of a table of decisions."""

Pooling = Literal["log", "probability"]
"""Draws of a likelihood: mean of the logarithms, or logarithm of the mean probability."""


def decide(
    scores: Store | pd.DataFrame,
    weighting: str | None = None,
    norm: Norm | None = None,
    draws: int | None = None,
    pooling: Pooling = "log",
) -> pd.DataFrame:
    """Decide on every image whose scores are complete.

    Args:
        scores: a store; or raw scores as `Store.scores` returns them, in which the images' own
            columns are then missing, and no race is known of.
        weighting: name of a weighting, see `gcbook.noise.weightings`; by default that of the
            store's settings, ``exp:7`` for a table.
        norm: of the error, "l2" or "l1"; by default like ``weighting``.
        draws: use the first draws only; by default all.
        pooling: of likelihoods over draws: mean of the logarithms, or logarithm of the mean
            "probability".

    Returns:
        Columns `DECISION_COLUMNS`, in the order of the store's images. ``margin`` is by how much
        the mean of ``runner_up``, the best of the others that are left, exceeds that of
        ``response``, 0 in a tie; NaN where a race left one class. ``n_draws`` counts the draws
        the response rests on. ``attrs["failed"]`` says of images without scores why they have none,
        by name; ``attrs["incomplete"]`` names the others that were asked for.

    Raises:
        InputError: there are not so many draws, or the weighting or norm is not to be had.
    """
    if isinstance(scores, pd.DataFrame):
        return _decide_table(scores, weighting or "exp:7", norm or "l2", draws, pooling)
    store = scores
    _check_weights(store, weighting, norm)
    draws = choose_draws(store, draws)
    rule = store.settings.racing
    if rule and draws < rule.max_draws:
        # Before its first test a race is a fixed number of draws.
        rule = Racing(rule.min_draws, rule.p, draws) if draws >= rule.min_draws else None
    check_pooling(store, pooling, rule)
    table = decide_rows(store, store.scores(), weighting, norm, draws, rule, pooling)
    names, decided = set(table["imagename"]), set(table["image_id"])
    failed = {name: why for name, why in store.failed().items() if name not in names}
    pending = (name for image_id, name in store.pending().items() if image_id not in decided)
    # An image that was begun is pending, too.
    unfinished = dict.fromkeys([*table.attrs["incomplete"], *pending])
    incomplete = tuple(name for name in unfinished if name not in failed)
    table.attrs |= {"failed": failed, "incomplete": incomplete}
    return table


def check_pooling(store: Store, pooling: Pooling, rule: Racing | None) -> None:
    """Check that draws of a store can be pooled.

    Raises:
        InputError: by probability, and they are no likelihoods, of a bound, or of a race.
    """
    # A draw of a bound is no likelihood of its own: one that masks nothing would outweigh all.
    bound = store.classifier.get("method") == "bound"
    if pooling != "log" and (bound or rule is not None or not store.traits.likelihood):
        raise InputError(
            f"{store.path}: pooling {pooling!r} is for likelihoods of a fixed number of draws, "
            "and not for draws of a bound; expected log."
        )


def decide_rows(
    store: Store,
    rows: pd.DataFrame,
    weighting: str | None = None,
    norm: Norm | None = None,
    draws: int | None = None,
    rule: Racing | None = None,
    pooling: Pooling = "log",
) -> pd.DataFrame:
    """Decide from some rows of a store, as `decide` does from all.

    Args:
        store: says what the images are.
        rows: of its scores.
        weighting: of the errors, by default the store's.
        norm: of the errors, by default the store's.
        draws: how many an image must have; None: any number in which all classes are complete.
        rule: of the race that the rows come from.
        pooling: see `decide`.
    """
    images = store.images()
    if draws is not None:
        rows = rows[rows["draw"] < draws]
    values = store.weigh(rows, weighting, norm)
    names = images["image_id"].tolist()
    decided = _respond(rows, values, names, store.labels, draws, rule, pooling)
    table = images.drop(columns="sha256").merge(decided, on="image_id")
    left_out = images.loc[~images["image_id"].isin(table["image_id"]), "imagename"]
    table = table[list(DECISION_COLUMNS)]
    table.attrs["incomplete"] = tuple(left_out)
    return table


def _respond(
    rows: pd.DataFrame,
    values: np.ndarray,
    images: Sequence[str],
    labels: Sequence[str],
    draws: int | None,
    rule: Racing | None,
    pooling: Pooling,
) -> pd.DataFrame:
    """Decide on every image that is complete: ``image_id`` and the last of `DECISION_COLUMNS`."""
    found: list[tuple[str, str, str | None, float, int]] = []
    for names, errors in score_arrays(rows, values, images, labels):
        means, counted = _means(errors, draws, rule, pooling)
        whole = np.flatnonzero(counted)
        decided = [names[at] for at in whole.tolist()]
        found += zip(
            decided, *_best(decided, means[whole], labels), counted[whole].tolist(), strict=True
        )
    return pd.DataFrame(found, columns=["image_id", *DECISION_COLUMNS[4:]])


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
    images: Sequence[str], means: np.ndarray, labels: Sequence[str]
) -> tuple[list[str], list[str | None], list[float]]:
    """Responses, runners-up (None where a race left one class) and margins (NaN there)."""
    every = np.arange(len(images))
    first = _first(images, means, labels)
    others = means.copy()
    others[every, first] = np.inf
    second = _first(images, others, labels)
    margin = others[every, second] - means[every, first]
    left = np.isfinite(others[every, second])
    return (
        [labels[at] for at in first.tolist()],
        [
            labels[at] if there else None
            for at, there in zip(second.tolist(), left.tolist(), strict=True)
        ],
        np.where(left, margin, np.nan).tolist(),
    )


def _first(images: Sequence[str], means: np.ndarray, labels: Sequence[str]) -> np.ndarray:
    """Place of each image's smallest mean."""
    first = means.argmin(axis=1)
    tied = means == means.min(axis=1, keepdims=True)
    for row in np.flatnonzero(tied.sum(axis=1) > 1).tolist():
        first[row] = min(
            np.flatnonzero(tied[row]).tolist(),
            key=lambda at: blake2b(f"{images[row]}\0{labels[at]}".encode()).digest(),
        )
    return first


def to_trials(
    decisions: pd.DataFrame, observer: str, dataset: str, source: str = "gcbook"
) -> pd.DataFrame:
    """Make trials of decisions.

    Args:
        decisions: from `decide` on a store.
        observer: name of the model.
        dataset: name of the images.
        source: where the trials come from.

    Returns:
        A trials table (`gcbook.trials.table.COLUMNS`) of one session, trials numbered from 1 in
        the order of the images' names.

    Raises:
        InputError: the observer's name would make it a human, or a name cannot be part of a file's.
    """
    if Path(dataset).name != dataset or "\\" in dataset:
        raise InputError(f"dataset: expected a name without slashes, found {dataset!r}.")
    ordered = decisions.sort_values("imagename", ignore_index=True)
    trials = ordered[["condition", "image_id", "category", "response", "imagename"]].assign(
        observer=check_observer(observer),
        observer_kind="model",
        dataset=dataset,
        session=1,
        trial=np.arange(1, len(ordered) + 1),
        rt=np.nan,
        source=source,
    )
    return trials[list(COLUMNS)]


def check_observer(name: str) -> str:
    """Return a name that a model can have among trials.

    Raises:
        InputError: it cannot.
    """
    reserved = name.lower().startswith("subject") or name == HUMANS
    if not name.strip() or reserved or any(letter in name for letter in '/\\\0\n"'):
        raise InputError(
            "name of the model: expected one without slashes and quotes that does not begin with "
            f"subject and is not humans; found {name!r}. Choose one with --name."
        )
    return name


def _check_weights(store: Store, weighting: str | None, norm: str | None) -> None:
    settings, place = store.settings, store.path
    asked = parse_weighting(weighting or settings.weighting).name, norm or settings.norm
    if asked[1] not in NORMS:
        raise InputError(f"norm: expected one of {', '.join(NORMS)}; found {norm!r}.")
    if store.traits.likelihood and (asked[0] != "uniform" or norm):
        raise InputError(
            f"{place}: the scores are likelihoods, which take no weights and have no norm; leave "
            "both out."
        )
    if settings.racing and asked != (settings.weighting, settings.norm):
        raise InputError(
            f"{place}: the classes raced under weighting {settings.weighting} and norm "
            f"{settings.norm}, and those that lost have no further draws; expected these, found "
            f"{' and '.join(asked)}. Score with --draws instead of --racing to compare weightings."
        )


def choose_draws(store: Store, draws: int | None) -> int:
    """Return how many draws to use: those asked for, by default all.

    Raises:
        InputError: there are not so many, or half a pair was asked for.
    """
    most = store.settings.max_draws
    draws = most if draws is None else draws
    if not 1 <= draws <= most:
        raise InputError(f"{store.path}: expected 1 to {most} draws, found {draws}.")
    if store.settings.antithetic and draws % 2:
        raise InputError(
            f"{store.path}: its draws are pairs of opposite noise; expected an even number, found "
            f"{draws}."
        )
    return draws


def _decide_table(
    rows: pd.DataFrame, weighting: str, norm: Norm, draws: int | None, pooling: Pooling
) -> pd.DataFrame:
    if pooling != "log" and "nll" not in rows:
        raise InputError(f"decide: pooling {pooling!r} is for likelihoods; expected log.")
    n_draws = int(rows["draw"].max()) + 1 if len(rows) else 1
    draws = n_draws if draws is None else draws
    if not 1 <= draws <= n_draws:
        raise InputError(f"decide: expected 1 to {n_draws} draws, found {draws}.")
    images, labels = (sorted(rows[name].unique()) for name in ("image_id", "label"))
    rows = rows[rows["draw"] < draws]
    values = weighted_errors(rows, parse_weighting(weighting), norm)
    table = _respond(rows, values, images, labels, draws, None, pooling)
    decided = set(table["image_id"])
    table.attrs["incomplete"] = tuple(name for name in images if name not in decided)
    return table
