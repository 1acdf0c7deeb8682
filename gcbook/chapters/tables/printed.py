"""Do the numbers that the paper prints fit each other?

Printed numbers are rounded, so a check asks whether unrounded ones exist that would print as they
do. Rounding keeps the order of numbers that differ in print; only printed ties leave a choice.
"""

import pandas as pd

from gcbook.paper.published import published_models, table1, table2, table3
from gcbook.stats.agreement import PAIR_METRICS

_TOLERANCE = 0.0005 + 1e-9
"""Half a unit of the third digit, to which mean ranks are printed."""


def mean_rank_check() -> pd.DataFrame:
    """Table 2: could the printed mean rank come from the printed metrics?

    Returns:
        ``key, mean_rank`` (printed), ``least, most`` (the range that printed ties leave when
        unrounded values break them) and ``possible``.
    """
    table = table2()
    signs = [1 if metric == "accuracy_difference" else -1 for metric in PAIR_METRICS]
    values = (1000 * table[list(PAIR_METRICS)]).round() * signs
    rows = table[["key", "mean_rank"]].assign(
        least=values.rank(method="min").mean(axis=1), most=values.rank(method="max").mean(axis=1)
    )
    inside = rows["mean_rank"].between(rows["least"] - _TOLERANCE, rows["most"] + _TOLERANCE)
    return rows.assign(possible=inside)


def ood_rank_check() -> pd.DataFrame:
    """Table 3: the same for the rank by OOD accuracy.

    Returns:
        ``model, ood_accuracy, rank`` (printed), ``least, most`` and ``possible``.
    """
    table = table3()
    values = (-1000 * table["ood_accuracy"]).round()
    rows = table[["model", "ood_accuracy", "rank"]].assign(
        least=values.rank(method="min"), most=values.rank(method="max")
    )
    return rows.assign(possible=rows["rank"].between(rows["least"], rows["most"]))


def table1_check() -> pd.DataFrame:
    """Table 1: are its two digits those of Tables 2 and 3?

    Returns:
        One row a number that both give: ``key, metric, two_digits, three_digits`` and
        ``possible`` (some number prints as both).
    """
    longer = table2().merge(table3()[["key", "ood_accuracy"]], on="key")
    metrics = ["ood_accuracy", "error_consistency"]
    short, long = (
        table.melt("key", metrics, var_name="metric", value_name=name)
        for table, name in ((table1(), "two_digits"), (longer, "three_digits"))
    )
    rows = short.merge(long, on=["key", "metric"])
    apart = (rows["two_digits"] - rows["three_digits"]).abs()
    return rows.assign(possible=apart <= 0.005 + _TOLERANCE)


def toolbox_rows() -> int:
    """How many rows of Table 2 are neither ViT-22B nor CLIP nor generative."""
    models = published_models()
    second = models[models["table2"] != ""]
    apart = second["key"].str.startswith("vit_22b") | (second["kind"] != "discriminative")
    return int((~apart).sum())
