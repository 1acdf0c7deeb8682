"""Figures of fine and coarse detail."""

import pandas as pd

from gcbook.chapters.fine_detail.bands import MEASURES, ORDER
from gcbook.chapters.fine_detail.charts import (
    fig_bands,
    fig_decays,
    fig_prompted_detail,
    fig_restored_detail,
)
from gcbook.chapters.fine_detail.high_pass import SETS
from gcbook.chapters.fine_detail.restored import PANELS
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.theme import ORDERED

DETAIL = pd.DataFrame(
    [
        (t, band, 16, 1 - t, 0.9 - t, 1.1 - t, t, t - 0.1, t + 0.1)
        for t in (0.2, 0.8)
        for band in ("1 to 2", "2 to 4", "4 to 8", "8 and more")
    ],
    columns=[
        "t", "band", "images", "kept", "kept_low", "kept_high", "missed", "missed_low",
        "missed_high",
    ],
)  # fmt: skip


DECAYS = pd.DataFrame(
    [
        (model, test_set, k, 100, 0.5, 0.4, 0.6)
        for model in ("one", "two")
        for test_set in SETS.values()
        for k in (0, 7)
    ],
    columns=["model", "test_set", "k", "n", "accuracy", "low", "high"],
)


def test_given_back_and_missed_stand_side_by_side():
    spec = chart_spec(fig_restored_detail(DETAIL))
    assert [panel["title"] for panel in spec["concat"]] == ["Given back", "Error"]
    for panel in spec["concat"]:
        _, line, _ = panel["layer"]
        domain = line["encoding"]["color"]["scale"]["domain"]
        assert domain == ["1 to 2", "2 to 4", "4 to 8", "8 and more"]
        assert line["encoding"]["color"]["scale"]["range"] == list(ORDERED)
    assert "8 and more" in static_svg(spec)


def test_the_reader_weighs_what_prompts_differ_in():
    rows = pd.DataFrame(
        [
            (panel, t, band, 64, 0.01, 0.0, 0.02)
            for panel in PANELS.values()
            for t in (0.2, 0.8)
            for band in ("1 to 2", "2 to 4")
        ],
        columns=["panel", "t", "band", "images", "advantage", "low", "high"],
    )
    spec = chart_spec(fig_prompted_detail(rows))
    (k,) = spec["params"]
    assert (k["value"], k["bind"]["min"]) == (7, 0)
    assert [panel["title"] for panel in spec["concat"]] == list(PANELS.values())
    for panel in spec["concat"]:
        area = panel["layer"][1]
        weighed = {each["as"]: each["calculate"] for each in area["transform"]}
        assert set(weighed) == {"weighed", "least", "most"}
        assert all(f"exp(-{k['name']} * datum.t)" in each for each in weighed.values())
    drawn = [static_svg({**spec, "params": [{**k, "value": value}]}) for value in (0, 7)]
    assert drawn[0] != drawn[1]


def test_a_panel_a_model_with_chance():
    spec = chart_spec(fig_decays(DECAYS))
    assert [panel["title"] for panel in spec["concat"]] == ["one", "two"]
    for panel in spec["concat"]:
        chance, _, line, _ = panel["layer"]
        assert chance["mark"]["type"] == "rule"
        assert line["encoding"]["x"]["field"] == "k"
        assert line["encoding"]["color"]["scale"]["domain"] == list(SETS.values())
    assert "one, two" in spec["description"]


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
