"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

from gcbook.chapters.miniature_consistency.tables import KINDS, Consistency
from gcbook.claims import Interval, Number
from gcbook.miniworld.results.kinds import side_of

_NAMES = ("other", "conflict")
"""Prefixes of the facts on each group of images, in the order of the groups."""


def miniature_consistency_facts(found: tuple[Consistency, ...]) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    A fact is a number or an interval of `gcbook.claims`, a count or names of miniatures.

    Args:
        found: from `gcbook.chapters.miniature_consistency.tables.consistency_of`.
    """
    facts: dict[str, Any] = {}
    for name, each in zip(_NAMES, found, strict=True):
        facts |= {f"{name}_{key}": value for key, value in _group(each).items()}
    return SimpleNamespace(**facts)


def _group(each: Consistency) -> dict[str, Any]:
    sides = each.sides
    facts: dict[str, Any] = {
        # Whether each half of the tree has models of one side alone.
        "pure": all(len(set(map(side_of, half))) == 1 for half in each.halves),
        "smaller_half": tuple(sorted(min((len(half), half) for half in each.halves)[1])),
        "gap_interval": Interval(sides["gap_low"], sides["gap_high"], ".2f"),
        "gap_share": Number(sides["gap_share"], "+.2f"),
        "gap_share_interval": Interval(sides["gap_share_low"], sides["gap_share_high"], "+.2f"),
    }
    for side, name in (("discriminative", "classifiers"), ("generative", "generators")):
        right = [share for model, share in each.right.items() if side_of(model) == side]
        facts[f"{name}_right"] = Interval(min(right), max(right), ".0%")
    for kind in KINDS:
        facts[kind] = Number(sides[kind], ".2f")
        facts[f"{kind}_interval"] = Interval(sides[f"{kind}_low"], sides[f"{kind}_high"], ".2f")
        facts[f"{kind}_share"] = Number(sides[f"{kind}_share"], ".0%")
    return facts
