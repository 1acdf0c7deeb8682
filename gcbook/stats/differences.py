"""Is a difference in error consistency more than chance? Paired bootstrap tests, Holm-corrected.

Every test resamples the same images for both sides, so that a difference has an interval of its
own. The correction is made here over the tests that are shown.
"""

from collections.abc import Sequence

import pandas as pd

from gcbook.paper.observers import HUMANS, show_once, unique_labels
from gcbook.stats.resampling import holm
from gcbook.stats.summaries import Summaries

__all__ = ["against_humans", "model_differences"]

_DIGITS = 4
_ENDS = ("difference", "low", "high")


def against_humans(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """How far each network is from the human–human level, over all datasets.

    Returns:
        ``model, difference`` (model minus humans), ``low, high, p, p_holm`` (Holm-corrected over
        the networks tested), ``differs`` (at the level of the intervals); nearest to the humans
        first. Empty where nothing was resampled.
    """
    tests = _tests(summaries, "error_consistency:humans", observers)
    tests["model"] = unique_labels(tests["source"], tests["observer"])
    rows = tests.sort_values("difference", ascending=False, ignore_index=True)
    return rows[["model", *_ENDS, "p", "p_holm", "differs"]]


def model_differences(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Which networks differ in error consistency with humans, over all datasets.

    Returns:
        One row a pair: ``higher, lower`` (labels), ``difference`` (not negative), ``low, high, p,
        p_holm, differs``, and ``higher_rank, lower_rank`` (1 for the most consistent network).
        Empty where nothing was resampled.
    """
    tests = _tests(summaries, "error_consistency:models", observers)
    columns = ["higher", "lower", *_ENDS, "p", "p_holm", "differs", "higher_rank", "lower_rank"]
    if tests.empty:
        return pd.DataFrame(columns=columns)
    turn = tests["difference"] < 0
    named = unique_labels(
        pd.concat([tests["source"], tests["other_source"]], ignore_index=True),
        pd.concat([tests["observer"], tests["other"]], ignore_index=True),
    )
    first = named.iloc[: len(tests)]
    second = named.iloc[len(tests) :].reset_index(drop=True)
    signed = tests[list(_ENDS)]
    turned = pd.DataFrame(
        {"difference": -signed["difference"], "low": -signed["high"], "high": -signed["low"]}
    )
    rows = signed.where(~turn, turned)
    rows["higher"] = first.where(~turn, second)
    rows["lower"] = second.where(~turn, first)
    rows[["p", "p_holm", "differs"]] = tests[["p", "p_holm", "differs"]]
    # The best has the higher place in all of its pairs, the next in all but one, and so on.
    wins = rows["higher"].value_counts()
    for side in ("higher", "lower"):
        place = len(set(rows["higher"]) | set(rows["lower"])) - rows[side].map(wins).fillna(0)
        rows[f"{side}_rank"] = place.astype("int64")
    return rows.sort_values(["higher_rank", "lower_rank"], ignore_index=True)[columns]


def _tests(summaries: Summaries, family: str, observers: Sequence[str]) -> pd.DataFrame:
    tests = summaries.tests[summaries.tests["family"] == family].dropna(subset="p")
    names = {"a_source": "source", "a": "observer", "b_source": "other_source", "b": "other"}
    tests = show_once(tests.rename(columns=names))
    if observers:
        chosen = list(observers)
        other = (tests["other"] == HUMANS) | tests["other"].isin(chosen)
        tests = tests[tests["observer"].isin(chosen) & other].reset_index(drop=True)
    tests = tests.assign(p_holm=holm(tests["p"].to_numpy()) if len(tests) else tests["p"])
    tests["differs"] = tests["p_holm"] < 1 - summaries.provenance["confidence"]
    # Digits of p are few and matter; the least is 2 / (draws + 1).
    return tests.round(dict.fromkeys(_ENDS, _DIGITS) | {"p_holm": 6})
