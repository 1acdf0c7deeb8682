"""Figure of accuracy against shape bias."""

import re

import pandas as pd
import pytest
from tiny.charts import names, rendered

from gcbook.charts.accuracy_and_bias import fig_accuracy_and_bias
from gcbook.charts.chart import chart_spec
from gcbook.charts.theme import DISCRIMINATIVE, HUMAN
from gcbook.stats.correlation_tables import EVERYBODY, correlation_rows

BLURRED = "Low-pass"
NUMBERS = ["accuracy", "accuracy_low", "accuracy_high", "shape_bias", "bias_low", "bias_high"]


def rows():
    people, kind = ("Humans", "Humans", "Humans", 0.9, 0.95), "Discriminative model"
    networks = [
        ("a", kind, "ResNet", 0.2, 0.1),
        ("b", kind, "ResNet", 0.4, 0.2),
        ("c", kind, "SWAG", 0.6, 0.5),
        ("d", kind, "SWAG", 0.7, 0.4),
    ]
    table = pd.DataFrame(
        [
            (measured_on, float("nan"), *who, x + shift, x, x + 0.1, y, y - 0.05, y + 0.05)
            for measured_on, shift in ((BLURRED, 0.0), ("Edge", 0.05))
            for *who, x, y in [people, *networks]
        ],
        columns=["measured_on", "strength", "observer", "kind", "family", *NUMBERS],
    )
    return table


@pytest.fixture(scope="module")
def spec():
    table = rows()
    return chart_spec(fig_accuracy_and_bias(table, correlation_rows(table)))


def test_the_reader_chooses_images_and_families(spec):
    on, out, _ = spec["params"]
    assert on["bind"]["options"] == [BLURRED, "Edge"]
    assert out["bind"]["labels"] == [EVERYBODY, "ResNet", "SWAG"]
    swag = out["bind"]["options"][2]
    everybody, fewer = rendered(spec), rendered(spec, networks_left_out=swag)
    expected = correlation_rows(rows()).set_index(["measured_on", "left_out", "coefficient"])["r"]
    assert f"Pearson {expected[BLURRED, EVERYBODY, 'Pearson']:.2f}" in everybody
    assert "Pearson not defined" in fewer
    # In two lines, since on a phone one would be cut off.
    edge = rendered(spec, networks_measured_on="Edge")
    assert {">Edge</", ">Low-pass</"} & set(re.findall(r">[\w-]+</", edge)) == {">Edge</"}


def test_the_line_is_of_those_who_are_counted(spec):
    line = spec["layer"][0]
    assert line["mark"]["type"] == "line"
    filters = [each["filter"] for each in line["transform"] if "filter" in each]
    assert 'indexof(["Humans", "Own model", "Own people"], datum.kind) < 0' in filters


def test_intervals_go_both_ways(spec):
    across, up, points = spec["layer"][1:]
    assert (across["encoding"]["x"]["field"], across["encoding"]["x2"]["field"]) == (
        "accuracy_low",
        "accuracy_high",
    )
    assert (up["encoding"]["y"]["field"], up["encoding"]["y2"]["field"]) == (
        "bias_low",
        "bias_high",
    )
    scale = points["encoding"]["color"]["scale"]
    hue = dict(zip(names(spec, scale["domain"]), scale["range"], strict=True))
    assert hue == {"Humans": HUMAN, "ResNet": DISCRIMINATIVE, "SWAG": DISCRIMINATIVE}


def test_nobody_to_compare():
    empty = rows()[:0]
    assert (
        "Nobody" in chart_spec(fig_accuracy_and_bias(empty, correlation_rows(empty)))["description"]
    )
