"""Ranks and paired tests: who is better than whom, and is it more than chance?

Two observers are compared on the same images, so their difference has its own interval, usually
narrower than the two intervals suggest. p-values are two-sided, and corrected for all tests
of a family together (`gcbook.stats.maxt`).

A rank has no sampling distribution of its own: of two near-equal observers one is first by chance,
in nearly all resamples too, so that percentiles of resampled ranks contain the truth less than half
of the time. What the data tell is which pairs are in order. An observer's rank is at least 1 plus
the number of those shown to be better, and at most the number of observers less those shown to be
worse (Mogstad, Romano, Shaikh & Wilhelm, 2024).
"""

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.paper.observers import HUMANS, PUBLISHED_SOURCES, is_published
from gcbook.stats.jackknife import Spread, stacked
from gcbook.stats.maxt import level, step_down
from gcbook.stats.metrics import share
from gcbook.stats.resampling import Resampling

Floats = npt.NDArray[np.floating]

Who = tuple[str, str, str]
"""source, observer, observer_kind."""


class Means(NamedTuple):
    """A metric of several observers.

    Attributes:
        people: (rows,), who they are.
        values: (rows,), of them.
        spread: what these vary by.
    """

    people: Sequence[Who]
    values: Floats
    spread: Spread

    def of(self, people: Sequence[Who]) -> "Means":
        """The rows of some of them, in their order."""
        places = [self.people.index(who) for who in people]
        return Means(people, self.values[places], self.spread.rows(places))


TEST_COLUMNS = (
    "family",
    "metric",
    "a_source",
    "a",
    "b_source",
    "b",
    "difference",
    "low",
    "high",
    "p",
    "p_corrected",
    "of_textures",
    "of_images",
)

REFERENCE = (PUBLISHED_SOURCES[0], "resnet50")
"""Source and name of the network that others are compared with."""

_TESTED = ("shape_bias", "ood_accuracy", "error_consistency")


def mean_ranks(
    accuracy_difference: Floats, observed_consistency: Floats, error_consistency: Floats
) -> Floats:
    """Mean over the three human-likeness metrics of the rank among the rows, 1 the most human-like.

    Returns:
        (models, …), as are the metrics; ties share their mean rank; a row with an undefined metric
        is NaN.

    >>> mean_ranks(np.array([0.1, 0.2]), np.array([0.7, 0.8]), np.array([0.3, 0.3])).tolist()
    [1.5, 1.5]
    """
    signed = -accuracy_difference, observed_consistency, error_consistency
    ranks = [pd.DataFrame(-values).rank().to_numpy().reshape(values.shape) for values in signed]
    return np.asarray(np.mean(ranks, axis=0))


def mean_rank_sets(
    accuracy_difference: Means,
    observed_consistency: Means,
    error_consistency: Means,
    resampling: Resampling,
) -> tuple[Floats, Floats]:
    """The mean ranks that the data leave open, for all models at once.

    All pairs of models are tested on all three metrics as one family. With the confidence given,
    no pair is put in a wrong order on any metric, so that every model's mean rank lies between
    its ends: the coverage is simultaneous, over models and metrics. Where models are alike the sets
    are conservative: the true ranks are then in the middle, where a false verdict leaves them.

    Args:
        accuracy_difference, observed_consistency, error_consistency: of the same models.
        resampling: its confidence is that of all statements together.

    Returns:
        Least and largest mean rank, each (models,); 1 and the number of models where nothing is
        told, NaN where a metric is undefined or there are no draws.
    """
    # The root ranks alike, and is far nearer to a normal distribution than squares.
    root, n = np.sqrt(accuracy_difference.values), len(accuracy_difference.people)
    spread = accuracy_difference.spread.times(share(-0.5, np.where(root > 0, root, np.nan)))
    others = observed_consistency, error_consistency
    values = np.concatenate([-root, *(each.values for each in others)])
    a, b = np.triu_indices(n, k=1)
    first, second = (np.concatenate([side + n * i for i in range(3)]) for side in (a, b))
    spreads = stacked([spread, *(each.spread for each in others)])
    tested = step_down(values, spreads, first, second, resampling)
    told = tested.corrected < level(resampling.confidence)
    ahead = told & (tested.direction > 0)
    behind = told & (tested.direction < 0)
    better = np.append(second[ahead], first[behind])
    worse = np.append(first[ahead], second[behind])
    n_better, n_worse = (
        np.bincount(rows, minlength=3 * n).reshape(-1, n).mean(axis=0) for rows in (better, worse)
    )
    known = np.isfinite(values).reshape(3, n).all(axis=0) & (resampling.draws > 0)
    return np.where(known, 1 + n_better, np.nan), np.where(known, n - n_worse, np.nan)


