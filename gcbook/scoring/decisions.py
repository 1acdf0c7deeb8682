r"""From raw scores to responses, without a network.

The response to an image is the class whose mean weighted error over draws is smallest,

.. math:: \hat y = \arg\min_y \frac1n \sum_i w_{t_i} e_{y,i}

(Jaini et al., 2024, Eq. 2), or whose mean negative log-likelihood is. A race is run again from
its stored errors, so its responses exist under its own weighting and norm alone, and under any
smaller number of draws.

Ties. Classes whose means are equal to the last bit (a model that ignores its prompt, say) are put
in an order by a hash of image and class, and the first is the response: always the same one, and no
class is favoured over many images.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.files.naming import check_name
from gcbook.paper.observers import HUMANS
from gcbook.scoring.posterior import posterior
from gcbook.scoring.racing import Race, replay
from gcbook.scoring.scores import Weights, codes_of, score_arrays
from gcbook.scoring.store import Store
from gcbook.trials.parse import COLUMNS

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


@dataclass(frozen=True)
class Rule:
    """How scores decide.

    Attributes:
        weights: of the errors.
        draws: how many an image must have, the first ones; None: any number in which all classes
            are complete.
        racing: of the race that the scores come from.
    """

    weights: Weights
    draws: int | None = None
    racing: Race | None = None


@dataclass(frozen=True)
class Decisions:
    """What was decided on a store's images, and on which it could not be.

    Attributes:
        table: see `decide`, and ``posterior``: the probability that endless draws would choose the
            same class, in [0, 1]; 1 where nothing is random. See `gcbook.scoring.posterior`.
        failed: images without scores, by name, and why they have none.
        incomplete: names of the other images that were asked for or have some scores, but not all.
    """

    table: pd.DataFrame
    failed: Mapping[str, str]
    incomplete: tuple[str, ...]

    @property
    def undecided(self) -> float:
        """Share of the decisions that endless draws are expected to change; NaN of none."""
        return float(1 - self.table["posterior"].mean())


def decide(scores: Store, weights: Weights | None = None, draws: int | None = None) -> pd.DataFrame:
    """Decide on every image whose scores are complete; `decide_store` names the others, too.

    Args:
        scores: a store.
        weights: of the errors, from `Store.weights`; by default those of the store's settings.
        draws: use the first draws only; by default all.

    Returns:
        Columns `DECISION_COLUMNS`, in the order of the store's images. ``margin`` is by how much
        the mean of ``runner_up``, the best of the others that are left, exceeds that of
        ``response``, 0 in a tie; NaN where a race left one class. ``n_draws`` counts the draws
        the response rests on.

    Raises:
        InputError: there are not so many draws, or the weights are not to be had.
    """
    rule = _rule(scores, weights or scores.weights(), draws)
    return decide_rows(scores, scores.scores(), rule)


def decide_store(
    scores: Store, weights: Weights | None = None, draws: int | None = None
) -> Decisions:
    """Decide as `decide` does, say how sure that is, and name the images it was not possible on."""
    rule = _rule(scores, weights or scores.weights(), draws)
    rows, images = scores.scores(), scores.images()
    table = decide_rows(scores, rows, rule)
    table = table.assign(posterior=_posteriors(scores, rows, rule, table))
    names, decided = set(table["imagename"]), set(table["image_id"])
    failed = {name: why for name, why in scores.failed().items() if name not in names}
    pending = {each: name for each, name in scores.pending().items() if each not in decided}
    left_out = images.loc[~images["image_id"].isin(decided), "imagename"]
    # What an image shows that has scores and is not listed is unknown.
    unlisted = sorted(set(rows["image_id"].unique()) - set(images["image_id"]))
    # An image that was begun is pending, too.
    begun = (pending.get(name, name) for name in (*left_out, *unlisted))
    unfinished = dict.fromkeys([*begun, *pending.values()])
    return Decisions(table, failed, tuple(name for name in unfinished if name not in failed))


def _rule(store: Store, weights: Weights, draws: int | None) -> Rule:
    """Check how a store is to be decided on."""
    racing, own, most = store.settings.racing, store.weights(), store.settings.max_draws
    draws = most if draws is None else draws
    if not 1 <= draws <= most:
        raise InputError(f"{store.path}: expected 1 to {most} draws, found {draws}.")
    if racing and (weights.weighting, weights.norm) != (own.weighting, own.norm):
        raise InputError(
            f"{store.path}: the classes raced under weighting {own.weighting.name} and norm "
            f"{own.norm}, and those that lost have no further draws; expected these, found "
            f"{weights.weighting.name} and {weights.norm}. Score with --draws instead of --racing "
            "to compare weightings."
        )
    if racing and draws < racing.max_draws:
        # Before its first test a race is a fixed number of draws.
        raced = draws >= racing.min_draws
        racing = replace(racing, max_draws=draws) if raced else None  # type: ignore[type-var]
    return Rule(own if store.settings.racing else weights, draws, racing)


def decide_rows(store: Store, rows: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """Decide from some rows of a store's scores, as `decide` does from all."""
    images = store.images()
    decided = _respond(rows, images["image_id"].tolist(), store.labels, rule)
    table = images.drop(columns="sha256").merge(decided, on="image_id")
    return table[list(DECISION_COLUMNS)]


