"""What a run of a large model costs."""

import pytest

from gcbook.chapters.worked_example.tables import cost_table


def test_hours_are_evaluations_over_rate():
    table = cost_table(images=1280, draws=(1, 32), rates=(16, 160))
    assert table["evaluations"].tolist() == [20_480, 655_360]
    assert table["hours"].tolist() == pytest.approx([1280 / 3600, 32 * 1280 / 3600])
    assert table["hours_fast"].tolist() == pytest.approx(table["hours"] / 10)
