"""Which tables stand in full, and which scroll within themselves."""

import pandas as pd
import pytest

from gcbook.charts.tablehtml import FULL_HEIGHT_ROWS, data_table, marked_table


@pytest.mark.parametrize("make", [data_table, marked_table])
@pytest.mark.parametrize(("beyond", "scrolls"), [(0, False), (1, True)])
def test_only_long_tables_have_a_height(make, beyond, scrolls):
    rows = pd.DataFrame({"x": range(FULL_HEIGHT_ROWS + beyond)})
    assert ("gc-tall" in make(rows, "Table")) == scrolls


def test_a_column_of_truth_values_sets_cells_in_bold():
    rows = pd.DataFrame(
        {"bias": [0.9, 0.5], "bias_published": [0.9, 0.5], "bias_best": [True, False]}
    )
    made = marked_table(rows, "Table", headings={"bias": "Bias"}, formats={"bias": ".1f"})
    assert "<strong>0.9</strong>" in made
    assert "<strong>0.5</strong>" not in made
    assert made.count("<th ") == 1


def test_a_zero_has_no_sign() -> None:
    table = pd.DataFrame(
        {"k": [-0.0002], "k_low": [-0.0003], "k_high": [0.01], "k_published": [0.0]}
    )
    shown = marked_table(table, "Kappa")
    assert "[0.000, 0.010]" in shown
    assert "difference +0.000" in shown
    assert "−0" not in shown
    assert "−0" not in data_table(pd.DataFrame({"k": [-0.0]}), "Kappa")
