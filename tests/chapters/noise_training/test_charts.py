"""Figures of training with noise."""

import pandas as pd
from tiny.charts import names

from gcbook.chapters.noise_training.charts import (
    fig_length,
    fig_noise_categories,
    fig_noise_cells,
    fig_noise_changes,
)
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.miniature_look import COLORS
from gcbook.miniworld.results.noised import (
    CLEAN,
    MEAN_OF_DRAWS,
    MEASURES,
    ONE_DRAW,
)
from gcbook.stats.shape_tables import noised_resnets

CELLS = pd.DataFrame(
    [
        (trained, tested, measure, model, seeds, 20, 0.5, 0.4, 0.6)
        for trained in ("clean", "noised")
        for tested in (CLEAN, ONE_DRAW, MEAN_OF_DRAWS)
        for measure in MEASURES.values()
        for model, seeds in (("", 2), ("mini-cnn", 1), ("mini-cnn-seed1", 1))
    ],
    columns=["trained", "tested", "measure", "model", "seeds", "n", "value", "low", "high"],
)
CATEGORIES = pd.DataFrame(
    [
        (trained, tested, category, 8, 2, share, 0.25 if trained == "clean" else 0.1)
        for trained, share in (("clean", 0.2), ("noised", 0.1))
        for tested in (CLEAN, ONE_DRAW)
        for category in ("cat", "dog")
    ],
    columns=[
        "trained", "tested", "category", "shape_answers", "texture_answers", "texture_share",
        "category_mean",
    ],
).assign(low=0.05, high=0.35)  # fmt: skip


def test_a_panel_a_measure_with_seeds_and_an_interval():
    spec = chart_spec(fig_noise_cells(CELLS))
    beyond = ("texture_excess", "blind")
    shown = [title for name, title in MEASURES.items() if name not in beyond]
    assert [panel["title"] for panel in spec["concat"]] == shown
    for panel in spec["concat"]:
        *blind, seeds, ends, marks = panel["layer"]
        assert len(blind) == (panel["title"] == MEASURES["shape_bias"])
        assert seeds["transform"] == [{"filter": "datum.model !== ''"}]
        assert ends["transform"] == marks["transform"] == [{"filter": "datum.model === ''"}]
        assert (ends["encoding"]["x"]["field"], ends["encoding"]["x2"]["field"]) == ("low", "high")
        color = marks["encoding"]["color"]["scale"]
        assert color["range"] == [COLORS["mini-cnn"], COLORS["mini-cnn-noise"]]
    assert static_svg(spec).count("mean over draws") == 4


def test_the_reader_chooses_the_test_of_figure_13():
    spec = chart_spec(fig_noise_categories(CATEGORIES, noised_resnets()))
    (tested,) = spec["params"]
    assert tested["value"] == "what each was trained on"
    assert tested["bind"]["options"][:3] == [CLEAN, ONE_DRAW, MEAN_OF_DRAWS]
    drawn = static_svg(spec)
    assert "noise in training and testing: 0.78" in drawn
    # Both networks are there whether they are tested alike or not.
    alike = static_svg({**spec, "params": [{**tested, "value": ONE_DRAW}]})
    for picture in (drawn, alike):
        assert picture.count(COLORS["mini-cnn-noise"]) >= 3
        assert picture.count(COLORS["mini-cnn"]) >= 3


def test_changes_show_what_guessing_does_and_not_the_single_shares():
    changes = pd.DataFrame(
        [("training", title, 0.5, 0.6, 0.1, 0.0, 0.2) for title in MEASURES.values()],
        columns=["step", "measure", "before", "after", "change", "low", "high"],
    )
    spec = chart_spec(fig_noise_changes(changes))
    (data,) = [rows for rows in spec["datasets"].values() if "measure" in rows[0]]
    assert {row["measure"] for row in data} == {
        MEASURES[name] for name in ("shape_bias", "blind", "texture_excess")
    }


def test_lengths_are_rows_in_the_order_of_the_table():
    lengths = pd.DataFrame(
        {
            "comparison": ["b", "a"],
            "before": 0.5,
            "after": 0.6,
            "change": 0.1,
            "low": 0.0,
            "high": 0.2,
        }
    )
    spec = chart_spec(fig_length(lengths))
    assert names(spec, spec["layer"][-1]["encoding"]["y"]["sort"]) == ["b", "a"]
