"""Own observers are drawn last, large and named, in every form that the chapters share."""

from typing import Any

import altair as alt
import pandas as pd
import pytest

from gcbook.charts.among_networks import fig_among_networks
from gcbook.charts.chart import chart_spec
from gcbook.charts.forest import fig_forest
from gcbook.charts.own_marks import SIZE
from gcbook.charts.theme import KIND_SHAPES, OWN

KINDS = ["Humans", "Discriminative model", "Own model", "Own people"]
ROWS = pd.DataFrame(
    {
        "observer": ["Humans", "ResNet-50", "toString", "people of b"],
        "model": ["Humans", "ResNet-50", "toString", "people of b"],
        "kind": KINDS,
        "origin": "recomputed",
        "dataset": "Edge",
        "condition": "1",
        "strength": "Filter",
        "left_out": False,
        "value": [0.9, 0.5, 0.7, 0.8],
        "low": [0.8, 0.4, 0.6, 0.7],
        "high": [1.0, 0.6, 0.8, 0.9],
        "paper": float("nan"),
    }
)


def figures(rows: pd.DataFrame) -> dict[str, Any]:
    """Each shared form, drawn of these rows."""
    x = alt.X("value:Q", title="Accuracy")
    own = rows[rows["kind"].isin(KINDS[2:])].set_index("model")["kind"].to_dict()
    return {
        "among": fig_among_networks(
            rows, x, row="dataset", said=["observer"], control="c", description="d"
        ),
        "forest": fig_forest(
            rows, row="model", value="value", x=x, tooltip=[], own=own, description="d"
        ),
    }


@pytest.mark.parametrize("form", ["among", "forest"])
def test_own_observers_are_drawn_last_and_large(form: str) -> None:
    spec = chart_spec(figures(ROWS)[form])
    points = [layer for layer in spec["layer"] if layer["mark"]["type"] == "point"]
    own = [layer for layer in points if layer["mark"].get("size") == SIZE]
    assert points[-2:] == own
    assert all(layer["mark"]["opacity"] == 1 for layer in own)
    # Two are told apart by how they are filled, also where each is drawn alone.
    looks = [(layer["mark"]["fill"], str(layer["encoding"]["shape"])) for layer in own]
    assert looks[0] != looks[1]
    without = chart_spec(figures(ROWS.head(2))[form])
    assert all(
        layer["mark"].get("size") != SIZE
        for layer in without["layer"]
        if layer["mark"]["type"] == "point"
    )


def test_they_are_named_beside_their_marks_or_in_bold_on_the_axis() -> None:
    drawn = {form: chart_spec(chart) for form, chart in figures(ROWS).items()}
    words = [
        layer["mark"]
        for layer in drawn["among"]["layer"]
        if layer["mark"]["type"] == "text" and layer["mark"].get("color") == OWN
    ]
    assert len({mark["dy"] for mark in words}) == 2  # one above the other
    axes = [layer["encoding"].get("y", {}).get("axis") for layer in drawn["forest"]["layer"]]
    (axis, *_) = (each for each in axes if each and "labelColor" in each)
    assert axis["labelColor"]["condition"]["value"] == OWN
    assert '["o2", "o3"]' in axis["labelFontWeight"]["condition"]["test"]


def test_kinds_of_own_observers_have_shapes_of_their_own() -> None:
    assert len(set(KIND_SHAPES.values())) == len(KIND_SHAPES)
