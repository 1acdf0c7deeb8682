"""Rows in a given order."""

import pandas as pd
import pytest

from gcbook.stats.rows import ordered_rows

TABLE = pd.DataFrame(
    [("wide", 2, "a"), ("narrow", 2, "b"), ("wide", 1, "c"), ("narrow", 1, "d"), ("wide", 1, "e")],
    columns=["width", "t", "name"],
)


@pytest.mark.parametrize(
    ("by", "orders", "names"),
    [
        (["width", "t"], {"width": ("wide", "narrow")}, "ceadb"),
        (["t", "width"], {"width": ("wide", "narrow")}, "cedab"),
        (["width", "t"], {}, "dbcea"),
        (["t", "width"], {"t": (2, 1), "width": ("narrow", "wide")}, "badce"),
    ],
)
def test_columns_are_sorted_in_their_order_and_equal_rows_stay(by, orders, names):
    found = ordered_rows(TABLE, by, orders)
    assert "".join(found["name"]) == names
    assert found.index.tolist() == [0, 1, 2, 3, 4]


def test_a_value_without_a_place_is_refused():
    with pytest.raises(ValueError, match="narrow"):
        ordered_rows(TABLE, ["width"], {"width": ["wide"]})
