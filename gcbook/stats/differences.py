"""Is a difference between observers more than chance? Paired tests, corrected for their number.

Both sides answered the same images, so that a difference has an interval of its own. The correction
is over all tests of a family (`gcbook.stats.comparisons`), whichever are shown.
"""

from collections.abc import Sequence

import pandas as pd

from gcbook.paper.observers import (
    HUMANS,
    keep_observers,
    kind_titles,
    show_once,
    unique_labels,
)
from gcbook.stats.maxt import level
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import undecided

_DIGITS = 4
_ENDS = ("difference", "low", "high")
_VERDICT = ("p", "p_corrected", "differs")


def against_humans(
    summaries: Summaries, metric: str, observers: Sequence[str] = ()
) -> pd.DataFrame:
    """How far each network is from the humans.

    Args:
        metric: ``"error_consistency"`` (with humans, against that of humans among themselves) or
            ``"ood_accuracy"``, both over all datasets, or ``"shape_bias"``.
        observers: networks to show; none shows all.

    Returns:
        ``model, kind, difference`` (model minus humans), ``low, high, p, p_corrected`` (over all
        networks tested, or over all own observers), ``differs`` (whether, at the level of the
        intervals; where the draws are too few to decide that, the words for it); highest difference
        first. Empty where nothing was resampled.
    """
    tests = _tests(summaries, f"{metric}:humans", observers)
    tests["model"] = unique_labels(tests["source"], tests["observer"])
    tests["kind"] = kind_titles(tests["source"], tests["observer_kind"])
    rows = tests.sort_values("difference", ascending=False, ignore_index=True)
    return rows[["model", "kind", *_ENDS, *_VERDICT]]


def model_differences(
    summaries: Summaries, observers: Sequence[str] = (), metric: str = "error_consistency"
) -> pd.DataFrame:
    """Which networks differ in a metric: of those that saw all datasets, every two.

    Args:
        metric: as in `against_humans`; by default error consistency with humans.

    Returns:
        One row a pair: ``higher, lower`` (labels), ``difference`` (not negative), ``low, high, p,
        p_corrected`` (over all pairs tested), ``differs`` (as in `against_humans`), and
        ``higher_rank, lower_rank`` (1 for the network with the highest value). Empty where nothing
        was resampled.
    """
    tests = _tests(summaries, f"{metric}:models", observers)
    columns = ["higher", "lower", *_ENDS, *_VERDICT, "higher_rank", "lower_rank"]
    if tests.empty:
        return pd.DataFrame(columns=columns)
    negative = tests["difference"] < 0
    named = unique_labels(
        pd.concat([tests["source"], tests["other_source"]], ignore_index=True),
        pd.concat([tests["observer"], tests["other"]], ignore_index=True),
    )
    first = named.iloc[: len(tests)]
    second = named.iloc[len(tests) :].reset_index(drop=True)
    signed = tests[list(_ENDS)]
    swapped = pd.DataFrame(
        {"difference": -signed["difference"], "low": -signed["high"], "high": -signed["low"]}
    )
    rows = signed.where(~negative, swapped)
    rows["higher"] = first.where(~negative, second)
    rows["lower"] = second.where(~negative, first)
    rows[list(_VERDICT)] = tests[list(_VERDICT)]
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
    kinds = summaries.counts[["source", "observer", "observer_kind"]].drop_duplicates()
    tests = tests.merge(kinds, on=["source", "observer"], how="left")
    if observers:
        other = (tests["other"] == HUMANS) | tests["other"].isin(list(observers))
        tests = keep_observers(tests[other], observers).reset_index(drop=True)
    made = summaries.settings.resampling
    clear = tests["p_corrected"] < level(made.confidence)
    tests["differs"] = undecided(made.draws, made.confidence) or clear
    # Digits of p are few and matter; the least is 1 / (draws + 1).
    return tests.round(dict.fromkeys(_ENDS, _DIGITS))
