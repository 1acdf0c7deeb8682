"""Figure of coverage."""

from tiny.coverage_run import RUN

from gcbook.chapters.interval_coverage.charts import fig_coverage
from gcbook.chapters.interval_coverage.tables import MIXED, design_rows, kind_rows
from gcbook.charts.chart import chart_spec


def test_the_figure_draws_every_design_and_the_worst_kind_first():
    rows = design_rows(RUN)
    spec = chart_spec(fig_coverage(rows, kind_rows(rows)))
    drawn = [row for data in spec["datasets"].values() for row in data if "kind" in row]
    rows = rows[rows["procedure"] != MIXED]
    assert len(drawn) == len(rows)
    assert {(row["kind"], row["coverage"]) for row in drawn} == set(
        rows[["kind", "coverage"]].itertuples(index=False, name=None)
    )
    layer = spec["concat"][0]["layer"][1]
    assert layer["encoding"]["y"]["sort"][0] == "Accuracy"
