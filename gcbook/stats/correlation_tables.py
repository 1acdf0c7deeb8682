"""Correlations of shape bias with accuracy, over observers of which families are left out."""

import pandas as pd

from gcbook.paper.observers import HUMANS_TITLE, published_rows
from gcbook.stats.correlation import Correlation, correlate
from gcbook.stats.resampling import Resampling

EVERYBODY, FAMILY_MEANS = "nobody", "one mean a family"
"""Of the networks: none is left out, or each family is one point."""

FEWEST = 3
"""Points of which a coefficient says nothing."""


def correlation_rows(rows: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Correlate accuracy with shape bias over the published networks; humans are not counted.

    Args:
        rows: ``measured_on, kind, family, accuracy, shape_bias``; a row an observer and what its
            accuracy is measured on.
        resampling: see `gcbook.stats.correlation.correlate`.

    Returns:
        ``measured_on, left_out`` (`EVERYBODY`, each family by name, `FAMILY_MEANS`),
        ``coefficient, n, r, low, high, p, arrangements, exact``, see
        `gcbook.stats.correlation.Correlation`.
    """
    networks = published_rows(rows[rows["kind"] != HUMANS_TITLE])
    found = []
    for measured_on in dict.fromkeys(rows["measured_on"]):
        group = networks[networks["measured_on"] == measured_on]
        pairs = group[["family", "accuracy", "shape_bias"]].dropna()
        for name in (EVERYBODY, *dict.fromkeys(networks["family"]), FAMILY_MEANS):
            kept = pairs[pairs["family"] != name]
            if name == FAMILY_MEANS:
                kept = pairs.groupby("family", as_index=False)[["accuracy", "shape_bias"]].mean()
            found += [
                {"measured_on": measured_on, "left_out": name} | vars(each)
                for each in correlate(kept["accuracy"], kept["shape_bias"], resampling=resampling)
            ]
    columns = ["measured_on", "left_out", *Correlation.__dataclass_fields__]
    table = pd.DataFrame(found, columns=columns)
    return table.round({"r": 4, "low": 4, "high": 4, "p": 6})
