"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.muse.tables import RULES, Share
from gcbook.claims import Interval, Number
from gcbook.miniworld.results.regenerated import MANY_DRAWS, STEPS
from gcbook.paper.categories import CHANCE
from gcbook.stats.correlation import correlate

__all__ = ["muse_facts"]

_PERCENT = ".0%"


def muse_facts(
    rules: pd.DataFrame,
    gain: pd.DataFrame,
    shares: Mapping[float, Share],
    sticking: Mapping[float, pd.DataFrame],
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Args:
        rules, gain: from `gcbook.chapters.muse.tables`: ``rule_rows`` and ``several_gain``.
        shares: from ``prompts_share``, by the share of tokens that is hidden.
        sticking: from ``stick_rows``, likewise.
    """
    distance, less, bound = (rules[rules["rule"] == title] for title in RULES.values())
    single, single_less = (rows[rows["evaluations"] == STEPS] for rows in (distance, less))
    best = single.sort_values("accuracy").iloc[-1]
    same = bound[bound["evaluations"] == STEPS].iloc[0]
    more = gain.iloc[0]
    drawn = [correlate(rows["drawn"], rows["distance"])[1] for rows in sticking.values()]
    return SimpleNamespace(
        images=int(rules["n"].iloc[0]),
        chance=Number(CHANCE, _PERCENT),
        steps=STEPS,
        many=MANY_DRAWS,
        distance=_range(single),
        distance_low=Number(single["low"].min(), _PERCENT),
        best=Number(best["accuracy"], _PERCENT),
        best_interval=Interval(best["low"], best["high"], _PERCENT),
        less=_range(single_less),
        bound_same=Number(same["accuracy"], _PERCENT),
        bound_same_interval=Interval(same["low"], same["high"], _PERCENT),
        several_hidden=Number(more["hidden"], _PERCENT),
        one=Number(more["one"], _PERCENT),
        several=Number(more["several"], _PERCENT),
        gain_interval=Interval(more["low"], more["high"], "+.3f"),
        **_prompts(shares),
        rho_drawn=_span([found.r for found in drawn], ".2f"),
        rho_drawn_p=Number(min(found.p for found in drawn), ".2f"),
        ratios=len(sticking),
    )


def _prompts(shares: Mapping[float, Share]) -> dict[str, Any]:
    """How much of the variance of distances is prompts' own, and by chance."""
    values = [share.value for share in shares.values()]
    return {
        "own": _span(values, ".1%"),
        "own_chance": Number(float(np.mean([share.chance for share in shares.values()])), ".1%"),
    }


def _range(rows: pd.DataFrame) -> Interval:
    return _span(rows["accuracy"], _PERCENT)


def _span(values: Any, form: str) -> Interval:
    return Interval(min(values), max(values), form)
