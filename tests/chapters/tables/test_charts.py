"""What the specification curve draws."""

import json
import re

import pandas as pd

from gcbook.chapters.tables.charts import specification_curve
from gcbook.chapters.tables.tables import specification_rows
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.stats.specifications import HEADLINES, load_specifications

ROWS = specification_rows(load_specifications())
SPEC = chart_spec(specification_curve(ROWS))


def drawn(panel: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables of a panel: values, and dots."""
    names = re.findall(r'"data": {"name": "([^"]+)"}', json.dumps(SPEC["concat"][panel]))
    tables = [pd.DataFrame(SPEC["datasets"][name]) for name in dict.fromkeys(names)]
    (values,) = (each for each in tables if "model" in each)
    (dots,) = (each for each in tables if "convention" in each)
    return values, dots


def test_a_panel_a_headline_with_a_row_of_dots_for_each_of_its_conventions() -> None:
    assert len(SPEC["concat"]) == len(HEADLINES)
    for panel, on in enumerate(HEADLINES.values()):
        values, dots = drawn(panel)
        assert len(values) == 2 ** len(on)
        assert len(dots) == len(on) * len(values)
        # Each convention is departed from in half of the combinations, the book's in none.
        assert (dots.groupby("convention")["departs"].mean() == 0.5).all()
        assert not dots.loc[dots["main"] == "yes", "departs"].any()


def test_dots_stand_below_their_value() -> None:
    values, dots = drawn(2)
    share = dots[(dots["convention"] == "κ over ceiling") & dots["departs"]]
    at = values.set_index("place")["of_ceiling"]
    assert set(at[share["place"]]) == {"share of its ceiling"}


def test_it_can_be_drawn() -> None:
    svg = static_svg(SPEC)
    assert "people sampled" in svg and "the most accurate network minus people" in svg