def _respond(
    rows: pd.DataFrame, images: Sequence[str], labels: Sequence[str], rule: Rule
) -> pd.DataFrame:
    """Decide on every image that is complete: ``image_id`` and the last of `DECISION_COLUMNS`."""
    if rule.draws is not None:
        rows = rows[rows["draw"] < rule.draws]
    found: list[tuple[str, str, str | None, float, int]] = []
    for names, errors in score_arrays(rows, rule.weights.errors(rows), images, labels):
        means, counted = _means(errors, rule)
        whole = np.flatnonzero(counted)
        decided = [names[at] for at in whole.tolist()]
        found += zip(
            decided, *_best(decided, means[whole], labels), counted[whole].tolist(), strict=True
        )
    return pd.DataFrame(found, columns=["image_id", *DECISION_COLUMNS[4:]])


def _means(errors: np.ndarray, rule: Rule) -> tuple[np.ndarray, np.ndarray]:
    """Means (images, labels), inf where a class is out, and draws (0: not complete)."""
    if rule.racing:
        races = replay(errors, rule.racing)
        means = races.sums / np.maximum(races.n_draws, 1)[:, None]
        return np.where(races.alive, means, np.inf), races.n_draws * races.finished
    whole = ~np.isnan(errors).any(axis=2)
    counted = whole.sum(axis=1)
    n = np.maximum(counted, 1)[:, None]
    means = np.where(whole[:, :, None], errors, 0.0).sum(axis=1) / n
    if rule.draws is not None:
        counted = np.where(counted == rule.draws, counted, 0)
    return means, counted


def _best(
    images: Sequence[str], means: np.ndarray, labels: Sequence[str]
) -> tuple[list[str], list[str | None], list[float]]:
    """Responses, runners-up (None where a race left one class) and margins (NaN there)."""
    every = np.arange(len(images))
    first = smallest(images, means, labels)
    others = means.copy()
    others[every, first] = np.inf
    second = smallest(images, others, labels)
    margin = others[every, second] - means[every, first]
    left = np.isfinite(others[every, second])
    named = np.array(labels, dtype=object)
    runner_up = named[second]
    runner_up[~left] = None
    return named[first].tolist(), runner_up.tolist(), np.where(left, margin, np.nan).tolist()


def smallest(images: Sequence[str], means: np.ndarray, labels: Sequence[str]) -> np.ndarray:
    """Return the place of each image's smallest mean, (images,), of equal ones as ties are broken.

    Args:
        images: names.
        means: (images, labels).
        labels: of the classes.
    """
    first = means.argmin(axis=1)
    tied = means == means.min(axis=1, keepdims=True)
    for row in np.flatnonzero(tied.sum(axis=1) > 1).tolist():
        first[row] = min(
            np.flatnonzero(tied[row]).tolist(),
            key=lambda at: blake2b(f"{images[row]}\0{labels[at]}".encode()).digest(),
        )
    return first


def _posteriors(
    store: Store, rows: pd.DataFrame, rule: Rule, decided: pd.DataFrame
) -> Sequence[float] | float:
    """Return how sure each decision on a store's rows is; see `Decisions.table`."""
    if store.traits.deterministic:
        return 1.0
    rows = rows.loc[rows["draw"] < rule.draws]
    images, labels = decided["image_id"].tolist(), store.labels
    best = codes_of(decided["response"], labels)
    found: list[float] = []
    arrays = (
        score_arrays(rows, values, images, labels)
        for values in (rule.weights.errors(rows), rows["t"].to_numpy())
    )
    for (names, errors), (_, times) in zip(*arrays, strict=True):
        # A dropped class has no time.
        t = np.fmax.reduce(times, axis=2)
        stratified = store.settings.timesteps == "stratified"
        order = t if stratified else np.broadcast_to(np.arange(t.shape[1]), t.shape)
        found += posterior(errors, order, best[len(found) :][: len(names)]).tolist()
    return found


def to_trials(
    decisions: pd.DataFrame, observer: str, dataset: str, source: str = "gcbook"
) -> pd.DataFrame:
    """Make trials of decisions, from `decide`.

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
    """Return a name that a model can have among trials; refuse others with an `InputError`."""
    check_name(name, "name of the model", "Choose one with --name.")
    reserved = name.lower().startswith("subject") or name.strip().lower() == HUMANS
    if reserved or not name.strip() or set(name) & set('/\\"'):
        raise InputError(
            "name of the model: expected one without slashes and quotes that does not begin with "
            f"subject and is not humans; found {name!r}. Choose one with --name."
        )
    return name
