"""The figure of frequency bands."""

import pandas as pd

from gcbook.chapters.fine_detail.bands import MEASURES, ORDER
from gcbook.chapters.fine_detail.charts_bands import fig_bands
from gcbook.charts.chart import chart_spec, static_svg


def test_a_panel_a_measure_from_coarse_to_fine():
    rows = pd.DataFrame(
        [
            (recipe, band, measure, 80, 0.5, 0.4, 0.6)
            for recipe in ("mini-pixel", "mini-cnn")
            for band in ORDER
            for measure in MEASURES.values()
        ],
        columns=["recipe", "band", "measure", "n", "value", "low", "high"],
    )
    spec = chart_spec(fig_bands(rows))
    assert [panel["title"] for panel in spec["concat"]] == list(MEASURES.values())
    assert spec["concat"][0]["layer"][0]["encoding"]["x"]["sort"] == list(ORDER)
    svg = static_svg(spec)
    assert "mini-pixel" in svg
    assert svg.index("low-2") < svg.index(">all<") < svg.index("high-4")
    assert "No miniature" in chart_spec(fig_bands(rows.iloc[:0]))["description"]
