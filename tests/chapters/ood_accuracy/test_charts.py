"""Specifications of Figs. 3 and 11."""

from typing import Any

import pandas as pd
from tiny.charts import names, params

from gcbook.chapters.ood_accuracy.charts import (
    _short_name,
    human_differences,
    ood_ranking,
    single_condition_dots,
    telling_accuracies,
)
from gcbook.chapters.ood_accuracy.tables import ood_standings
from gcbook.charts.chart import chart_spec
from gcbook.charts.parts import NOBODY
from gcbook.charts.theme import HUES
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
    order = names(spec, solid["encoding"]["y"]["sort"])
    assert order == ["Imagen", "Humans", "ResNet-50", "mine"]
    assert solid["mark"]["filled"] and not hollow["mark"]["filled"]
    assert hollow["encoding"]["x"]["field"] == "paper"
    assert "Imagen first with 71.0%" in spec["description"]
    assert "humans with 70.0%" in spec["description"]


def test_ranking_can_be_narrowed_by_source() -> None:
    spec = chart_spec(ood_ranking(STANDINGS))
    show = params(spec)["show"]
    assert show["value"] == "all" and len(show["bind"]["options"]) == 4
    solid, _ = layers(spec, "point")
    first = solid["transform"][0]["filter"]
    assert all(f"show == '{name}'" in first for name in show["bind"]["options"])


def test_datasets_are_rows_in_the_given_order_and_humans_come_last_to_be_seen() -> None:
    spec = chart_spec(single_condition_dots(SINGLE))
    chance, networks, interval, humans, *_ = spec["layer"]
    assert networks["encoding"]["y"]["sort"] == ["Sketch", "Edge"]
    assert networks["encoding"]["x"]["scale"]["domain"] == [0, 1]
    assert networks["transform"][-1] == {"filter": "datum.kind != 'Humans'"}
    assert humans["transform"][-1] == {"filter": "datum.kind == 'Humans'"}
    ends = [interval["encoding"][channel]["field"] for channel in ("x", "x2")]
    assert ends == ["low", "high"]
    assert chance["mark"]["type"] == "rule"
    assert "ResNet-50 on Sketch, Humans on Edge" in spec["description"]
    assert params(spec)["highlight"]["bind"]["labels"] == [NOBODY, "ResNet-50"]


def test_no_dataset_is_said_in_words() -> None:
    spec = chart_spec(single_condition_dots(SINGLE.iloc[:0]))
    assert "single condition" in spec["description"]


def test_names_on_the_axis_are_short_and_distinct() -> None:
    models = ood_standings(Summaries.read())["model"]
    short = models.map(_short_name)
    assert short.is_unique
    assert short.str.len().max() <= 22
    # What a phone has room for is enough to tell them apart.
    assert short.str[:18].is_unique


def test_differences_that_survive_the_correction_stand_out() -> None:
    tests = pd.DataFrame(
        {
            "model": ["a", "b"],
            "difference": [0.1, -0.01],
            "low": [0.05, -0.02],
            "high": [0.15, 0.0],
            "p_corrected": [0.01, 0.2],
            "differs": [True, False],
        }
    )
    spec = chart_spec(human_differences(tests))
    dots, *_ = layers(spec, "point")
    assert names(spec, dots["encoding"]["y"]["sort"]) == ["a", "b"]
    marked = dots["encoding"]["color"]["condition"]["test"]
    assert marked["field"] == "model_id" and names(spec, marked["oneOf"]) == ["a"]
    assert "from +0.10 (a) to -0.01 (b)" in spec["description"]
    assert "resampled" in chart_spec(human_differences(tests.iloc[:0]))["description"]


def test_telling_conditions_have_a_lane_for_people_and_for_each_family() -> None:
    rows = pd.DataFrame(
        {
            "place": ["Low-pass, 7", "Low-pass, 7", "Rotation, 90"],
            "kind": ["Humans", "Discriminative model", "Own model"],
            "family": ["Humans", "ResNet", "Own model"],
            "observer": ["Humans", "ResNet-50", "mine"],
            "value": [0.6, 0.2, 0.8],
            "low": [0.5, 0.1, 0.7],
            "high": [0.7, 0.3, 0.9],
        }
    )
    spec = chart_spec(telling_accuracies(rows))
    dots, *_ = layers(spec, "point")
    assert dots["encoding"]["color"]["scale"] == {
        "domain": ["Humans", "ResNet", "Own model"],
        "range": [HUES["Humans"], HUES["Discriminative model"], HUES["Own model"]],
    }
    assert len(set(dots["encoding"]["shape"]["scale"]["range"])) == 3
    assert "Low-pass, 7: humans 60%, networks 20% to 20%." in spec["description"]
    assert "None" in chart_spec(telling_accuracies(rows.iloc[:0]))["description"]
