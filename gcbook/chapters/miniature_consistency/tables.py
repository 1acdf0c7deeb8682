"""Do the miniatures err on the same images: every two of them, and by kind."""

from dataclasses import dataclass
from itertools import chain

import pandas as pd

from gcbook.miniworld.results.consistency import (
    GROUPS,
    clusters,
    group_of_images,
    pair_kappas,
    sides,
)
from gcbook.miniworld.results.panel import make_panel
from gcbook.stats.resampling import Resampling

KINDS = {
    "seeds": "Two seeds",
    "discriminative": "Two classifiers",
    "generative": "Two generators",
    "across": "One of either",
}
"""Kinds of pairs, as `gcbook.miniworld.results.consistency.sides` names them, and their titles."""

_DIGITS = 4


@dataclass(frozen=True)
class Consistency:
    """Error consistency of miniatures on one group of images.

    Attributes:
        group: of `gcbook.miniworld.results.consistency.GROUPS`.
        pairs: from `gcbook.miniworld.results.consistency.pair_kappas`.
        halves: from `gcbook.miniworld.results.consistency.clusters`.
        sides: from `gcbook.miniworld.results.consistency.sides`.
        right: share of these images that each model answers rightly.
    """

    group: str
    pairs: pd.DataFrame
    halves: tuple[tuple[str, ...], ...]
    sides: dict[str, float]
    right: dict[str, float]

    @property
    def order(self) -> tuple[str, ...]:
        """The models, those who err alike together."""
        return tuple(chain(*self.halves))


def consistency_of(answers: pd.DataFrame, *, resampling: Resampling) -> tuple[Consistency, ...]:
    """Compute error consistency on each group of images.

    Args:
        answers: of one world's own test sets.
        resampling: how the intervals are made.

    Returns:
        One for each of `GROUPS`.
    """
    found = []
    for group in GROUPS:
        panel = make_panel(answers[group_of_images(answers, group)], resampling)
        pairs, values, bounds = pair_kappas(panel, resampling)
        found.append(
            Consistency(
                group,
                pairs,
                clusters(pairs),
                sides(pairs, values, bounds, resampling),
                dict(zip(panel.models, panel.right.mean(1).tolist(), strict=True)),
            )
        )
    return tuple(found)


def pair_rows(found: tuple[Consistency, ...]) -> pd.DataFrame:
    """Every two miniatures on each group of images.

    Returns:
        ``group, a, b, kappa, low, high, most`` (that the two accuracies allow), ``images``.
    """
    columns = ["group", "a", "b", "kappa", "low", "high", "most", "images"]
    tables = [each.pairs.assign(group=each.group) for each in found]
    return pd.concat(tables, ignore_index=True)[columns]


def kind_rows(found: tuple[Consistency, ...]) -> pd.DataFrame:
    """Mean error consistency by kind of pair, on each group of images.

    Returns:
        ``group, kind`` (a title of `KINDS`), ``pairs`` (of recipes), ``kappa, low, high``, ``most``
        (the mean that accuracies allow) and ``share`` (of it). Kinds without a pair are left out.
    """
    rows = [
        {
            "group": each.group,
            "kind": title,
            "pairs": int(each.sides[f"{name}_pairs"]),
            "kappa": each.sides[name],
            "low": each.sides[f"{name}_low"],
            "high": each.sides[f"{name}_high"],
            "most": each.sides[name] / each.sides[f"{name}_share"],
            "share": each.sides[f"{name}_share"],
        }
        for each in found
        for name, title in KINDS.items()
        if each.sides[f"{name}_pairs"]
    ]
    numbers = dict.fromkeys(["kappa", "low", "high", "most", "share"], _DIGITS)
    return pd.DataFrame(rows).round(numbers)
