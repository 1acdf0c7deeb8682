"""Rows of a table: in the order in which they are shown, and the first of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd


def first_row(table: pd.DataFrame) -> "pd.Series[Any]":
    """The first row of a table, or None in every column where it has no rows.

    >>> int(first_row(pd.DataFrame({"x": [1, 2]}))["x"]), first_row(pd.DataFrame({"x": []}))["x"]
    (1, None)
    """
    return table.iloc[0] if len(table) else pd.Series(dict.fromkeys(table.columns), dtype=object)


def ordered_rows(
    table: pd.DataFrame, by: Sequence[str], orders: Mapping[str, Iterable[Any]]
) -> pd.DataFrame:
    """Sort rows by columns, of which the first counts most, and renumber them.

    Args:
        orders: column → its values in order; other columns are sorted by their values.

    Raises:
        ValueError: a value is not in its column's order.

    >>> table = pd.DataFrame({"size": ["small", "large", "small"], "t": [2, 1, 1]})
    >>> ordered_rows(table, ["size", "t"], {"size": ["small", "large"]})["t"].tolist()
    [1, 2, 1]
    """
    places = {name: list(values).index for name, values in orders.items()}

    def place(column: pd.Series) -> pd.Series:
        name = str(column.name)
        return column.map(places[name]) if name in places else column

    return table.sort_values(list(by), key=place, ignore_index=True)
