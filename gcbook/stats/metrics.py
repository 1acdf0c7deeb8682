r"""Accuracy, shape bias and confusions.

On an image whose shape says one category and whose texture another (cue conflict), let S be the
number of answers that name the shape and T the number that name the texture. Then

.. math:: \text{shape bias} = \frac{S}{S + T}

(Geirhos et al., 2019). Images whose shape and texture agree carry no conflict and are left out;
answers that name neither count in the shape and texture accuracies, whose denominator is all
conflict images, but not in the ratio.

Every function takes a trials table (see `gcbook.trials.table`), or a table of counts in which a
column ``n`` says how many trials a row stands for, and returns a table: one row a group.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.paper.observers import HUMANS

__all__ = [
    "OBSERVER",
    "accuracy",
    "category_mean_shape_bias",
    "confusion_table",
    "count_trials",
    "cues",
    "pool_humans",
    "shape_bias",
]

OBSERVER = ("source", "observer")
"""Who answered: the default grouping."""


_COUNT_KEYS = (
    "source",
    "observer",
    "observer_kind",
    "dataset",
    "condition",
    "category",
    "cue",
    "response",
)
_TEXTURE = r"-([a-z]+)\d+\.\w+$"


def accuracy(trials: pd.DataFrame, by: Sequence[str] = OBSERVER) -> pd.DataFrame:
    """Share of trials answered with the image's category; no answer is a wrong one.

    Args:
        trials: trials or counts.
        by: columns to group by.

    Returns:
        Columns ``by``, ``n`` (trials) and ``accuracy`` in [0, 1].

    >>> trials = pd.DataFrame({"observer": "a", "category": ["cat", "dog", "dog", "car"],
    ...                        "response": ["cat", "dog", "cat", "na"]})
    >>> accuracy(trials, by=["observer"])
      observer  n  accuracy
    0        a  4       0.5
    """
    n = _weights(trials)
    right = n.where(trials["category"] == trials["response"], 0.0)
    sums = _group(trials, by, n=n, right=right)
    sums["accuracy"] = sums.pop("right") / sums["n"]
    return sums


def shape_bias(trials: pd.DataFrame, by: Sequence[str] = OBSERVER) -> pd.DataFrame:
    """Shape bias on cue-conflict images, with the two accuracies it is made of.

    Group by ``category`` too for the shape bias of each shape category.

    Args:
        trials: trials or counts; only rows with a cue conflict are used.
        by: columns to group by.

    Returns:
        Columns ``by``, ``n`` (conflict images), ``shape_accuracy`` and ``texture_accuracy`` (shares
        of all conflict images) and ``shape_bias``; NaN where no answer named shape or texture.

    >>> trials = pd.DataFrame({"observer": "a", "dataset": "cue-conflict", "category": "cat",
    ...     "image_id": ["cat1-dog1.png", "cat2-car1.png", "cat3-dog2.png", "cat4-cat1.png"],
    ...     "response": ["cat", "car", "oven", "cat"]})
    >>> shape_bias(trials, by=["observer"]).round(2).to_dict("records")
    [{'observer': 'a', 'n': 3, 'shape_accuracy': 0.33, 'texture_accuracy': 0.33, 'shape_bias': 0.5}]
    """
    cue = cues(trials)
    conflict = cue.isin(["shape", "texture", "other"])
    trials, cue = trials[conflict], cue[conflict]
    n = _weights(trials)
    sums = _group(
        trials,
        by,
        n=n,
        shape_accuracy=n.where(cue == "shape", 0.0),
        texture_accuracy=n.where(cue == "texture", 0.0),
    )
    named = sums["shape_accuracy"] + sums["texture_accuracy"]
    sums["shape_bias"] = sums["shape_accuracy"] / named.where(named > 0)
    sums["shape_accuracy"] /= sums["n"]
    sums["texture_accuracy"] /= sums["n"]
    return sums


def category_mean_shape_bias(trials: pd.DataFrame, by: Sequence[str] = OBSERVER) -> pd.DataFrame:
    """Mean over the shape categories of the shape bias within each.

    This is what the vertical lines of the paper's Fig. 1 and 13 show. It differs from the pooled
    `shape_bias`, in which a category counts by how often its shape or texture was named.

    Returns:
        Columns ``by``, ``n`` (categories with a defined shape bias), ``shape_bias_category_mean``.
    """
    each = shape_bias(trials, [*by, "category"])
    grouped = each.groupby(list(by), sort=True, observed=True)["shape_bias"]
    return grouped.agg(n="count", shape_bias_category_mean="mean").reset_index()


def confusion_table(trials: pd.DataFrame, by: Sequence[str] = OBSERVER) -> pd.DataFrame:
    """How often each category was answered with each response.

    Returns:
        Columns ``by``, ``category``, ``response``, ``n`` and ``share`` (of the category's trials);
        responses that never occurred have no row.

    >>> trials = pd.DataFrame({"observer": "a", "category": ["cat", "cat", "dog", "dog"],
    ...                        "response": ["cat", "dog", "dog", "dog"]})
    >>> confusion_table(trials, by=["observer"])[["category", "response", "share"]].values.tolist()
    [['cat', 'cat', 0.5], ['cat', 'dog', 0.5], ['dog', 'dog', 1.0]]
    """
    table = _group(trials, [*by, "category", "response"], n=_weights(trials))
    total = table.groupby([*by, "category"], observed=True)["n"].transform("sum")
    return table.assign(share=table["n"] / total)


def cues(trials: pd.DataFrame) -> pd.Series:
    """What the answer to a cue-conflict image named.

    Returns:
        ``"shape"``, ``"texture"``, ``"other"`` (neither), ``"agree"`` (the image's shape and
        texture are of one category: no conflict), or ``""`` on the other datasets.
    """
    if "cue" in trials:
        return trials["cue"]
    texture = trials["image_id"].str.extract(_TEXTURE, expand=False)
    cue = np.select(
        [
            (trials["dataset"] != "cue-conflict").to_numpy(),
            (texture == trials["category"]).to_numpy(),
            (trials["response"] == trials["category"]).to_numpy(),
            (trials["response"] == texture).to_numpy(),
        ],
        ["", "agree", "shape", "texture"],
        "other",
    )
    return pd.Series(cue, index=trials.index, dtype="str")


def count_trials(trials: pd.DataFrame) -> pd.DataFrame:
    """Counts per observer, dataset, condition, category, cue and response.

    All of this module's functions give the same on these counts as on the trials.
    """
    keyed = trials.assign(cue=cues(trials))
    return _group(keyed, _COUNT_KEYS, n=_weights(keyed))


def pool_humans(trials: pd.DataFrame) -> pd.DataFrame:
    """The humans' trials or counts under one name, `HUMANS`, so that they are pooled."""
    humans = trials[trials["observer_kind"] == "human"]
    return humans.assign(observer=HUMANS)


def _weights(trials: pd.DataFrame) -> pd.Series:
    if "n" in trials:
        return trials["n"].astype("float64")
    return pd.Series(1.0, index=trials.index)


def _group(table: pd.DataFrame, by: Sequence[str], **columns: pd.Series) -> pd.DataFrame:
    keyed = table[list(by)].assign(**columns)
    grouped = keyed.groupby(list(by), sort=True, observed=True)[list(columns)]
    return grouped.sum().reset_index().astype({"n": "int64"})
