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

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.stats.conventions import ZeroDivision
from gcbook.stats.metrics import share
from gcbook.stats.responses import make_responses

Floats = npt.NDArray[np.floating]

PAIR_COUNTS = ("both_right", "only_a", "only_b", "both_wrong")

PAIR_METRICS = ("accuracy_difference", "observed_consistency", "error_consistency")
"""The metrics of two observers; the first is the squared difference of their accuracies."""


def observed_consistency(right_a: npt.ArrayLike, right_b: npt.ArrayLike) -> float:
    """Share of images on which both are right or both are wrong.

    Args:
        right_a, right_b: (images,), whether each observer was right.

    >>> observed_consistency([1, 1, 0, 0], [1, 0, 0, 0])
    0.75
    """
    sums = sums_of(*_four_counts(right_a, right_b))
    return float(pair_metrics(*sums, metrics=["observed_consistency"])["observed_consistency"])


def expected_consistency(right_a: npt.ArrayLike, right_b: npt.ArrayLike) -> float:
    """The consistency that independent errors at the two accuracies would give.

    >>> expected_consistency([1, 1, 0, 0], [1, 0, 0, 0])
    0.5
    """
    return float(_expected(*sums_of(*_four_counts(right_a, right_b))))


def error_consistency(
    right_a: npt.ArrayLike, right_b: npt.ArrayLike, zero_division: ZeroDivision = "nan"
) -> float:
    """Cohen's kappa of being right.

    Args:
        right_a, right_b: (images,), whether each observer was right.
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
    sums = sums_of(both_right, only_a, only_b, both_wrong)
    return pair_metrics(*sums, zero_division, ["error_consistency"])["error_consistency"]


def kappa_bias(
    both_right: npt.ArrayLike, right_a: npt.ArrayLike, right_b: npt.ArrayLike, n: npt.ArrayLike
) -> Floats:
    r"""By how much the error consistency of n independent images is too high on average.

    :math:`\kappa = 1 - u/v` with :math:`u = 1 - c_{obs}` and :math:`v = 1 - c_{exp}`. To order 1/n

    .. math:: E[\hat\kappa] - \kappa = \frac{\mathrm{cov}(u, v) - 2 u\,\mathrm{cov}(p_a, p_b)}{v^2}
        - \frac{u\,\mathrm{var}(v)}{v^3},

    where the second term is there because :math:`v = p_a + p_b - 2 p_a p_b` is not linear.

    Returns:
        Of the shape of the sums, which are those of `pair_metrics`; mostly negative, NaN where
        error consistency is undefined.
    """
    both, a, b = (share(each, n) for each in (both_right, right_a, right_b))
    u, v = a + b - 2 * both, a + b - 2 * a * b
    by_a, by_b, together = 1 - 2 * b, 1 - 2 * a, both - a * b
    of_both = by_a * (a - both - u * a) + by_b * (b - both - u * b)
    of_v = by_a**2 * a * (1 - a) + by_b**2 * b * (1 - b) + 2 * by_a * by_b * together
    v = np.where(v > 1e-6, v, np.nan)
    return share((of_both - 2 * u * together) / v**2 - u * of_v / v**3, n)


def pair_counts(trials: pd.DataFrame) -> pd.DataFrame:
    """Count right and wrong for every pair of observers in every dataset and condition.

    Returns:
        ``dataset, condition, source_a, observer_a, kind_a, source_b, observer_b, kind_b`` and
        `PAIR_COUNTS`: the images on which both are right, only a, only b, both wrong; images that
        only one of the two saw are left out. Each pair stands once.
    """
    tables = []
    for dataset, responses in make_responses(trials).items():
        first, second = np.triu_indices(len(responses.observers), k=1)
        ones = np.ones((1, len(responses.images)), dtype=np.float32)
        for condition, columns in responses.conditions.items():
            right, seen = responses.right[:, columns], responses.seen[:, columns]
            counts = weighted_pair_counts(right, seen, ones[:, columns], first, second)
            table = pd.DataFrame({"dataset": dataset, "condition": condition}, index=first)
            for side, index in (("a", first), ("b", second)):
                table[f"source_{side}"] = responses.observers["source"].to_numpy()[index]
                table[f"observer_{side}"] = responses.observers["observer"].to_numpy()[index]
                table[f"kind_{side}"] = responses.observers["observer_kind"].to_numpy()[index]
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
        Four arrays (pairs, draws) in the order of `PAIR_COUNTS`.
    """
    wrong = seen & ~right

    def count(of_first: npt.NDArray[np.bool_], of_second: npt.NDArray[np.bool_]) -> Floats:
        sums: Floats = (of_first[first] & of_second[second]).astype(weights.dtype) @ weights.T
        return sums.astype(np.float64)

    return count(right, right), count(right, wrong), count(wrong, right), count(wrong, wrong)


