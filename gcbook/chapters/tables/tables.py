"""The rows of Fig. 9 and of the specification curve."""

import pandas as pd

from gcbook.paper.observers import labels
from gcbook.stats.benchmark_tables import METRICS
from gcbook.stats.specifications import CONVENTIONS, HEADLINES

_DIGITS = 3

COMPARISONS = {
    "shape bias": "Shape bias: the most shape-biased network minus people",
    "accuracy": "Accuracy: the most accurate network minus people",
    "error consistency": "Error consistency: the most consistent network minus people",
    "error consistency and accuracy": (
        "Error consistency: the most accurate network minus ResNet-50"
    ),
}
"""The headlines of `gcbook.stats.specifications`, as a reader sees them: what, of whom."""

WORDS = {
    "conditions": ("benchmark", "all"),
    "zero_division": ("left out", "1"),
    "resample_observers": ("fixed", "resampled"),
    "within_categories": ("categories", "none"),
    "of_ceiling": ("as it is", "share of its ceiling"),
}
"""Convention → what the book does, and the other choice."""

_TIES = ["conditions", "of_ceiling", "resample_observers", "within_categories", "zero_division"]


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


def specification_rows(table: pd.DataFrame) -> pd.DataFrame:
    """The specification curve, a row a specification, by value in each comparison.

    Args:
        table: from `gcbook.stats.specifications.specifications`.

    Returns:
        ``comparison`` (of `COMPARISONS`), ``model, difference, low, high``, each convention in
        `WORDS`, or nothing where it does not matter, and ``main``, "yes" where all conventions are
        the book's.
    """
    table = table.reset_index(drop=True)
    departs = pd.DataFrame({name: table[name] != ours for name, (ours, _) in CONVENTIONS.items()})
    matters = {name: table["headline"].map(lambda h, n=name: n in HEADLINES[h]) for name in WORDS}
    words = {
        name: departs[name].map({False: ours, True: other}).where(matters[name], "")
        for name, (ours, other) in WORDS.items()
    }
    rows = table.assign(
        comparison=table["headline"].map(COMPARISONS),
        model=labels(table["observer"]),
        main=departs.any(axis=1).map({False: "yes", True: "no"}),
        **words,
    )
    place = table["headline"].map(list(HEADLINES).index).rename("place")
    # Ties stand in the order of the conventions, so that dots make a pattern.
    order = pd.concat([place, table["difference"], departs[_TIES]], axis=1)
    rows = rows.loc[order.sort_values([*order.columns]).index]
    columns = ["comparison", "model", "difference", "low", "high", *WORDS, "main"]
    return rows[columns].reset_index(drop=True)
