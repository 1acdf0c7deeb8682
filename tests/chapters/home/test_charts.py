"""The dial."""

import pandas as pd

from gcbook.chapters.home.charts import example_picture, fig_dial
from gcbook.charts.chart import chart_spec
from gcbook.stimuli.pictures import pictures_of


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


def test_the_example_names_its_makers_and_what_it_shows():
    shown = example_picture(pictures_of("example"))._repr_html_()
    assert 'alt="The outline of one object (elephant) in the texture of another (bottle)."' in shown
    assert "Geirhos et al. (2019), CC BY 4.0" in shown
