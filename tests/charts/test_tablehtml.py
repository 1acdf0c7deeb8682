"""Which tables stand in full, and which scroll within themselves."""

import pandas as pd
import pytest

from gcbook.charts.tablehtml import FULL_HEIGHT_ROWS, data_table, marked_table


@pytest.mark.parametrize("make", [data_table, marked_table])
@pytest.mark.parametrize(("beyond", "scrolls"), [(0, False), (1, True)])
def test_only_long_tables_have_a_height(make, beyond, scrolls):
    rows = pd.DataFrame({"x": range(FULL_HEIGHT_ROWS + beyond)})
    assert ("gc-tall" in make(rows, "Table")) == scrolls
