"""Forest plots: a mark and its interval in the order of the table."""

import html

import altair as alt
import pandas as pd
import pytest
from tiny.charts import names

from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.forest import fig_forest
from gcbook.charts.names import NAME_OF_TICK
from gcbook.charts.theme import CHANCE_LINE, INK

ROWS = pd.DataFrame(
    {
        "who": ["b", "b", "a", "a"],
        "how": ["one", "two", "one", "two"],
        "r": [0.5, 0.4, -0.1, 0.2],
        "low": [0.1, 0.0, -0.3, None],
        "high": [0.8, 0.7, 0.2, None],
        "least": [0.3, 0.2, -0.2, 0.1],
    }
)


def spec_of(rows=ROWS, **options):
    x = alt.X("r:Q", title="Correlation")
    options = {"tooltip": [alt.Tooltip("r:Q")], "description": "A plot.", **options}
    return chart_spec(fig_forest(rows, row="who", value="r", x=x, **options))


def layers_of(spec):
    return {each["mark"]["type"]: each for each in spec["layer"] if "y" in each.get("encoding", {})}


def test_rows_keep_their_order_and_intervals_their_ends():
    spec = spec_of(series="how", marks={"one": (INK, "circle"), "two": (CHANCE_LINE, "square")})
    rule, point = (layers_of(spec)[name] for name in ("rule", "point"))
    assert names(spec, rule["encoding"]["y"]["sort"]) == ["b", "a"]
    assert (rule["encoding"]["x"]["field"], rule["encoding"]["x2"]["field"]) == ("low", "high")
    # Two titles of one axis would be written side by side.
    assert rule["encoding"]["x"]["title"] == point["encoding"]["x"]["title"] == "Correlation"
    assert point["encoding"]["yOffset"]["sort"] == ["one", "two"]
    assert point["encoding"]["shape"]["scale"]["range"] == ["circle", "square"]


def test_a_line_stands_where_it_is_wanted():
    def line(spec):
        (found,) = [each for each in spec["layer"] if "y" not in each["encoding"]]
        return spec["datasets"][found["data"]["name"]]

    assert line(spec_of()) == [{"r": 0}]
    assert line(spec_of(reference=0.5)) == [{"r": 0.5}]
    assert all("y" in each["encoding"] for each in spec_of(reference=None)["layer"])


def test_words_stand_at_the_last_tick():
    marks = {"one": (INK, "circle"), "two": (CHANCE_LINE, "square")}
    layers = layers_of(spec_of(series="how", marks=marks, ticks="least", tick_words="lowest"))
    assert layers["text"]["mark"]["text"] == "lowest"
    assert layers["tick"]["encoding"]["x"]["field"] == layers["text"]["encoding"]["x"]["field"]
    assert "text" not in layers_of(spec_of(ticks="least"))


def test_marked_rows_stand_out():
    color = layers_of(spec_of(marked=["a"]))["point"]["encoding"]["color"]
    # Rows are numbered as they come: b, then a.
    assert color["condition"] == {"test": {"field": "who_id", "oneOf": ["o1"]}, "value": INK}
    assert color["value"] == CHANCE_LINE
    every = layers_of(spec_of())["point"]["encoding"]["color"]
    assert every["condition"]["test"]["oneOf"] == ["o0", "o1"]


def test_ticks_are_drawn_below_the_marks():
    marks = [each["mark"]["type"] for each in spec_of(ticks="least")["layer"]]
    assert marks == ["rule", "rule", "tick", "point"]
    assert "tick" not in layers_of(spec_of())


def test_long_names_break_after_their_colon_where_asked():
    axis = layers_of(spec_of(two_lines=True))["point"]["encoding"]["y"]["axis"]
    assert axis["labelExpr"] == f"split({NAME_OF_TICK}, ': ')"
    plain = layers_of(spec_of())["point"]["encoding"]["y"]["axis"]
    assert plain["labelExpr"] == NAME_OF_TICK


def test_the_name_of_a_group_is_written_once():
    names = ["m, 0.5", "m, 0.9", "n, 0.5", "n, 0.9"]
    svg = static_svg(spec_of(ROWS.assign(who=names), grouped=True))
    assert [svg.count(f">{name}<") for name in ("m, 0.5", "n, 0.5", "0.9", "0.5")] == [1, 1, 2, 0]


BUILT_IN = ("constructor", "toString", "valueOf", "hasOwnProperty", "__proto__", "prototype")
"""Names that every object of JavaScript has; charts once lost the rows of observers so called."""


@pytest.mark.parametrize(
    "options",
    [{}, {"marked": BUILT_IN[:1]}, {"two_lines": True}, {"grouped": True}, {"ticks": "high"}],
)
def test_names_that_javascript_knows_are_drawn(options):
    named = [f"group, {name}" if "grouped" in options else name for name in BUILT_IN]
    rows = pd.DataFrame({"model": named, "value": 0.5, "low": 0.4, "high": 0.6})
    x = alt.X("value:Q", title="Value", scale=alt.Scale(domain=[0, 1]))
    chart = fig_forest(
        rows, row="model", value="value", x=x, tooltip=[], description="N", **options
    )
    shown = html.unescape(static_svg(chart_spec(chart)))
    assert [name for name in BUILT_IN if name not in shown] == []
