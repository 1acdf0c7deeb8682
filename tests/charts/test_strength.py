"""People and networks as a distortion grows, a panel a dataset."""

import re
from itertools import product

import altair as alt
import pandas as pd
from tiny.charts import params, rendered

from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.strength import fig_strength

KIND = {
    "Humans": "Humans",
    "ResNet-50": "Discriminative model",
    "mine": "Own model",
}


def rows() -> pd.DataFrame:
    table = pd.DataFrame(
        [
            (dataset, label, observer, step == 0)
            for dataset, labels in {"Rotation": ["0", "90"], "Colour": ["cr", "bw"]}.items()
            for observer, (step, label) in product(KIND, enumerate(labels))
        ],
        columns=["dataset", "condition", "observer", "left_out"],
    )
    return table.assign(
        strength=table["dataset"].map({"Rotation": "Angle (°)", "Colour": "Colour"}),
        kind=table["observer"].map(KIND),
        value=0.50004,
        low=0.4,
        high=0.6,
    )


def spec_of(table: pd.DataFrame):
    y = alt.Y("value:Q", title="Accuracy").scale(domain=[0, 1])
    return chart_spec(fig_strength(table, y, guess=0.25, control="who", description="Lines."))


def test_a_panel_a_dataset_with_conditions_in_order_and_what_is_left_out_shaded() -> None:
    spec = spec_of(rows())
    assert [panel["title"] for panel in spec["concat"]] == ["Rotation", "Colour"]
    for panel, order, title in zip(
        spec["concat"], (["0", "90"], ["cr", "bw"]), ("Angle (°)", "Colour"), strict=True
    ):
        shade = panel["layer"][0]
        x = shade["encoding"]["x"]
        assert (x["sort"], x["title"]) == (order, title)
        shaded = spec["datasets"][shade["data"]["name"]]
        assert shaded == [{"condition": order[0]}]


def test_values_are_drawn_where_they_are() -> None:
    spec = spec_of(rows())
    lists = [row for data in spec["datasets"].values() for row in data if "kind" in row]
    assert len(lists) == 2 * len(KIND)
    assert {value for row in lists for value in row["value"]} == {0.5}
    # One half is drawn at half the height: a mark a condition and panel; one more is the legend's.
    mark = r'transform="translate\([\d.]+,([\d.]+)\)" d="M[^"]*" fill="#d0273c"'
    assert re.findall(mark, static_svg(spec)).count("65") == 4


def test_the_chosen_network_is_drawn_over_the_others() -> None:
    spec = spec_of(rows())
    start = params(spec)["who"]["value"]
    drawn, without = (rendered(spec, who=who) for who in (start, "none"))
    # In each of two panels a line and two points; two intervals.
    assert drawn.count("<path") - without.count("<path") == 2 * 3
    assert drawn.count("<line") - without.count("<line") == 2 * 2


def test_no_dataset_is_said_in_words() -> None:
    assert "No dataset with several conditions" in spec_of(rows().iloc[:0])["description"]
