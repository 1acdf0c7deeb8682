r"""Do two observers err on the same images? Observed, expected and error consistency.

With :math:`p_i` the accuracy of observer i, two observers who err independently are both right or
both wrong on a share :math:`c_{exp} = p_i p_j + (1-p_i)(1-p_j)` of images. With :math:`c_{obs}` the
share on which they are, error consistency is Cohen's kappa

.. math:: \kappa = \frac{c_{obs} - c_{exp}}{1 - c_{exp}}

(Geirhos, Meding & Wichmann, 2020): 1 when they always agree, 0 at the agreement of independent
errors, negative below it. Everything follows from the 2 × 2 counts of right and wrong, which are
what this module computes, for all pairs at once as matrix products, optionally under many
weightings of the images (see `gcbook.stats.resampling`).
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.stats.conventions import ZeroDivision
from gcbook.stats.metrics import share
from gcbook.stats.panel import make_panels

__all__ = [
    "PAIR_COUNTS",
    "PAIR_KEYS",
    "PAIR_METRICS",
    "consistency_table",
    "error_consistency",
    "expected_consistency",
    "kappa",
    "kappa_bound",
    "observed_consistency",
    "pair_counts",
    "pair_metrics",
    "weighted_pair_counts",
]

Floats = npt.NDArray[np.floating]

PAIR_KEYS = (
    "dataset",
    "condition",
    "source_a",
    "observer_a",
    "kind_a",
    "source_b",
    "observer_b",
    "kind_b",
)
PAIR_COUNTS = ("both_right", "only_a", "only_b", "both_wrong")

PAIR_METRICS = ("accuracy_difference", "observed_consistency", "error_consistency")
"""The metrics of two observers; the first is the squared difference of their accuracies."""


def observed_consistency(right_a: npt.ArrayLike, right_b: npt.ArrayLike) -> float:
    """Share of images on which both are right or both are wrong.

    Args:
        right_a: (images,), whether observer a was right.
        right_b: the same for observer b on the same images.

    >>> observed_consistency([1, 1, 0, 0], [1, 0, 0, 0])
    0.75
    """
    return float(_observed(*_four_counts(right_a, right_b)))


def expected_consistency(right_a: npt.ArrayLike, right_b: npt.ArrayLike) -> float:
    """The consistency that independent errors at the two accuracies would give.

    >>> expected_consistency([1, 1, 0, 0], [1, 0, 0, 0])
    0.5
    """
    return float(_expected(*_four_counts(right_a, right_b)))


def error_consistency(
    right_a: npt.ArrayLike, right_b: npt.ArrayLike, zero_division: ZeroDivision = "nan"
) -> float:
    """Cohen's kappa of being right.

    Args:
        right_a: (images,), whether observer a was right.
        right_b: the same for observer b on the same images.
        zero_division: what 0/0 is, when both observers are always right or both always wrong:
            undefined (``"nan"``), or 1.0 as in the model-vs-human toolbox (``"toolbox"``).

    >>> error_consistency([1, 1, 0, 0], [1, 0, 0, 0])
    0.5
    >>> error_consistency([1, 1], [1, 1]), error_consistency([1, 1], [1, 1], "toolbox")
    (nan, 1.0)
    """
    counts = _four_counts(right_a, right_b)
    return float(kappa(*counts, zero_division=zero_division))


def kappa(
    both_right: npt.ArrayLike,
    only_a: npt.ArrayLike,
    only_b: npt.ArrayLike,
    both_wrong: npt.ArrayLike,
    zero_division: ZeroDivision = "nan",
) -> Floats:
    """Error consistency from 2 × 2 counts of any shape; NaN where there are no images.

    >>> float(kappa(1, 1, 0, 2))
    0.5
    """
    both_right, only_a, only_b, both_wrong = (
        np.asarray(count, np.float64) for count in (both_right, only_a, only_b, both_wrong)
    )
    disagreed = only_a + only_b
    n = both_right + both_wrong + disagreed
    # 1 - kappa is the share of disagreement over the share of it that independent errors give.
    by_chance = (both_right + only_a) * (both_wrong + only_a)
    by_chance += (both_right + only_b) * (both_wrong + only_b)
    # Resampled counts need not be whole: rounding must not make a value of 0/0.
    defined = by_chance > 1e-6 * n**2
    value = np.where(defined, 1 - share(n * disagreed, by_chance), np.nan)
    if zero_division == "toolbox":
        value = np.where((disagreed == 0) & (n > 0), 1.0, value)
    return value


def kappa_bound(
    both_right: npt.ArrayLike,
    only_a: npt.ArrayLike,
    only_b: npt.ArrayLike,
    both_wrong: npt.ArrayLike,
) -> Floats:
    """The largest error consistency that two observers of these accuracies can have.

    They agree most when the better one errs only where the other errs too; then they still differ
    on as many images as their accuracies differ by. Only equal accuracies allow 1.

    Returns:
        (1 - |p_a - p_b| - c_exp) / (1 - c_exp), of the shape of the counts; NaN where it is 0/0.

    >>> float(kappa_bound(1, 1, 0, 2)), float(kappa_bound(2, 0, 0, 2))
    (0.5, 1.0)
    """
    agreed = np.asarray(both_right, np.float64) + np.asarray(both_wrong, np.float64)
    difference = np.abs(np.asarray(only_a, np.float64) - np.asarray(only_b, np.float64))
    n = agreed + np.asarray(only_a, np.float64) + np.asarray(only_b, np.float64)
    expected = _expected(both_right, only_a, only_b, both_wrong)
    with np.errstate(divide="ignore", invalid="ignore"):
        most = 1 - difference / n
        return np.where(expected < 1 - 1e-6, (most - expected) / (1 - expected), np.nan)


def pair_counts(trials: pd.DataFrame) -> pd.DataFrame:
    """Count right and wrong for every pair of observers in every dataset and condition.

    Returns:
        Columns `PAIR_KEYS` and `PAIR_COUNTS`: the images on which both are right, only a, only b,
        both wrong; images that only one of the two saw are left out. Each pair stands once.
    """
    tables = []
    for panel in make_panels(trials).values():
        first, second = np.triu_indices(len(panel.observers), k=1)
        ones = np.ones((1, len(panel.images)), dtype=np.float32)
        for condition, columns in panel.by_condition():
            right, seen = panel.right[:, columns], panel.seen[:, columns]
            counts = weighted_pair_counts(right, seen, ones[:, columns], first, second)
            table = pd.DataFrame({"dataset": panel.dataset, "condition": condition}, index=first)
            for side, index in (("a", first), ("b", second)):
                table[f"source_{side}"] = panel.observers["source"].to_numpy()[index]
                table[f"observer_{side}"] = panel.observers["observer"].to_numpy()[index]
                table[f"kind_{side}"] = panel.observers["observer_kind"].to_numpy()[index]
            for name, count in zip(PAIR_COUNTS, counts, strict=True):
                table[name] = count[:, 0].astype("int64")
            tables.append(table)
    return pd.concat(tables, ignore_index=True)


def weighted_pair_counts(
    right: npt.NDArray[np.bool_],
    seen: npt.NDArray[np.bool_],
    weights: Floats,
    first: npt.NDArray[np.intp],
    second: npt.NDArray[np.intp],
) -> tuple[Floats, Floats, Floats, Floats]:
    """The 2 × 2 counts of many pairs under many weightings of the images.

    Args:
        right: (observers, images), whether the answer was right.
        seen: (observers, images), whether there was one.
        weights: (draws, images), how often each image was drawn.
        first, second: (pairs,), rows of ``right`` to compare.

    Returns:
        Four arrays (pairs, draws) in the order of `PAIR_COUNTS`, of the type of the weights.
    """
    drawn = weights.T

    def count(of_first: npt.NDArray[np.bool_], of_second: npt.NDArray[np.bool_]) -> Floats:
        counted: Floats = (of_first[first] & of_second[second]).astype(weights.dtype) @ drawn
        return counted

    both_right = count(right, right)
    if seen.all():
        right_each: Floats = right.astype(weights.dtype) @ drawn
        right_a, right_b, n = right_each[first], right_each[second], drawn.sum(axis=0)
    else:
        right_a, right_b, n = count(right, seen), count(seen, right), count(seen, seen)
    only_a, only_b = right_a - both_right, right_b - both_right
    return both_right, only_a, only_b, n - both_right - only_a - only_b


def pair_metrics(
    both_right: npt.ArrayLike,
    only_a: npt.ArrayLike,
    only_b: npt.ArrayLike,
    both_wrong: npt.ArrayLike,
    zero_division: ZeroDivision = "nan",
    metrics: Sequence[str] = PAIR_METRICS,
    added: Sequence[Floats | float] = (0, 0, 0, 0),
) -> dict[str, Floats]:
    """Some of the `PAIR_METRICS` from 2 × 2 counts of any shape; NaN where there are no images.

    To the four cells of error consistency something can be added, see
    `gcbook.stats.resampling.Resampling.half_images`.

    >>> {name: float(value) for name, value in pair_metrics(1, 1, 0, 2).items()}
    {'accuracy_difference': 0.0625, 'observed_consistency': 0.75, 'error_consistency': 0.5}
    """
    a, b, c, d = (np.asarray(n, np.float64) for n in (both_right, only_a, only_b, both_wrong))
    compute: dict[str, Callable[[], Floats]] = {
        "accuracy_difference": lambda: share(b - c, a + b + c + d) ** 2,
        "observed_consistency": lambda: _observed(a, b, c, d),
        "error_consistency": lambda: kappa(
            a + added[0], b + added[1], c + added[2], d + added[3], zero_division
        ),
    }
    return {metric: compute[metric]() for metric in metrics}


def consistency_table(pairs: pd.DataFrame, zero_division: ZeroDivision = "nan") -> pd.DataFrame:
    """Add the metrics of two observers to a table with `PAIR_COUNTS`.

    Returns:
        The table with ``n`` (shared images), `PAIR_METRICS`, ``expected_consistency`` and
        ``error_consistency_max`` (see `kappa_bound`).
    """
    counts = [pairs[name].to_numpy(dtype=np.float64) for name in PAIR_COUNTS]
    metrics = pair_metrics(counts[0], counts[1], counts[2], counts[3], zero_division)
    return pairs.assign(
        n=pairs[list(PAIR_COUNTS)].sum(axis=1),
        **metrics,
        expected_consistency=_expected(*counts),
        error_consistency_max=kappa_bound(counts[0], counts[1], counts[2], counts[3]),
    )


def _four_counts(right_a: npt.ArrayLike, right_b: npt.ArrayLike) -> tuple[int, int, int, int]:
    a, b = np.asarray(right_a, dtype=bool), np.asarray(right_b, dtype=bool)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(
            f"expected two vectors over the same images, found shapes {a.shape} and {b.shape}"
        )
    both, wrong = int((a & b).sum()), int((~a & ~b).sum())
    return both, int(a.sum()) - both, int(b.sum()) - both, wrong


def _observed(*counts: npt.ArrayLike) -> Floats:
    both_right, only_a, only_b, both_wrong = (np.asarray(count, np.float64) for count in counts)
    return np.asarray(share(both_right + both_wrong, both_right + only_a + only_b + both_wrong))


def _expected(*counts: npt.ArrayLike) -> Floats:
    both_right, only_a, only_b, both_wrong = (np.asarray(count, np.float64) for count in counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        n = both_right + only_a + only_b + both_wrong
        a, b = (both_right + only_a) / n, (both_right + only_b) / n
        return a * b + (1 - a) * (1 - b)
