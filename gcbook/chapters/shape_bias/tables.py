"""The tests of shape bias against the humans."""

from collections.abc import Sequence

import pandas as pd

from gcbook.paper.observers import PUBLISHED_SOURCES, show_once, unique_labels
from gcbook.stats.resampling import holm
from gcbook.stats.summaries import Summaries

__all__ = ["against_humans"]


def against_humans(summaries: Summaries, observers: Sequence[str] = ()) -> pd.DataFrame:
    """Is each network less shape-biased than the humans, by more than chance?

    Holm's correction is made here, over the tests that the table shows.

    Returns:
        ``observer, difference`` (network minus humans), ``low, high, p, p_holm`` (Holm-corrected),
        ``differs`` (at the level of the intervals); nearest to the humans first. Empty where
        nothing was resampled.
    """
    tests = summaries.tests[summaries.tests["family"] == "shape_bias:humans"].dropna(subset="p")
    # Own trials may bring humans of their own; the comparison is with the published ones.
    tests = tests[tests["b_source"] == PUBLISHED_SOURCES[0]]
    tests = show_once(tests.rename(columns={"a_source": "source", "a": "observer"}))
    if observers:
        tests = tests[tests["observer"].isin(list(observers))]
    tests = tests.assign(
        observer=unique_labels(tests["source"], tests["observer"]),
        p_holm=holm(tests["p"].to_numpy()) if len(tests) else tests["p"],
    )
    tests["differs"] = tests["p_holm"] < 1 - summaries.provenance["confidence"]
    ordered = tests.sort_values("difference", ascending=False, ignore_index=True)
    # Digits of p are few and matter; the least is 2 / (draws + 1).
    rounded = ordered.round({"difference": 4, "low": 4, "high": 4, "p_holm": 6})
    return rounded[["observer", "difference", "low", "high", "p", "p_holm", "differs"]]
