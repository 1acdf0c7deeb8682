"""Averages as lines with labels."""

import altair as alt
import pandas as pd

from gcbook.charts.averages import average_lines
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.theme import GENERATIVE, HUMAN

LINES = pd.DataFrame(
    {
        "label": ["near .2", "far .9", "between .7"],
        "color": [HUMAN, GENERATIVE["imagen"], GENERATIVE["parti"]],
        "dashed": [False, True, True],
        "share": [0.2, 0.9, 0.7],
    }
)


def placed(*, reverse: bool) -> tuple[dict[str, dict], str]:
    x = alt.X("share:Q", scale=alt.Scale(domain=[0, 1], reverse=reverse))
    chart = alt.layer(*average_lines(LINES, x))
    spec = chart_spec(chart.properties(width=300, height=100, description="Lines."))
    (rows,) = [rows for rows in spec["datasets"].values() if "label" in rows[0]]
    return {row["label"]: row for row in rows}, static_svg(spec)


def test_a_label_is_crossed_by_no_line_and_stays_on_the_chart() -> None:
    at_left = {"near .2": False, "far .9": True, "between .7": True}
    for reverse in (False, True):
        rows, svg = placed(reverse=reverse)
        # A label runs to the middle: only a line nearer to it could cross it, and is lower.
        by_height = sorted(rows, key=lambda label: rows[label]["py"])
        assert [label.split()[0] for label in by_height] == ["far", "near", "between"]
        assert max(row["py"] for row in rows.values()) < 0
        # The label of a line far to the right stands on its left.
        assert all(row["at_left"] == (at_left[name] != reverse) for name, row in rows.items())
        assert all(label in svg for label in LINES["label"])


def test_every_line_has_its_colour_and_the_printed_ones_are_dashed() -> None:
    _, svg = placed(reverse=False)
    for color, dashed in zip(LINES["color"], LINES["dashed"], strict=True):
        line = next(part for part in svg.split("<line")[1:] if f'stroke="{color}"' in part)
        assert ('stroke-dasharray="6,3"' in line.split(">")[0]) == dashed
