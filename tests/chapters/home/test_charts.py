"""The dial."""

import pandas as pd

from gcbook.chapters.home.charts import example_picture, fig_dial
from gcbook.chapters.home.tables import DIFFUSION, MINIATURES, PEOPLE, PHOTOGRAPHS
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.stimuli.pictures import pictures_of


def test_the_dial_names_who_stands_where_and_starts_at_the_papers_weighting():
    rows = pd.DataFrame(
        [
            (PHOTOGRAPHS, PEOPLE, None, 0.96),
            (MINIATURES, DIFFUSION, 0.0, 0.51),
            (MINIATURES, DIFFUSION, 7.0, 0.11),
        ],
        columns=["lane", "model", "k", "value"],
    )
    svg = static_svg(chart_spec(fig_dial(rows)))
    for words in (PHOTOGRAPHS, "people 0.96", "pixel diffusion 0.11", "always the shape →"):
        assert words in svg
    assert "pixel diffusion 0.51" not in svg


def test_the_example_names_its_makers_and_what_it_shows():
    shown = example_picture(pictures_of("example"))._repr_html_()
    assert 'alt="The outline of one object (elephant) in the texture of another (bottle)."' in shown
    assert "Geirhos et al. (2019), CC BY 4.0" in shown
