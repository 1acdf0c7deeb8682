"""People among networks, a row a condition."""

import altair as alt
import pandas as pd
from tiny.charts import names, params, rendered

from gcbook.charts.among_networks import fig_among_networks
from gcbook.charts.chart import chart_spec, static_svg

ROWS = pd.DataFrame(
    [
        ("Edge", "Humans", "Humans", 0.8, 0.7),
        ("Edge", "ResNet-50", "Discriminative model", 0.2, 0.9),
        ("Edge", "VGG-16", "Discriminative model", 0.6, 0.9),
        ("Sketch", "VGG-16", "Discriminative model", 0.9, 0.9),
        ("Sketch", "Humans", "Humans", 0.7, 0.9),
        ("Sketch", "ResNet-50", "Discriminative model", 0.9, 0.9),
    ],
    columns=["dataset", "observer", "kind", "kappa", "most"],
).assign(low=0.1, high=0.95)


def spec_of(**options):
    x = alt.X("kappa:Q", title="κ").scale(domain=[0, 1])
    chart = fig_among_networks(
        ROWS,
        x,
        row="dataset",
        said=["dataset", "observer", "kappa", "low", "high"],
        control="who",
        description="Rows.",
        **options,
    )
    return chart_spec(chart)


def test_rows_are_in_the_order_of_the_table() -> None:
    svg = static_svg(spec_of())
    assert svg.index(">Edge<") < svg.index(">Sketch<")
    assert "VGG-16" not in svg


def test_the_best_network_of_a_row_is_named_once_and_no_person_is() -> None:
    svg = static_svg(spec_of(name_best=True))
    assert svg.count(">VGG-16<") == 2 and ">ResNet-50<" not in svg


def test_the_chosen_network_is_drawn_over_the_others_with_its_ceiling() -> None:
    spec = spec_of(start="ResNet-50", cap="most")
    start = params(spec)["who"]["value"]
    assert names(spec, [start]) == ["ResNet-50"]
    drawn, without = (rendered(spec, who=who) for who in (start, "none"))
    # A mark and a tick in each of two rows.
    assert drawn.count("<path") - without.count("<path") == 2 * 2
    assert drawn.count("<line") - without.count("<line") == 2
