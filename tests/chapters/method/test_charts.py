"""Figures of the method chapter: legible on a phone, whole without scripts."""

import json

import pytest
import vl_convert

from gcbook.chapters.method.charts import fig_conditions, fig_interval_widths
from gcbook.chapters.method.tables import condition_ladder, interval_widths
from gcbook.stats.summaries import Summaries

SHIPPED = Summaries.read()


def drawn(chart, width: int) -> str:
    spec = json.loads(chart.to_json())
    spec["width"] = width
    return vl_convert.vegalite_to_svg(spec)


@pytest.mark.parametrize(
    ("width", "shown", "not_shown"), [(215, ">(.55)<", "(0.55)"), (560, ">(0.55)<", "(.55)")]
)
def test_conditions_are_short_where_cells_are_narrow(width, shown, not_shown):
    svg = drawn(fig_conditions(condition_ladder(SHIPPED)), width)
    assert shown in svg
    assert f">{not_shown}<" not in svg
    assert ">(100)<" in svg


@pytest.mark.parametrize(("width", "shown"), [(215, ">exemplars<"), (560, ">resampled exemplars<")])
def test_legend_is_short_where_the_page_is_narrow(width, shown):
    svg = drawn(fig_interval_widths(interval_widths(SHIPPED, ["resnet50"])), width)
    assert shown in svg
