"""Figure of coverage."""

import pandas as pd
from tiny.coverage_run import RUN

from gcbook.chapters.interval_coverage.charts import fig_coverage
from gcbook.chapters.interval_coverage.tables import coverage_rows, kind_rows
from gcbook.charts.chart import chart_spec


def test_the_figure_draws_its_table():
    rows = kind_rows(coverage_rows(RUN))
    spec = chart_spec(fig_coverage(rows))
    drawn = [row for data in spec["datasets"].values() for row in data if "kind" in row]
    assert pd.DataFrame(drawn).round(6).equals(rows.round(6))
