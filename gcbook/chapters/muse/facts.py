"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.muse.tables import RULES
from gcbook.claims import Interval, Number
from gcbook.miniworld.results.regenerated import MANY_DRAWS, MANY_RATIO, STEPS
from gcbook.paper.categories import CHANCE
from gcbook.stats.correlation import correlate

_PERCENT = ".0%"


def muse_facts(
    rules: pd.DataFrame,
    gain: pd.Series,
    shares: Mapping[float, tuple[float, float]],
    sticking: Mapping[float, pd.DataFrame],
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Args:
        rules, gain: from `gcbook.chapters.muse.tables`: ``rule_rows`` and ``several_gain``.
        shares: from ``prompts_share``, by the share of tokens that is hidden.
        sticking: from ``sticking_by_ratio``.
    """
    distance, less, bound = (rules[rules["rule"] == title] for title in RULES.values())
    single, single_less = (rows[rows["evaluations"] == STEPS] for rows in (distance, less))
    best = single.sort_values("accuracy").iloc[-1]
    same = bound[bound["evaluations"] == STEPS].iloc[0]
    own, by_chance = zip(*shares.values(), strict=True)
    drawn = [correlate(rows["drawn"], rows["distance"])[1] for rows in sticking.values()]
    return SimpleNamespace(
        images=int(rules["n"].iloc[0]),
        chance=Number(CHANCE, _PERCENT),
        steps=STEPS,
        many=MANY_DRAWS,
        distance=_span(single["accuracy"], _PERCENT),
        distance_low=Number(single["low"].min(), _PERCENT),
        best=Number(best["accuracy"], _PERCENT),
        best_interval=Interval(best["low"], best["high"], _PERCENT),
        less=_span(single_less["accuracy"], _PERCENT),
        bound_same=Number(same["accuracy"], _PERCENT),
        bound_same_interval=Interval(same["low"], same["high"], _PERCENT),
        several_hidden=Number(MANY_RATIO, _PERCENT),
        one=Number(gain["one"], _PERCENT),
        several=Number(gain["several"], _PERCENT),
        gain_interval=Interval(gain["low"], gain["high"], "+.3f"),
        own=_span(own, ".1%"),
        own_chance=Number(float(np.mean(by_chance)), ".1%"),
        rho_drawn=_span([found.r for found in drawn], ".2f"),
        rho_drawn_p=Number(min(found.p for found in drawn), ".2f"),
        ratios=len(sticking),
    )


def _span(values: Any, form: str) -> Interval:
    return Interval(min(values), max(values), form)
