"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.turned.tables import CLASSIFIER, OTHER, OWN, TURNED_BACK
from gcbook.claims import Interval, Number
from gcbook.miniworld.results.kinds import GENERATIVE
from gcbook.paper.categories import CHANCE

_SHORT = {"mini-pixel": "pixel", "mini-latent": "latent", "mini-masked": "masked"}


def turned_facts(
    losses: pd.DataFrame,
    kept: pd.DataFrame,
    prompts: pd.DataFrame,
    together: pd.DataFrame,
    gaps: pd.DataFrame,
    easy: pd.DataFrame,
    checked: Sequence[tuple[int, int]],
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    A fact is a number or an interval of `gcbook.claims`, or a count; None or NaN where nothing was
    resampled.

    Args:
        losses, kept, prompts, together, gaps, easy: from `gcbook.chapters.turned.tables`:
            ``loss_rows``, ``kept_rows``, ``prompt_rows``, ``together_rows``,
            ``gap_rows`` and ``easy_rows``.
        checked: from `gcbook.miniworld.results.turned.check_turned`, of every model.
    """
    return SimpleNamespace(
        **_losses(losses),
        **_kept(kept),
        **_prompts(prompts),
        **_together(together, gaps, easy),
        chance=Number(CHANCE, ".0%"),
        checked=sum(number for number, _ in checked),
        changed=sum(others for _, others in checked),
    )


def _losses(losses: pd.DataFrame) -> dict[str, Any]:
    by = losses.set_index("recipe")
    generators = by[by.index.isin(GENERATIVE)]
    known = generators["low"].notna().all()
    return {
        "generators": len(generators),
        "keep_more": int((generators["low"] > 0).sum()) if known else None,
        "keep_less": int((generators["high"] < 0).sum()) if known else None,
        "resnet_share": Number(by["share"].get(CLASSIFIER, np.nan), ".0%"),
        "generator_shares": Interval(generators["share"].min(), generators["share"].max(), ".0%"),
    }


def _kept(kept: pd.DataFrame) -> dict[str, Any]:
    """What is kept from the largest strength below 1, and where turned objects are lost more."""
    partly = kept[(kept["judged"] == TURNED_BACK) & kept["strength"].between(0, 1, "neither")]
    facts: dict[str, Any] = {"most": Number(partly["strength"].max(), "g")}
    others = 0
    for model, short in _SHORT.items():
        rows = partly[partly["model"] == model]
        last = rows[(rows["strength"] == rows["strength"].max()) & (rows["prompt"] == OWN)]
        turned = last.loc[last["angle"] != 0, "drawn"]
        facts[f"{short}_upright"] = Number(last.loc[last["angle"] == 0, "drawn"].mean(), ".2f")
        facts[f"{short}_turned"] = Interval(turned.min(), turned.max(), ".2f")
        facts[f"{short}_lost_at"] = _lost_at(rows[rows["prompt"] == OWN])
        others += _lost_at(rows[rows["prompt"] == OTHER]) or 0
    facts["strengths"] = partly["strength"].nunique()
    facts["lost_under_others"] = others
    return facts


def _lost_at(rows: pd.DataFrame) -> int | None:
    """At how many strengths objects turned by every angle are lost more than upright ones."""
    turned = rows[rows["angle"] != 0]
    if turned["lost_high"].isna().any():
        return None
    return int((turned["lost_high"] < 0).groupby(turned["strength"]).all().sum())


def _prompts(prompts: pd.DataFrame) -> dict[str, Any]:
    last = prompts[prompts["strength"].between(0, 1, "neither")]
    last = last[last["strength"] == last["strength"].max()]
    known = last["rise_low"].notna().all()
    told = last["rise_low"] > 0
    # More than in the image, and more than a picture of anything else has of it.
    untold = (last["wrong_rise_low"] > 0) & (last["wrong_beyond_low"] > 0)
    facts: dict[str, Any] = {
        "upright_told": int(told.sum()) if known else None,
        "upright_untold": int(untold.sum()) if known else None,
    }
    for model, short in _SHORT.items():
        by = prompts[prompts["model"] == model].set_index("strength")
        for name, strength in (("own", by.index[by.index < 1].max()), ("noise", 1.0)):
            value = by["lying"].get(strength, np.nan)
            facts[f"{short}_{name}"] = Number(value, ".2f")
    return facts


def _together(together: pd.DataFrame, gaps: pd.DataFrame, easy: pd.DataFrame) -> dict[str, Any]:
    known = gaps["low"].notna().all()
    facts: dict[str, Any] = {
        "gaps": len(gaps),
        "gaps_above": int((gaps["low"] > 0).sum()) if known else None,
        "gaps_below": int((gaps["high"] < 0).sum()) if known else None,
        "easy_three": Interval(easy["three"].min(), easy["three"].max(), ".0%"),
        "easy_kept": Interval(easy["kept"].min(), easy["kept"].max(), ".2f"),
        "easy_lost": Interval(easy["lost"].min(), easy["lost"].max(), ".2f"),
    }
    last = together[together["strength"] == together["strength"].max()]
    lost = last[last["object"] == "lost"].set_index("model").reindex(list(_SHORT))
    for model, short in _SHORT.items():
        row = lost.loc[model]
        facts[f"{short}_lost_right"] = Number(row["accuracy"], ".0%")
        facts[f"{short}_lost_interval"] = Interval(row["low"], row["high"], ".0%")
    return facts
