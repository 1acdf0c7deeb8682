r"""Accuracy, shape bias and the metrics of cues.

On an image whose shape says one category and whose texture another (cue conflict), let S be the
number of answers that name the shape and T the number that name the texture. Then

.. math:: \text{shape bias} = \frac{S}{S + T}

(Geirhos et al., 2019). Images whose shape and texture agree carry no conflict and are left out;
answers that name neither count in the shape and texture accuracies, whose denominator is all
conflict images, but not in the ratio.

`share`, `bias_of` and `cue_metrics` are these ratios of counts of any shape, among them resampled
ones, and are called wherever one is shown. The other functions take a trials table (see
`gcbook.trials.table`), or a table of counts in which a column ``n`` says how many trials a row
stands for, and return a table: one row a group.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gcbook.files.errors import InputError

OBSERVER = ("source", "observer")
"""Who answered: the default grouping."""

CUE_METRICS = ("shape_accuracy", "texture_accuracy", "shape_bias")

_TEXTURE = r"-([a-z]+)\d+\.\w+$"


def share(part: Any, whole: Any) -> Any:
    """Part of a whole, such as right of all answers; NaN where the whole is 0.

    Both are numbers, arrays or columns, of shapes that broadcast.

    >>> share(np.array([1, 0]), np.array([2, 0])).tolist()
    [0.5, nan]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.divide(part, whole)


def bias_of(shape: Any, texture: Any) -> Any:
    """Shape bias from how many answers (or which share of them) name the shape, and the texture.

    NaN where no answer names either.

    >>> float(bias_of(3, 1))
    0.75
    """
    return share(shape, shape + texture)


def cue_metrics(n: Any, shape: Any, texture: Any) -> dict[str, Any]:
    """The `CUE_METRICS` from counts of answers to conflict images: all, and naming either cue.

    >>> {name: float(value) for name, value in cue_metrics(8, 3, 1).items()}
    {'shape_accuracy': 0.375, 'texture_accuracy': 0.125, 'shape_bias': 0.75}
    """
    values = share(shape, n), share(texture, n), bias_of(shape, texture)
    return dict(zip(CUE_METRICS, values, strict=True))


def accuracy(trials: pd.DataFrame, by: Sequence[str] = OBSERVER) -> pd.DataFrame:
    """Share of trials answered with the image's category; no answer is a wrong one.

    Args:
        trials: trials or counts.

    Returns:
        Columns ``by``, ``n`` (trials) and ``accuracy`` in [0, 1].

    >>> trials = pd.DataFrame({"observer": "a", "category": ["cat", "dog", "dog", "car"],
    ...                        "response": ["cat", "dog", "cat", "na"]})
    >>> accuracy(trials, by=["observer"])
      observer  n  accuracy
    0        a  4       0.5
    """
    n = _weights(_with_columns(trials, *by, "category", "response"))
    right = n.where(trials["category"] == trials["response"], 0.0)
    sums = _group(trials, by, n=n, right=right)
    sums["accuracy"] = share(sums.pop("right"), sums["n"])
    return sums


def shape_bias(trials: pd.DataFrame, by: Sequence[str] = OBSERVER) -> pd.DataFrame:
    """Shape bias on cue-conflict images, with the two accuracies it is made of.

    Group by ``category`` too for the shape bias of each shape category.

    Args:
        trials: trials or counts; only rows with a cue conflict are used.

    Returns:
        Columns ``by``, ``n`` (conflict images), ``shape_accuracy`` and ``texture_accuracy`` (shares
        of all conflict images) and ``shape_bias``; NaN where no answer named shape or texture.

    >>> trials = pd.DataFrame({"observer": "a", "dataset": "cue-conflict", "category": "cat",
    ...     "image_id": ["cat1-dog1.png", "cat2-car1.png", "cat3-dog2.png", "cat4-cat1.png"],
    ...     "response": ["cat", "car", "oven", "cat"]})
    >>> shape_bias(trials, by=["observer"]).round(2).to_dict("records")
    [{'observer': 'a', 'n': 3, 'shape_accuracy': 0.33, 'texture_accuracy': 0.33, 'shape_bias': 0.5}]
    """
    trials = conflicts_in(_with_columns(trials, *by).assign(cue=cues(trials)))
    n = _weights(trials)
    named = {cue: n.where(trials["cue"] == cue, 0.0) for cue in ("shape", "texture")}
    sums = _group(trials, by, n=n, **named)
    shape, texture = sums.pop("shape"), sums.pop("texture")
    return sums.assign(**cue_metrics(sums["n"], shape, texture))


def conflicts_in(answers: pd.DataFrame) -> pd.DataFrame:
    """The answers to images with a cue conflict; they are said to be in the column ``cue``."""
    return answers[answers["cue"].isin(["shape", "texture", "other"])]


def cues(trials: pd.DataFrame) -> pd.Series:
    """What the answer to a cue-conflict image named.

    Returns:
        ``"shape"``, ``"texture"``, ``"other"`` (neither), ``"agree"`` (the image's shape and
        texture are of one category: no conflict), or ``""`` on the other datasets.
    """
    if "cue" in trials:
        return trials["cue"]
    _with_columns(trials, "dataset", "image_id", "category", "response")
    image, names = pd.factorize(trials["image_id"])
    texture = pd.Series(names).str.extract(_TEXTURE, expand=False).take(image)
    texture = texture.set_axis(trials.index)
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
    keys = [*OBSERVER, "observer_kind", "dataset", "condition", "category", "cue", "response"]
    return _group(keyed, keys, n=_weights(keyed))


def human_source(sources: Iterable[str]) -> str:
    """The source of the pooled humans.

    >>> human_source(["mine", "lab", "lab"])
    'lab+mine'
    """
    return "+".join(sorted(set(sources)))


def _with_columns(trials: pd.DataFrame, *names: str) -> pd.DataFrame:
    """The trials, if they have these columns; and answers, where those are asked for."""
    missing = [name for name in dict.fromkeys(names) if name not in trials]
    if missing:
        raise InputError(
            f"trials: expected the columns {', '.join(dict.fromkeys(names))}; found none called "
            f"{', '.join(missing)}. gcbook.trials.table.read_trials makes all of them."
        )
    if "response" in names and (holes := trials["response"].isna()).any():
        raise InputError(
            f"trials: response: expected a category, or na for no answer; found none in "
            f"{int(holes.sum())} of {len(trials)} rows."
        )
    return trials


def _weights(trials: pd.DataFrame) -> pd.Series:
    if "n" in trials:
        return trials["n"].astype("float64")
    return pd.Series(1.0, index=trials.index)


def _group(table: pd.DataFrame, by: Sequence[str], **columns: pd.Series) -> pd.DataFrame:
    keyed = table[list(by)].assign(**columns)
    grouped = keyed.groupby(list(by), sort=True, observed=True)[list(columns)]
    return grouped.sum().reset_index().astype({"n": "int64"})
