"""Figure of coverage."""

from tiny.coverage_run import RUN

from gcbook.chapters.interval_coverage.charts import fig_coverage
from gcbook.chapters.interval_coverage.tables import coverage_rows, mark_nearest
from gcbook.charts.chart import chart_spec, static_svg

ROWS = mark_nearest(coverage_rows(RUN))


def test_every_design_is_a_mark_and_the_nearest_have_two():
    spec = chart_spec(fig_coverage(ROWS))
    (data,) = [each for each in spec["datasets"].values() if "name" in each[0]]
    assert sum(len(row["coverage"]) for row in data) == len(ROWS)
    by_name = {row["name"]: row for row in data}
    assert by_name["Kappa, one pair"]["lane"] == [0, 1]
    assert by_name["Shape bias"]["nearest"] == ["Imagen", "", "Imagen"]
    assert "Kappa, one pair" in static_svg(spec)


def test_what_lies_below_half_is_drawn_at_the_edge():
    rows = ROWS.assign(coverage=0.1)
    spec = chart_spec(fig_coverage(rows))
    (data,) = [each for each in spec["datasets"].values() if "name" in each[0]]
    assert {value for row in data for value in row["shown"]} == {0.5}
    assert {value for row in data for value in row["coverage"]} == {0.1}
