"""One number of one observer: what the package exports to those who import it.

They are the book's numbers, computed as in every chapter by `gcbook.stats.estimates`: conditions
that the benchmark leaves out do not count, images and exemplars are resampled within their
category, and intervals are those that were chosen by simulation (`gcbook.stats.resampling`). For
tables of many observers there are `gcbook.stats.metrics`, `gcbook.stats.agreement` and
`gcbook.report`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.paper.experiments import DATASETS
from gcbook.paper.observers import HUMANS
from gcbook.stats.agreement import judged, pair_metrics, sums_of
from gcbook.stats.conventions import SummarySettings, ZeroDivision
from gcbook.stats.estimates import estimate
from gcbook.stats.resampling import Factor, Resampling
from gcbook.trials.check import checked_trials, one_observer

STANDARD = SummarySettings().resampling
"""The resampling of the book."""

_NONE = Resampling(draws=0)

_IMAGE = ["dataset", "condition", "category", "image_id"]


class Estimate(float):
    """A number, with its interval where one was asked for. It computes and prints as a number.

    Attributes:
        low: the interval's lower end; NaN where none was asked for, or the number is undefined.
        high: its upper end, likewise.
        n: the images that the number rests on; of a mean over datasets, how many datasets.

    >>> bias = Estimate(0.25, 0.125, 0.5, 240)
    >>> bias, bias + 0.5, f"{bias:.1%}"
    (0.25 [0.125, 0.5], 0.75, '25.0%')
    """

    low: float
    high: float
    n: int
    __slots__ = ("high", "low", "n")

    def __new__(
        cls, value: float, low: float = float("nan"), high: float = float("nan"), n: int = 0
    ) -> "Estimate":
        made = super().__new__(cls, value)
        for name, each in (("low", float(low)), ("high", float(high)), ("n", int(n))):
            object.__setattr__(made, name, each)
        return made

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an Estimate does not change: {name}")

    def __reduce__(self) -> tuple[Any, ...]:
        return Estimate, (float(self), self.low, self.high, self.n)

    @property
    def value(self) -> float:
        """The number alone."""
        return float(self)

    def __repr__(self) -> str:
        alone = float.__repr__(float(f"{float(self):.4g}"))
        return alone if np.isnan(self.low) else f"{alone} [{self.low:.3g}, {self.high:.3g}]"

    __str__ = __repr__


def shape_bias(
    trials: pd.DataFrame | str | Path,
    *,
    observer: str | None = None,
    ci: bool = False,
    resampling: Resampling = STANDARD,
) -> Estimate:
    """Share of shape among the answers that name an image's shape or its texture.

    Args:
        trials: a table, from `gcbook.score` or `gcbook.trials.table.read_trials`, or the path of
            one; of cue conflicts, other datasets are passed over.
        observer: whose, where the trials are of several; ``"humans"`` pools all people.
        ci: with an interval: shapes and textures are resampled within category.
        resampling: draws, confidence and seed of the interval; by default 10,000, .95 and 0.

    Returns:
        In [0, 1]; NaN where no answer names either. ``n`` counts the images with a conflict.

    Raises:
        InputError: the trials are not as `gcbook.trials.check.checked_trials` wants them, not of
            one observer, or hold no cue conflict.
    """
    chosen = _chosen(trials, ("cue-conflict",), observer, "shape_bias")
    about = {"metric": "shape_bias", "dataset": "cue-conflict", "condition": "", "category": ""}
    return _estimated(chosen, about, resampling if ci else _NONE)


def ood_accuracy(
    trials: pd.DataFrame | str | Path,
    *,
    observer: str | None = None,
    ci: bool = False,
    resampling: Resampling = STANDARD,
) -> Estimate:
    """Accuracy on distorted images: mean over datasets of the accuracy in the counted conditions.

    Args:
        trials: a table, from `gcbook.score` or `gcbook.trials.table.read_trials`, or the path of
            one. The mean is over those of the 17 datasets that are there: only means over the same
            datasets can be compared.
        observer: whose, where the trials are of several; ``"humans"`` pools all people.
        ci: with an interval: images are resampled within condition and category.
        resampling: draws, confidence and seed of the interval; by default 10,000, .95 and 0.

    Returns:
        In [0, 1]; NaN where no condition counts. ``n`` counts the datasets of which all counted
        conditions are there.

    Raises:
        InputError: the trials are not as `gcbook.trials.check.checked_trials` wants them, not of
            one observer, or of none of the 17 datasets.
    """
    chosen = _chosen(trials, DATASETS, observer, "ood_accuracy")
    about = {"metric": "ood_accuracy", "dataset": "", "condition": "", "category": ""}
    return _estimated(chosen, about, resampling if ci else _NONE)


def error_consistency(
    a: pd.DataFrame | str | Path | npt.ArrayLike,
    b: pd.DataFrame | str | Path | npt.ArrayLike,
    *,
    ci: bool = False,
    resampling: Resampling = STANDARD,
    zero_division: ZeroDivision = "nan",
) -> Estimate:
    """Cohen's kappa of being right: whether two observers err on the same images.

    Args:
        a: trials of one observer, a table or a path; or, for each of n images, whether it was
            answered rightly, booleans or zeros and ones.
        b: trials of those whom the observer is compared with, on the images that both saw: one
            observer, or several, over whom the mean is taken, such as
            ``trials[trials["observer_kind"] == "human"]``; or the same images as ``a``'s, in the
            same order.
        ci: with an interval: images are resampled within condition and category, shapes and
            textures where the images are made of them; plain images where these are all that is
            known. The observers are taken as they are.
        resampling: draws, confidence and seed of the interval; by default 10,000, .95 and 0.
        zero_division: what 0/0 is, where both are always right or both always wrong: ``"nan"``,
            which is left out of means, or ``"toolbox"``, 1.0 as in the model-vs-human toolbox.

    Returns:
        At most 1; 0 is the agreement of independent errors. Of trials it is the mean over
        conditions that count, over ``b``'s observers and over datasets. ``n`` counts images, or
        datasets where there are several.

    Raises:
        InputError: something else than right and wrong, vectors of two lengths, or trials that are
            not as `gcbook.trials.check.checked_trials` wants them or share no image.
    """
    tables = [isinstance(each, pd.DataFrame | str | Path) for each in (a, b)]
    drawn = resampling if ci else _NONE
    if not any(tables):
        right = judged(a, b)  # type: ignore[arg-type]
        return _of_vectors(*right, drawn, zero_division)
    if not all(tables):
        raise InputError(
            "error_consistency: expected trials of both observers, or right and wrong of both; "
            f"found {type(a).__name__} and {type(b).__name__}."
        )
    own = _chosen(a, DATASETS, None, "a")  # type: ignore[arg-type]
    others = checked_trials(b, "b")  # type: ignore[arg-type]
    shared = _in_both(others, own), _in_both(own, others)
    if not len(shared[0]):
        raise InputError(
            "error_consistency: expected images that a and b both saw, found none: of a, such as "
            f"{_example(own)}, of b, such as {_example(others)}."
        )
    both = pd.concat([shared[0].assign(observer_kind="human"), shared[1]], ignore_index=True)
    names = sorted(set(both["dataset"].astype("str")))
    about = {
        "metric": "error_consistency",
        "observer_kind": "model",
        "other": HUMANS,
        "dataset": names[0] if len(names) == 1 else "",
        "condition": "",
    }
    return _estimated(both, about, drawn, zero_division)


def kappa(
    both_right: int,
    only_a: int,
    only_b: int,
    both_wrong: int,
    *,
    ci: bool = False,
    resampling: Resampling = STANDARD,
    zero_division: ZeroDivision = "nan",
) -> Estimate:
    """Error consistency from how many images both, only one or neither of two answered rightly.

    Args:
        both_right: images.
        only_a: images on which the first alone was right.
        only_b: images on which the second alone was right.
        both_wrong: images.
        ci: with an interval: the images are resampled.
        resampling: draws, confidence and seed of the interval; by default 10,000, .95 and 0.
        zero_division: see `error_consistency`.

    Returns:
        As `error_consistency`.

    Raises:
        InputError: counts that are not whole numbers from 0, or no image.

    >>> kappa(40, 10, 10, 20)
    0.4667
    """
    counts = (both_right, only_a, only_b, both_wrong)
    whole = all(
        np.ndim(n) == 0 and not isinstance(n, str | bool) and n == n and n >= 0 and int(n) == n
        for n in counts
    )
    if not whole or not sum(counts):
        raise InputError(
            "kappa: expected four counts of images, whole numbers from 0, at least one of them "
            f"above; found {', '.join(map(repr, counts))}. error_consistency takes vectors and "
            "trials."
        )
    cells = np.repeat(np.arange(4), np.array(counts, dtype=np.int64))
    return _of_vectors(cells < 2, cells % 2 == 0, resampling if ci else _NONE, zero_division)


def _of_vectors(
    a: npt.NDArray[np.bool_],
    b: npt.NDArray[np.bool_],
    resampling: Resampling,
    zero_division: ZeroDivision,
) -> Estimate:
    weights = resampling.weights(Factor("images", [len(a)]))
    cells = (a & b, a & ~b, ~a & b, ~a & ~b)
    counts = [weights @ each.astype(np.float32) for each in cells]
    sums = sums_of(*(np.array(counts) + resampling.half_images("images")))
    values = pair_metrics(*sums, zero_division, ["error_consistency"])["error_consistency"]
    low, high = resampling.interval(values)
    return Estimate(values[0], float(low), float(high), len(a))


def _chosen(
    trials: pd.DataFrame | str | Path, datasets: Sequence[str], observer: str | None, what: str
) -> pd.DataFrame:
    """Trials of one observer on some datasets, as a model's; or of all humans."""
    table = checked_trials(trials, what)
    known = table[table["dataset"].isin(datasets)]
    if not len(known):
        raise InputError(
            f"{what}: expected trials of {', '.join(datasets)}; found "
            f"{', '.join(sorted(set(table['dataset'].astype('str'))))}."
        )
    if observer == HUMANS:
        humans = known[known["observer_kind"] == "human"]
        if not len(humans):
            raise InputError(f"{what}: expected trials of people, found none.")
        return humans
    # Of a single person the book shows no mean over datasets; of a model it does.
    return one_observer(known, observer, what).assign(observer_kind="model")


def _in_both(trials: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """The trials on images that others saw, too."""
    own, seen = (pd.MultiIndex.from_frame(each[_IMAGE].astype("str")) for each in (trials, others))
    return trials[own.isin(seen)]


def _example(trials: pd.DataFrame) -> str:
    return "/".join(trials[_IMAGE].astype("str").iloc[0])


def _estimated(
    trials: pd.DataFrame,
    about: Mapping[str, str],
    resampling: Resampling,
    zero_division: ZeroDivision = "nan",
) -> Estimate:
    """The row of the estimates that ``about`` says; undefined where there is none."""
    settings = SummarySettings(
        datasets=tuple(set(trials["dataset"].astype("str"))),
        resampling=resampling,
        zero_division=zero_division,
    )
    table = estimate(trials, settings, all_pairs=False).estimates
    if set(trials["observer_kind"]) == {"human"}:
        about = {**about, "observer": HUMANS}
    for name, value in about.items():
        table = table[table[name] == value]
    if not len(table):
        return Estimate(float("nan"))
    row: Any = table.iloc[0]
    return Estimate(row["value"], row["low"], row["high"], row["n"])
