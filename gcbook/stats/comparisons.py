"""Ranks and paired tests: who is better than whom, and is it more than chance?

Two observers are compared on the same resampled images, so their difference has its own interval,
usually narrower than the two intervals suggest. A p-value is two-sided, and Holm's correction is
applied within the family of tests that a table shows together.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.paper.observers import HUMANS
from gcbook.stats.resampling import Resampling, holm, p_value

__all__ = ["TEST_COLUMNS", "Who", "compare", "mean_ranks"]

Floats = npt.NDArray[np.floating]

Who = tuple[str, str, str]
"""source, observer, observer_kind."""

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
    "p_holm",
)

_TESTED = ("shape_bias", "ood_accuracy", "error_consistency")


def mean_ranks(
    accuracy_difference: Floats, observed_consistency: Floats, error_consistency: Floats
) -> Floats:
    """Mean over the three human-likeness metrics of the rank among the rows, 1 the most human-like.

    Args:
        accuracy_difference, observed_consistency, error_consistency: (models, …).

    Returns:
        (models, …); ties share their mean rank; a row with an undefined metric is NaN.

    >>> mean_ranks(np.array([0.1, 0.2]), np.array([0.7, 0.8]), np.array([0.3, 0.3])).tolist()
    [1.5, 1.5]
    """
    signed = (accuracy_difference, -observed_consistency, -error_consistency)
    ranks = [pd.DataFrame(values).rank().to_numpy().reshape(values.shape) for values in signed]
    return np.asarray(np.mean(ranks, axis=0))


def compare(means: Mapping[str, Mapping[Who, Floats]], resampling: Resampling) -> pd.DataFrame:
    """Paired tests, for each metric in two families: models against humans, and model pairs.

    Args:
        means: metric → observer → (1 + draws,), the value first; the pooled humans are `HUMANS`.
            Model pairs are formed of those that have the error consistency over all datasets.
        resampling: how the intervals of the differences are made.

    Returns:
        Columns `TEST_COLUMNS`; ``difference`` is a minus b, ``p_holm`` is corrected in its family.
        ``low, high, p`` are NaN where one of the two does not vary over the draws, such as a shape
        bias of 1: resampling cannot test it.
    """
    whole = [who for who in means["error_consistency"] if who[1] != HUMANS]
    tables = []
    for metric in _TESTED:
        values = means[metric]
        models = [who for who in values if who[1] != HUMANS]
        humans = [who for who in values if who[1] == HUMANS]
        complete = [who for who in models if who in whole]
        families = {
            "humans": [(model, one) for one in humans for model in models],
            "models": [(a, b) for i, a in enumerate(complete) for b in complete[i + 1 :]],
        }
        tables += [
            _family(f"{metric}:{name}", metric, values, pairs, resampling)
            for name, pairs in families.items()
            if pairs
        ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=TEST_COLUMNS)


def _family(
    family: str,
    metric: str,
    values: Mapping[Who, Floats],
    pairs: Iterable[tuple[Who, Who]],
    resampling: Resampling,
) -> pd.DataFrame:
    first, second = zip(*pairs, strict=True)
    differences = np.stack([values[a] - values[b] for a, b in zip(first, second, strict=True)])
    # All shape or all texture, every resample too: that says nothing of how sure it is.
    flat = {who for who in {*first, *second} if np.nanstd(values[who]) == 0}
    untested = np.array([bool({a, b} & flat) for a, b in zip(first, second, strict=True)])
    low, high = (np.where(untested, np.nan, end) for end in resampling.interval(differences))
    p = np.where(untested, np.nan, p_value(differences))
    return pd.DataFrame(
        {
            "family": family,
            "metric": metric,
            "a_source": [who[0] for who in first],
            "a": [who[1] for who in first],
            "b_source": [who[0] for who in second],
            "b": [who[1] for who in second],
            "difference": differences[:, 0],
            "low": low,
            "high": high,
            "p": p,
            "p_holm": holm(p),
        }
    )[list(TEST_COLUMNS)]
