"""The dial."""

import pandas as pd
import pytest

from gcbook.chapters.home.charts import example_picture, fig_dial
from gcbook.chapters.home.tables import (
    ACCURACY,
    DIFFUSION,
    MINIATURES,
    PEOPLE,
    PHOTOGRAPHS,
    check_lanes,
    own_dial_rows,
)
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.files.errors import InputError
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.own_stores import open_stores
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
    svg = static_svg(chart_spec(fig_dial(rows, own_dial_rows(()))))
    for words in (PHOTOGRAPHS, "people 0.96", "pixel diffusion 0.11", "always the shape →"):
        assert words in svg
    assert "pixel diffusion 0.51" not in svg


def test_own_models_move_with_the_slider_in_their_lane():
    scores = DATA.folder / "scores" / "mini-pixel-calibrated"
    own = open_stores(f"{scores / 'cue-conflict'},{scores / 'in-distribution'}")
    check_lanes(own)
    mine = own_dial_rows(own)
    assert mine.groupby("lane").size().to_dict() == {MINIATURES: 21, ACCURACY: 21}
    at = mine[mine["lane"] == MINIATURES].set_index("k")["value"]
    rows = pd.DataFrame(
        [(MINIATURES, DIFFUSION, 7.0, 0.3)], columns=["lane", "model", "k", "value"]
    )
    svg = static_svg(chart_spec(fig_dial(rows, mine)))
    assert f"mini-pixel-calibrated {at[7]:.2f}" in svg
    assert f"mini-pixel-calibrated {at[0]:.2f}" not in svg


def test_the_dial_has_no_lane_for_other_images():
    scores = DATA.folder / "scores" / "mini-pixel" / "cue-conflict"
    with pytest.raises(InputError, match="found miniature images, default world"):
        check_lanes(open_stores(str(scores)))


def test_the_example_names_its_makers_and_what_it_shows():
    shown = example_picture(pictures_of("example"))._repr_html_()
    assert 'alt="The outline of one object (elephant) in the texture of another (bottle)."' in shown
    assert "Geirhos et al. (2019), CC BY 4.0" in shown
