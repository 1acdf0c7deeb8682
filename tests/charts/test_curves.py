"""Curves with bands: what each layer shows, and one legend for colour and dash."""

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.curves import curve_layers, line_look

ROWS = pd.DataFrame(
    [(case, t, 0.5, 0.4, 0.6) for case in ("one", "two") for t in (0, 1)],
    columns=["case", "t", "value", "low", "high"],
)
LOOKS = {"two": ("#d0273c", [8, 3]), "one": ("#0077bb", [1, 0])}


def test_a_band_a_line_and_points():
    look = line_look("case", LOOKS, "Case")
    scale = alt.Scale(domain=[0, 2])
    layers = curve_layers(
        alt.Chart(ROWS).encode(x="t:Q", color=look["color"]),
        alt.Y("value:Q", title="Share", scale=scale),
        dash=look["strokeDash"],
        tooltip=tooltips(["t"]),
        size=40,
    )
    band, line, points = (layer.to_dict() for layer in layers)
    assert [each["mark"]["type"] for each in (band, line, points)] == ["area", "line", "point"]
    assert band["encoding"]["y"]["field"] == "low"
    assert band["encoding"]["y2"]["field"] == "high"
    # The band does not widen the axis, and has no title of its own.
    assert band["encoding"]["y"]["scale"] == line["encoding"]["y"]["scale"] == {"domain": [0, 2]}
    assert band["encoding"]["y"]["title"] == "Share"
    assert line["encoding"]["strokeDash"]["field"] == "case"
    assert points["mark"]["size"] == 40
    assert points["encoding"]["tooltip"][0]["field"] == "t"


def test_colour_and_dash_share_a_legend_in_the_order_given():
    look = line_look("case", LOOKS, "Case", columns=2)
    color, dash = look["color"].to_dict(), look["strokeDash"].to_dict()
    assert color["scale"] == {"domain": ["two", "one"], "range": ["#d0273c", "#0077bb"]}
    assert dash["scale"] == {"domain": ["two", "one"], "range": [[8, 3], [1, 0]]}
    assert color["legend"] == dash["legend"]
    assert (color["legend"]["title"], color["legend"]["columns"]) == ("Case", 2)