def compare(means: Mapping[str, Means], resampling: Resampling) -> pd.DataFrame:
    """Paired tests, for each metric in two families: models against humans, and model pairs.

    Args:
        means: by metric; the pooled humans are `HUMANS`. Model pairs are formed of those that have
            the error consistency over all datasets.

    Returns:
        Columns `TEST_COLUMNS`; ``difference`` is a minus b, ``p_corrected`` is corrected in its
        family. ``low, high, p`` are NaN where one of the two is moved by no image, such as a shape
        bias of 1: its images cannot test it. ``of_textures, of_images`` are of differences in shape
        bias: the shares of the variance that textures and single images add
        (`gcbook.stats.jackknife.Spread.of_crossed`).
    """
    tables = []
    whole = means["error_consistency"].people if "error_consistency" in means else []
    for metric in (each for each in _TESTED if each in means):
        people = means[metric].people
        models = [i for i, who in enumerate(people) if who[1] != HUMANS]
        humans = [i for i, who in enumerate(people) if who[1] == HUMANS]
        complete = [i for i in models if people[i] in whole]
        against = [(model, one) for one in humans for model in models]
        tables += [
            _family(metric, means[metric], "humans", against, resampling),
            _family(metric, means[metric], "models", [*combinations(complete, 2)], resampling),
        ]
    return _joined(tables)


def compare_own(means: Mapping[str, Means], resampling: Resampling) -> pd.DataFrame:
    """Paired tests of a reader's own observers, each family apart from those of `compare`.

    Args:
        means: by metric, of own observers and, if they are there, humans and `REFERENCE`.
        resampling: of the draws.

    Returns:
        As `compare`, in two families a metric: own observers against the humans
        (``METRIC:humans``) and against `REFERENCE` (``METRIC:reference``).
    """
    tables = []
    for metric, each in means.items():
        published = is_published(pd.Series([who[0] for who in each.people], dtype="str"))
        own = np.flatnonzero(~published).tolist()
        humans = [i for i, who in enumerate(each.people) if who[1] == HUMANS]
        reference = [i for i, who in enumerate(each.people) if who[:2] == REFERENCE]
        for name, others in (("humans", humans), ("reference", reference)):
            tables.append(_family(metric, each, name, [*product(own, others)], resampling))
    return _joined(tables)


def _joined(tables: Sequence[pd.DataFrame | None]) -> pd.DataFrame:
    known = [table for table in tables if table is not None]
    if not known:
        return pd.DataFrame(columns=TEST_COLUMNS)
    return pd.concat(known, ignore_index=True).reindex(columns=TEST_COLUMNS)


def _family(
    metric: str,
    means: Means,
    name: str,
    pairs: Sequence[tuple[int, int]],
    resampling: Resampling,
) -> pd.DataFrame | None:
    if not pairs:
        return None
    first, second = np.array(pairs).T
    tested = step_down(means.values, means.spread, first, second, resampling)
    source, who = (np.array([each[i] for each in means.people], dtype=object) for i in (0, 1))
    table = pd.DataFrame(
        {
            "family": f"{metric}:{name}",
            "metric": metric,
            "a_source": source[first],
            "a": who[first],
            "b_source": source[second],
            "b": who[second],
            "difference": means.values[first] - means.values[second],
            "low": tested.low,
            "high": tested.high,
            "p": tested.p,
            "p_corrected": tested.corrected,
        }
    )
    if metric == "shape_bias" and resampling.draws:
        parts = means.spread.between(first, second).of_crossed()
        table["of_textures"], table["of_images"] = parts
    return table
