"""The dial."""

import pandas as pd

from gcbook.chapters.home.charts import fig_dial
from gcbook.charts.chart import chart_spec


def test_the_slider_chooses_which_rows_are_marked():
    rows = pd.DataFrame(
        {
            "recipe": ["mini-pixel"] * 2,
            "k": [0.0, 12.0],
            "shape_bias": [0.9, 0.3],
            "shape_accuracy": [0.6, 0.2],
            "texture_accuracy": [0.1, 0.5],
        }
    )
    spec = chart_spec(fig_dial(rows))
    (slider,) = spec["params"]
    assert (slider["value"], slider["bind"]["min"], slider["bind"]["max"]) == (7, 0, 12)
    marks = spec["layer"][-1]
    assert marks["transform"] == [{"filter": "datum.k === k"}]
    assert marks["encoding"]["x"]["field"] == "shape_bias"
