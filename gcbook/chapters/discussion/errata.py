"""Is the paper consistent with itself? Checks on the numbers it prints, for the errata.

Printed numbers are rounded, so a check asks whether unrounded ones exist that would print as they
do. Rounding keeps the order of numbers that differ in print; only printed ties leave a choice.
"""

import numpy as np
import pandas as pd
from scipy import stats

from gcbook.paper.published import published_models, quoted_value, table1, table2, table3
from gcbook.stats.agreement import PAIR_METRICS

__all__ = [
    "mean_rank_check",
    "ood_rank_check",
    "table1_check",
    "table_members",
]

_TOLERANCE = 0.0005 + 1e-9
"""Half a unit of the third digit, to which mean ranks are printed."""


def mean_rank_check() -> pd.DataFrame:
    """Table 2: could the printed mean rank come from the printed metrics?

    Returns:
        The 58 rows with ``model``, ``printed_as`` (the name in the paper), ``mean_rank``
        (printed), ``from_metrics`` (mean over the three
        metrics of the rank, printed ties shared), ``least, most`` (the range that ties allow when
        unrounded values break them) and ``possible``.
    """
    table = table2()
    least, shared, most = (np.zeros(len(table)) for _ in range(3))
    for metric in PAIR_METRICS:
        sign = 1 if metric == "accuracy_difference" else -1
        values = (sign * 1000 * table[metric]).round().to_numpy()
        least += stats.rankdata(values, method="min") / len(PAIR_METRICS)
        shared += stats.rankdata(values) / len(PAIR_METRICS)
        most += stats.rankdata(values, method="max") / len(PAIR_METRICS)
    names = published_models().set_index("key")["name"]
    rows = pd.DataFrame(
        {
            "model": table["key"].map(names),
            "printed_as": table["model"],
            "mean_rank": table["mean_rank"],
            "from_metrics": shared,
            "least": least,
            "most": most,
        }
    )
    inside = rows["mean_rank"].between(least - _TOLERANCE, most + _TOLERANCE)
    return rows.assign(possible=inside).round(3)


def ood_rank_check() -> pd.DataFrame:
    """Table 3: the same for the rank by OOD accuracy.

    Returns:
        ``model, ood_accuracy, rank`` (printed), ``least, most`` and ``possible``.
    """
    table = table3()
    values = (-1000 * table["ood_accuracy"]).round()
    rows = table[["model", "ood_accuracy", "rank"]].assign(
        least=stats.rankdata(values, method="min"), most=stats.rankdata(values, method="max")
    )
    return rows.assign(possible=rows["rank"].between(rows["least"], rows["most"]))


def table1_check() -> pd.DataFrame:
    """Table 1: are its two digits those of Tables 2 and 3?

    Returns:
        One row a number that both give: ``model, metric, two_digits, three_digits`` and
        ``possible`` (some number prints as both).
    """
    longer = table2().merge(table3()[["key", "ood_accuracy"]], on="key")
    both = table1().merge(longer, on="key", suffixes=("", "_long"))
    tables = []
    for metric in ("ood_accuracy", "error_consistency"):
        tables.append(
            pd.DataFrame(
                {
                    "model": both["model"],
                    "metric": metric,
                    "two_digits": both[metric],
                    "three_digits": both[f"{metric}_long"],
                }
            )
        )
    rows = pd.concat(tables, ignore_index=True)
    apart = (rows["two_digits"] - rows["three_digits"]).abs()
    return rows.assign(possible=apart <= 0.005 + _TOLERANCE)


def table_members() -> dict[str, int]:
    """How many models each table lists, and which the text counts.

    Returns:
        ``table1, table2, table3`` (rows), ``both`` (in Tables 2 and 3), ``only_table1``,
        ``toolbox_rows`` (rows of Table 2 that are neither ViT-22B, CLIP nor generative)
        and ``text`` (52 toolbox models, three ViT-22B and CLIP, and the generative classifiers).
    """
    models = published_models()
    second = models[models["table2"] != ""]
    apart = second["key"].str.startswith("vit_22b") | (second["kind"] != "discriminative")
    generative = int((models["kind"] == "generative").sum())
    baselines = quoted_value("n_toolbox_models") + quoted_value("n_vit_22b_variants") + 1
    return {
        "table1": int((models["table1"] != "").sum()),
        "table2": len(second),
        "table3": int((models["table3"] != "").sum()),
        "both": int(((models["table2"] != "") & (models["table3"] != "")).sum()),
        "only_table1": int(((models["table1"] != "") & (models["table2"] == "")).sum()),
        "toolbox_rows": int((~apart).sum()),
        "text": int(baselines) + generative,
    }
