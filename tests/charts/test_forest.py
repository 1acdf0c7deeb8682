"""Forest plots: a mark and its interval in the order of the table."""

import html

import altair as alt
import pandas as pd
import pytest

from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.forest import fig_forest
from gcbook.charts.theme import CHANCE_LINE, INK, OWN

ROWS = pd.DataFrame(
    {
        "who": ["b: one", "b: one", "a", "a"],
        "how": ["one", "two", "one", "two"],
        "r": [0.5, 0.4, -0.1, 0.2],
        "low": [0.1, 0.0, -0.3, None],
        "high": [0.8, 0.7, 0.2, None],
        "least": [0.3, 0.2, -0.2, 0.1],
    }
)
MARKS = {"one": (INK, "circle"), "two": (CHANCE_LINE, "square")}


def drawn(rows=ROWS, **options):
    x = alt.X("r:Q", title="Correlation")
    options = {"row": "who", "tooltip": [alt.Tooltip("r:Q")], "description": "A.", **options}
    return html.unescape(static_svg(chart_spec(fig_forest(rows, value="r", x=x, **options))))


def test_rows_keep_their_order_and_the_axis_has_one_title():
    svg = drawn(series="how", marks=MARKS, ticks="least", tick_words="lowest")
    assert svg.index(">b: one<") < svg.index(">a<")
    assert svg.count(">Correlation<") == svg.count(">lowest<") == 1
    assert ">lowest<" not in drawn()


def test_own_observers_are_in_their_colour_and_marked_rows_stand_out():
    assert OWN not in drawn()
    # A mark, and the name on the axis.
    assert drawn(own={"a": "Own model"}).count(OWN) >= 2
    assert drawn(marked=["a"]).count(INK) < drawn().count(INK)


BUILT_IN = ("constructor", "toString", "valueOf", "hasOwnProperty", "__proto__", "prototype")
"""Names that every object of JavaScript has; charts once lost the rows of observers so called."""


@pytest.mark.parametrize(
    "options",
    [{}, {"marked": BUILT_IN[:1]}, {"two_lines": True}, {"ticks": "high"}],
)
def test_names_that_javascript_knows_are_drawn(options):
    svg = drawn(pd.DataFrame({"who": BUILT_IN, "r": 0.5, "low": 0.4, "high": 0.6}), **options)
    assert [name for name in BUILT_IN if name not in svg] == []
