"""Which dozen models a figure shows; the table below it has them all."""

import pandas as pd

from gcbook.paper.observers import OWN, known_networks
from gcbook.paper.published import published_models, table1


def best_of_families(rows: pd.DataFrame, by: str, *, name: str = "observer") -> pd.DataFrame:
    """Keep, of every family of published networks, the one with the largest value.

    Args:
        rows: one row an observer, with its ``kind`` and, in the column ``name``, its label.
        by: column of the values.

    Returns:
        The chosen networks' rows, and the rows of all who belong to no family (people, models of
        the paper without public decisions, a reader's own), in the order given.
    """
    family = _families(rows, name)
    best = rows[by].groupby(family).transform("max")
    kept = rows[family.isna() | (rows[by] == best)]
    # Of two with the same value the first.
    again = family[kept.index].dropna().duplicated()
    return kept.drop(index=again.index[again])


def with_table1(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the models of the paper's Table 1, and of each family that it lacks the best network.

    Args:
        rows: from `gcbook.stats.benchmark_tables.standing_rows`.

    Returns:
        Their rows, with those of people and of a reader's own models, in the order given. With all
        published trials these are people and twelve models.
    """
    names = published_models().set_index("key")["name"]
    in_table = rows["model"].isin(names[table1()["key"]])
    family = _families(rows, "model")
    lacking = ~in_table & (rows["origin"] == "recomputed") & ~family.isin(family[in_table].dropna())
    others = best_of_families(rows[lacking], "value", name="model")
    return rows[in_table | rows.index.isin(others.index)]


def _families(rows: pd.DataFrame, name: str) -> pd.Series:
    """Family of every published network; missing for all others, whatever they are called."""
    family = rows[name].map(known_networks().set_index("label")["family"])
    return family.where(~rows["kind"].isin(OWN))
