"""Specifications of Figs. 3 and 11."""

from typing import Any

import pandas as pd

from gcbook.chapters.ood_accuracy.charts import (
    _short_name,
    highlight_one,
    is_network,
    ood_ranking,
    single_condition_bars,
)
from gcbook.chapters.ood_accuracy.tables import ood_standings
from gcbook.charts.chart import chart_spec
from gcbook.charts.parts import NOBODY
from gcbook.charts.theme import INK
from gcbook.stats.summaries import Summaries

STANDINGS = pd.DataFrame(
    {
        "position": [1, 2, 3, 4],
        "model": ["Imagen", "Humans", "ResNet-50", "mine"],
        "kind": ["Imagen", "Humans", "Discriminative model", "Own model"],
        "origin": ["published", "recomputed", "recomputed", "recomputed"],
        "value": [0.71, 0.7, 0.56, 0.5],
        "low": [None, 0.69, 0.55, 0.48],
        "high": [None, 0.71, 0.57, 0.52],
        "paper": [0.71, None, 0.559, None],
    }
)
SINGLE = pd.DataFrame(
    {
        "dataset": ["Sketch", "Sketch", "Edge"],
        "observer": ["ResNet-50", "Humans", "Humans"],
        "kind": ["Discriminative model", "Humans", "Humans"],
        "value": [0.9, 0.8, 0.7],
        "low": [0.8, 0.7, 0.6],
        "high": [1.0, 0.9, 0.8],
        "n": [10, 20, 20],
    }
)


def layers(spec: dict[str, Any], mark: str) -> list[dict[str, Any]]:
    return [layer for layer in spec["layer"] if layer["mark"]["type"] == mark]


def test_ranking_keeps_the_order_and_names_the_extremes() -> None:
    spec = chart_spec(ood_ranking(STANDINGS))
    solid, hollow = layers(spec, "point")
    assert solid["encoding"]["y"]["sort"] == ["Imagen", "Humans", "ResNet-50", "mine"]
    assert solid["mark"]["filled"] and not hollow["mark"]["filled"]
    assert hollow["encoding"]["x"]["field"] == "paper"
    assert "Imagen first with 71.0%" in spec["description"]
    assert "humans with 70.0%" in spec["description"]
    assert spec["width"] == "container"


def test_ranking_has_every_kind_once_in_colour_and_shape() -> None:
    solid, _ = layers(chart_spec(ood_ranking(STANDINGS)), "point")
    kinds = ["Humans", "Discriminative model", "Imagen", "Own model"]
    for channel in ("color", "shape"):
        scale = solid["encoding"][channel]["scale"]
        assert sorted(scale["domain"]) == sorted(kinds)
        assert len(set(scale["range"])) == len(kinds)


def test_ranking_can_be_narrowed_by_source() -> None:
    spec = chart_spec(ood_ranking(STANDINGS))
    show = next(p for p in spec["params"] if p["name"] == "show")
    assert show["value"] == "all" and len(show["bind"]["options"]) == 4
    solid, _ = layers(spec, "point")
    first = solid["transform"][0]["filter"]
    assert all(f"show == '{name}'" in first for name in show["bind"]["options"])


def test_bars_have_a_panel_a_dataset_in_the_given_order() -> None:
    spec = chart_spec(single_condition_bars(SINGLE))
    assert [panel["title"] for panel in spec["concat"]] == ["Sketch", "Edge"]
    bar = layers(spec["concat"][0], "bar")[0]
    assert bar["encoding"]["y"]["sort"] == ["ResNet-50", "Humans"]
    assert bar["encoding"]["x"]["scale"]["domain"] == [0, 1]
    assert "ResNet-50 on Sketch, Humans on Edge" in spec["description"]
    chance = layers(spec["concat"][0], "rule")[-1]
    assert spec["concat"][0]["layer"][-1] == chance and chance["mark"]["color"] == INK
    highlight = next(p for p in spec["params"] if p["name"] == "highlight")
    assert highlight["bind"]["options"] == [NOBODY, "ResNet-50"]


def test_no_dataset_is_said_in_words() -> None:
    spec = chart_spec(single_condition_bars(SINGLE.iloc[:0]))
    assert "single condition" in spec["description"]


def test_networks_are_whoever_is_not_human() -> None:
    kinds = ["Humans", "One human", "Discriminative model", "Own model"]
    assert is_network(pd.DataFrame({"kind": kinds})).tolist() == [False, False, True, True]


def test_menus_do_not_mind_the_case() -> None:
    names = ["SimCLR", "SWAG", "mine"]
    menu = highlight_one(pd.DataFrame({"observer": names, "kind": "Own model"}))
    assert menu.param.bind.options == [NOBODY, "mine", "SimCLR", "SWAG"]


def test_names_on_the_axis_are_short_and_distinct() -> None:
    models = ood_standings(Summaries.read())["model"]
    short = models.map(_short_name)
    assert short.is_unique
    assert short.str.len().max() <= 22
    # What a phone has room for is enough to tell them apart.
    assert short.str[:18].is_unique
