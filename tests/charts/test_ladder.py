"""A row a model: what is drawn is the table."""

import re

import altair as alt
import pandas as pd

from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.ladder import fig_ladder
from gcbook.charts.theme import HUES

ROWS = pd.DataFrame(
    {
        "model": ["Imagen", "Humans", "ResNet-50", "mine"],
        "kind": ["Imagen", "Humans", "Discriminative model", "Own model"],
        "origin": ["published", "recomputed", "recomputed", "recomputed"],
        "value": [0.75, 0.7, 0.5, 0.25],
        "low": [None, 0.69, 0.45, 0.2],
        "high": [None, 0.71, 0.55, 0.3],
        "paper": [0.75, None, 0.5, None],
    }
)


def test_marks_stand_at_their_values_recomputed_ones_filled_and_printed_ones_hollow() -> None:
    x = alt.X("value:Q", title="Accuracy").scale(domain=[0, 1])
    spec = chart_spec(fig_ladder(ROWS, x, chance=True, description="A row a model."))
    svg = static_svg({**spec, "width": 400})
    at = r'transform="translate\(([\d.]+),[\d.]+\)" d="M[^"]*" {}="{}"'
    for kind, value, shown in (
        ("Humans", 0.7, ["fill"]),
        ("Imagen", 0.75, ["stroke"]),
        ("Discriminative model", 0.5, ["fill", "stroke"]),
        ("Own model", 0.25, ["fill"]),
    ):
        for how in ("fill", "stroke"):
            found = re.findall(at.format(how, HUES[kind]), svg)
            assert [float(place) for place in found] == [400 * value] * (how in shown), (kind, how)


def test_the_description_reads_the_values_from_the_top() -> None:
    x = alt.X("value:Q", title="Accuracy").scale(domain=[0, 1])
    spec = chart_spec(fig_ladder(ROWS, x, description="A row a model."))
    said = "A row a model. From the top: Imagen 0.75, Humans 0.70, ResNet-50 0.50, mine 0.25."
    assert spec["description"] == said
    places = [static_svg(spec).index(f">{name}<") for name in ROWS["model"]]
    assert places == sorted(places)
