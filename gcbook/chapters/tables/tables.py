"""The rows of Fig. 9."""

import pandas as pd

from gcbook.stats.benchmark_tables import METRICS

_DIGITS = 3


def metric_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The four metrics of Fig. 9 side by side, recomputed where that can be, printed else.

    Args:
        rows: from `gcbook.stats.benchmark_tables.benchmark_rows`.

    Returns:
        ``observer, kind, ood_accuracy`` and `gcbook.stats.agreement.PAIR_METRICS`, the most
        accurate first; observers without an accuracy are left out.
    """
    values = {metric: rows[metric].fillna(rows[f"{metric}_published"]) for metric in METRICS}
    found = pd.DataFrame({"observer": rows["model"], "kind": rows["kind"], **values})
    found = found.dropna(subset="ood_accuracy").sort_values("ood_accuracy", ascending=False)
    return found.round(_DIGITS).reset_index(drop=True)