def pair_metrics(
    both_right: Floats,
    right_a: Floats,
    right_b: Floats,
    n: Floats,
    zero_division: ZeroDivision = "nan",
    metrics: Sequence[str] = PAIR_METRICS,
) -> dict[str, Floats]:
    r"""Some of the `PAIR_METRICS` from the sums of two observers; NaN where there are no images.

    With r for right, on n images,

    .. math:: \kappa = \frac{n r_{ab} - r_a r_b}{n (r_a + r_b) / 2 - r_a r_b},

    so that counts give whole numbers up to the one division.

    Args:
        both_right, right_a, right_b, n: sums over the images that both saw, of shapes that
            broadcast; see `sums_of`.
        zero_division: see `error_consistency`.
        metrics: which of them.

    >>> sums = [np.array(count) for count in (1, 2, 1, 4)]
    >>> {name: float(value) for name, value in pair_metrics(*sums).items()}
    {'accuracy_difference': 0.0625, 'observed_consistency': 0.75, 'error_consistency': 0.5}
    """
    found = {}
    right = right_a + right_b
    for metric in metrics:
        if metric == "accuracy_difference":
            found[metric] = share(right_a - right_b, n) ** 2
        elif metric == "observed_consistency":
            found[metric] = 1 - share(right - 2 * both_right, n)
        else:
            product = right_a * right_b
            most = n / 2 * right - product
            # Rescaled weights are not whole: rounding must not make a value of 0/0.
            most = np.where(most > 5e-7 * n**2, most, np.nan)
            found[metric] = share(n * both_right - product, most)
            if zero_division == "toolbox":
                found[metric] = np.where((right == 2 * both_right) & (n > 0), 1.0, found[metric])
    return found


def judged(
    right_a: npt.ArrayLike, right_b: npt.ArrayLike
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return whether each of two observers was right on the same images, (images,) each.

    Raises:
        InputError: something else than right and wrong, or vectors of two lengths: an answer would
            count as right, and so would a NaN.
    """
    a, b = _right(right_a, "right_a"), _right(right_b, "right_b")
    if a.shape != b.shape or not len(a):
        raise InputError(
            "right_a and right_b: expected the same images in the same order, at least one; found "
            f"{len(a):,} and {len(b):,}."
        )
    return a, b


def _right(given: npt.ArrayLike, name: str) -> npt.NDArray[np.bool_]:
    values = np.asarray(given)
    if values.ndim == 1 and values.dtype.kind not in "biuf":
        try:
            # Of objects, such as a column with a missing value.
            values = np.array([float("nan") if each is None else each for each in values], float)
        except (TypeError, ValueError):
            raise InputError(
                f"{name}: expected whether each image was answered rightly, True or False; found "
                f"{values[0]}. Compare answers with categories first: response == category."
            ) from None
    if values.ndim != 1 or not np.isin(values, (0, 1)).all():
        found = f"an array of shape {values.shape}"
        if values.ndim == 1:
            wrong = values[~np.isin(values, (0, 1))]
            found = f"{wrong[0]} in {len(wrong)} of {len(values)} places"
        raise InputError(
            f"{name}: expected (images,), True or 1 for right and False or 0 for wrong; found "
            f"{found}. Leave out images without an answer, or count them as wrong."
        )
    return values.astype(bool)


def _four_counts(right_a: npt.ArrayLike, right_b: npt.ArrayLike) -> tuple[int, int, int, int]:
    a, b = judged(right_a, right_b)
    both, wrong = int((a & b).sum()), int((~a & ~b).sum())
    return both, int(a.sum()) - both, int(b.sum()) - both, wrong


def sums_of(
    both_right: npt.ArrayLike,
    only_a: npt.ArrayLike,
    only_b: npt.ArrayLike,
    both_wrong: npt.ArrayLike,
) -> tuple[Floats, Floats, Floats, Floats]:
    """The sums that `pair_metrics` takes, from the `PAIR_COUNTS`."""
    both, a, b, wrong = (
        np.asarray(n, np.float64) for n in (both_right, only_a, only_b, both_wrong)
    )
    return both, both + a, both + b, both + a + b + wrong


def _expected(both_right: Floats, right_a: Floats, right_b: Floats, n: Floats) -> Floats:
    a, b = share(right_a, n), share(right_b, n)
    return np.asarray(a * b + (1 - a) * (1 - b))
