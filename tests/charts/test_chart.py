"""The static image of a chart."""

import re

import altair as alt
import pandas as pd

from gcbook.charts.chart import chart_spec, static_svg


def test_static_image_is_light_and_keeps_the_numbers_on_its_axes() -> None:
    rows = pd.DataFrame({"x": [0.123456, 0.2345678], "y": [1.0, 2.0]})
    axis = alt.Axis(values=[0.1234, 0.2345], format=".4f")
    x = alt.X("x:Q", axis=axis, scale=alt.Scale(domain=[0.1, 0.3]))
    chart = alt.Chart(rows, description="Two points.").mark_point(color="rgb(10, 20, 255)")
    svg = static_svg(chart_spec(chart.encode(x=x, y="y:Q")))
    assert ">0.1234<" in svg
    assert "#0a14ff" in svg
    assert "rgb(" not in svg
    assert not re.search(r"=\"[^\"]*\d\.\d\d[^\"]*\"", svg.replace("0.1234", ""))


def test_dashes_are_shown_as_lines_unless_marks_have_shapes_as_well() -> None:
    rows = pd.DataFrame({"x": [0, 1], "y": [0, 1], "who": ["a", "b"]})
    legend = alt.Legend(title=None)
    base = alt.Chart(rows, description="Two lines.").encode(x="x:Q", y="y:Q")
    line = base.mark_line().encode(strokeDash=alt.StrokeDash("who:N", legend=legend))
    point = base.mark_point().encode(shape=alt.Shape("who:N", legend=legend))
    alone = chart_spec(line)["encoding"]["strokeDash"]["legend"]
    assert (alone["symbolType"], alone["symbolSize"]) == ("stroke", 350)
    both = chart_spec(alt.layer(line, point, description="Lines with marks."))
    assert both["layer"][0]["encoding"]["strokeDash"]["legend"] == {"title": None}
