"""Figures of fine and coarse detail."""

import pandas as pd

from gcbook.chapters.fine_detail.bands import MEASURES, ORDER
from gcbook.chapters.fine_detail.charts import (
    fig_bands,
    fig_decays,
    fig_prompted_detail,
    fig_reduced,
    fig_restored_detail,
    fig_weighted_detail,
)
from gcbook.chapters.fine_detail.restored import PANELS
from gcbook.charts.chart import chart_spec, static_svg

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


def accuracies(column, values):
    return pd.DataFrame(
        [
            (model, test_set, value, 100, 0.5, 0.4, 0.6)
            for model in ("one", "two")
            for test_set in ("As in training", "High-pass")
            for value in values
        ],
        columns=["model", "test_set", column, "n", "accuracy", "low", "high"],
    )


def test_given_back_and_missed_stand_side_by_side():
    spec = chart_spec(fig_restored_detail(DETAIL))
    assert [panel["title"] for panel in spec["concat"]] == ["Given back", "Error"]
    for panel in spec["concat"]:
        band, line, _ = panel["layer"]
        assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == ("low", "high")
        domain = line["encoding"]["color"]["scale"]["domain"]
        assert domain == ["1 to 2", "2 to 4", "4 to 8", "8 and more"]
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
    for chart, column in (
        (fig_decays(accuracies("k", (0, 7))), "k"),
        (fig_reduced(accuracies("factor", (1, 2))), "factor"),
    ):
        spec = chart_spec(chart)
        assert [panel["title"] for panel in spec["concat"]] == ["one", "two"]
        for panel in spec["concat"]:
            chance, _, line, _ = panel["layer"]
            assert chance["mark"]["type"] == "rule"
            assert line["encoding"]["x"]["field"] == column
            assert line["encoding"]["color"]["scale"]["domain"] == ["As in training", "High-pass"]
        assert "one, two" in spec["description"]
    assert chart_spec(fig_reduced(accuracies("factor", (1, 2))))["concat"][0]["layer"][2][
        "encoding"
    ]["x"]["scale"] == {"base": 2, "type": "log"}


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


def test_a_row_a_band_and_a_mark_a_prompt():
    rows = pd.DataFrame(
        [
            (panel, band, 0.9, 0.001, 0.0, 0.002)
            for panel in PANELS.values()
            for band in ("1 to 2", "2 to 4")
        ],
        columns=["panel", "band", "kept", "advantage", "low", "high"],
    )
    spec = chart_spec(fig_weighted_detail(rows))
    color = spec["layer"][-1]["encoding"]["color"]
    assert color["scale"]["domain"][0] == "the right one"
    drawn = spec["datasets"][spec["layer"][-1]["data"]["name"]]
    assert {row["prompt"] for row in drawn} == set(color["scale"]["domain"])
    svg = static_svg(spec)
    assert svg.index(">1 to 2<") < svg.index(">2 to 4<")
