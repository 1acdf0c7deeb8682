"""The static image of a chart."""

import re

import altair as alt
import pandas as pd
import vl_convert

from gcbook.charts.chart import chart_spec, static_svg, vegalite_version
from gcbook.charts.names import Names


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
