"""The static image of a chart."""

import re

import altair as alt
import pandas as pd
import vl_convert

from gcbook.charts.chart import chart_spec, static_svg, vegalite_version
from gcbook.charts.names import Names
from gcbook.charts.theme import TEXT


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


def test_marks_are_called_by_name_and_in_the_static_image_not_at_all() -> None:
    rows = pd.DataFrame({"observer": ["toString", "mine"], "kappa": [0.25, 0.5]})
    names = Names.of(rows["observer"])
    tooltip = [alt.Tooltip("observer:N", title="Observer"), alt.Tooltip("kappa:Q", format=".1f")]
    base = names.chart(rows, "observer").encode(x="kappa:Q", y=names.rows("observer", names.ids))
    said = base.mark_point().encode(tooltip=tooltip)
    unsaid = base.mark_rule()
    chart = alt.layer(said, unsaid, description="Two.").add_params(names.parameter())
    spec = chart_spec(chart)
    _, rule = (layer["encoding"]["description"]["value"]["expr"] for layer in spec["layer"])
    assert rule == "names[datum.observer_id]"
    spoken = vl_convert.vegalite_to_svg(spec, vl_version=vegalite_version())
    assert 'aria-label="Observer: toString; kappa: 0.3"' in spoken
    assert 'aria-label="mine"' in spoken
    svg = static_svg(spec)
    assert ">toString<" in svg
    assert "aria-label" not in svg
    assert "aria-hidden" not in svg


def test_text_is_as_large_as_captions_unless_a_chart_says_otherwise():
    chart = alt.Chart(alt.Data(values=[{"a": 1}])).mark_point().encode(x="a:Q")
    chart = chart.properties(description="d").configure_axis(titleFontWeight="normal")
    config = chart_spec(chart.configure_title(fontSize=20))["config"]
    assert config["axis"] == {
        "labelFontSize": TEXT,
        "titleFontSize": TEXT,
        "titleFontWeight": "normal",
    }
    assert (config["title"]["fontSize"], config["text"]["fontSize"]) == (20, TEXT)
    assert static_svg(chart_spec(chart)).count(f"{TEXT}px") >= 2
