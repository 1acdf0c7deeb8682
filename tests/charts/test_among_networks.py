"""People among networks, a row a condition."""

import altair as alt
import pandas as pd
from tiny.charts import names, params, rendered

from gcbook.charts.among_networks import fig_among_networks
from gcbook.charts.chart import chart_spec, static_svg

ROWS = pd.DataFrame(
    [
        ("Edge", "Humans", "Humans", 0.8),
        ("Edge", "ResNet-50", "Discriminative model", 0.2),
        ("Edge", "VGG-16", "Discriminative model", 0.6),
        ("Sketch", "VGG-16", "Discriminative model", 0.9),
        ("Sketch", "Humans", "Humans", 0.7),
        ("Sketch", "ResNet-50", "Discriminative model", 0.9),
    ],
    columns=["dataset", "observer", "kind", "kappa"],
).assign(low=0.1, high=0.95)


def spec_of(**options):
    x = alt.X("kappa:Q", title="κ").scale(domain=[0, 1])
    said = ["dataset", "observer", "kappa", "low", "high"]
    chart = fig_among_networks(
        ROWS, x, row="dataset", said=said, control="who", description="Rows.", **options
    )
    return chart_spec(chart)


def test_rows_keep_their_order_and_the_best_network_of_each_is_named() -> None:
    svg = static_svg(spec_of())
    assert svg.index(">Edge<") < svg.index(">Sketch<")
    assert svg.count(">VGG-16<") == 2 and ">ResNet-50<" not in svg


def test_one_network_at_choice_is_drawn_over_the_others() -> None:
    spec = spec_of(start="ResNet-50")
    start = params(spec)["who"]["value"]
    assert names(spec, [start]) == ["ResNet-50"]
    drawn, without = (rendered(spec, who=who) for who in (start, "none"))
    assert drawn.count("<path") - without.count("<path") == 2  # a mark in each of two rows
