"""The one table that only this chapter has: every observer's shape bias, beside people's."""

import pandas as pd

_ENDS = {"low": "difference_low", "high": "difference_high"}


def with_differences(ranking: pd.DataFrame, tests: pd.DataFrame) -> pd.DataFrame:
    """Set each network's difference from the humans beside its shape bias.

    Args:
        ranking: from `gcbook.stats.shape_tables.pooled_bias`.
        tests: from `gcbook.stats.differences.against_humans`.

    Returns:
        The ranking with ``difference`` (network minus humans), ``difference_low,
        difference_high`` and ``p_corrected``, NaN where there was no test.
    """
    compared = tests.rename(columns={"model": "observer", **_ENDS})
    columns = ["observer", "difference", *_ENDS.values(), "p_corrected"]
    return ranking.merge(compared[columns], on="observer", how="left")
