"""Shape bias by category beside printed averages."""

import pandas as pd

from gcbook.charts.category_bias import fig_category_bias
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.theme import DISCRIMINATIVE, HUMAN
from gcbook.paper.categories import CATEGORIES

ROWS = pd.DataFrame(
    [
        (who, category, share, share - 0.1, share + 0.1, 8, 2, share)
        for who, share in (("Humans", 0.1), ("ResNet-50", 0.8))
        for category in CATEGORIES
    ],
    columns=[
        *("observer", "category", "texture_share", "low", "high"),
        *("shape_answers", "texture_answers", "category_mean"),
    ],
)
PRINTED = pd.DataFrame(
    {"label": ["far: 0.21", "near: 0.57", "nearest: 0.78"], "texture_share": [0.79, 0.43, 0.22]}
)
MARKS = {"Humans": (HUMAN, "diamond"), "ResNet-50": (DISCRIMINATIVE, "circle")}


def spec_of():
    return chart_spec(
        fig_category_bias(ROWS, PRINTED, series="observer", marks=MARKS, description="Rows.")
    )


def test_printed_averages_bear_their_names():
    svg = static_svg(spec_of())
    assert all(label in svg for label in PRINTED["label"])
