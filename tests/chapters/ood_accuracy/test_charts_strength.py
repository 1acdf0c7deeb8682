"""Specifications of Figs. 5 and 10: panels over conditions, and one dataset at a time."""

import re
from itertools import product

import pandas as pd
import pytest
import vl_convert

from gcbook.chapters.ood_accuracy.charts import accuracy_panels, dataset_accuracy
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.theme import BAND, KINDS
from gcbook.paper.categories import CHANCE

KIND = {
    "Humans": "Humans",
    "Human 1": "One human",
    "ResNet-50": "Discriminative model",
    "SWAG ViT-L/16": "Discriminative model",
    "SWAG ViT-H/14": "Discriminative model",
    "mine": "Own model",
}
FAMILY = {"Humans": "Humans", "Human 1": "Humans", "ResNet-50": "ResNet", "mine": "Own model"}


def rows(individuals: bool = False) -> pd.DataFrame:
    observers = [o for o in KIND if individuals or o != "Human 1"]
    table = pd.DataFrame(
        [
            (dataset, step, label, observer)
            for dataset, labels in {"Rotation": ["0", "90"], "Colour": ["cr", "bw"]}.items()
            for observer, (step, label) in product(observers, enumerate(labels, 1))
        ],
        columns=["dataset", "step", "condition", "observer"],
    )
    return table.assign(
        strength=table["dataset"].map({"Rotation": "Angle (°)", "Colour": "Colour"}),
        kind=table["observer"].map(KIND),
        family=table["observer"].map(FAMILY).fillna("SWAG"),
        value=0.5,
        low=0.4,
        high=0.6,
        n=10,
        counted=table["step"].map({1: "no: image unchanged", 2: "yes"}),
    )


def test_a_panel_a_dataset_with_conditions_in_order() -> None:
    spec = chart_spec(accuracy_panels(rows()))
    assert [panel["title"] for panel in spec["concat"]] == ["Rotation", "Colour"]
    x = spec["concat"][0]["layer"][0]["encoding"]["x"]
    assert (x["sort"], x["title"]) == (["0", "90"], "Angle (°)")
    assert spec["concat"][1]["layer"][0]["encoding"]["x"]["sort"] == ["cr", "bw"]


def test_left_out_conditions_are_shaded_once_and_chance_is_a_line() -> None:
    spec = chart_spec(accuracy_panels(rows()))
    shade, chance = spec["concat"][0]["layer"][:2]
    assert shade["mark"]["type"] == "rect" and shade["mark"]["color"] == BAND
    shaded = spec["datasets"][shade["data"]["name"]]
    assert shaded == [{"condition": "0", "counted": "no: image unchanged"}]
    assert spec["datasets"][chance["data"]["name"]] == [{"chance": CHANCE}]


def test_families_are_told_apart_by_dashes_and_humans_come_first() -> None:
    spec = chart_spec(accuracy_panels(rows()))
    line = next(x for x in spec["concat"][0]["layer"] if x["mark"]["type"] == "line")
    dash, color = line["encoding"]["strokeDash"]["scale"], line["encoding"]["color"]["scale"]
    assert dash["domain"][:2] == ["Humans", "SWAG"]  # the largest family of networks next
    assert set(dash["domain"]) == {"Humans", "SWAG", "ResNet", "Own model"}
    networks = [str(d) for d in dash["range"][1:]]
    assert len(set(networks)) == len(networks)
    hue = dict(zip(color["domain"], color["range"], strict=True))
    assert (hue["Humans"], hue["SWAG"], hue["Own model"]) == (
        KINDS["human"],
        KINDS["discriminative"],
        KINDS["own"],
    )


def test_with_all_conditions_counted_nothing_is_shaded() -> None:
    spec = chart_spec(accuracy_panels(rows().assign(counted="yes")))
    shade = spec["concat"][0]["layer"][0]
    assert spec["datasets"][shade["data"]["name"]] == []


def test_one_dataset_at_a_time_with_a_list_and_a_legend_to_pick_from() -> None:
    spec = chart_spec(dataset_accuracy(rows(individuals=True)))
    params = {p["name"]: p for p in spec["params"]}
    assert params["dataset"]["bind"]["options"] == ["Rotation", "Colour"]
    assert params["dataset"]["value"] == "Rotation"
    assert params["single"]["value"] is True
    assert params["pick"]["bind"] == "legend"
    assert params["pick"]["select"]["fields"] == ["observer"]
    assert "4 networks" in spec["description"]


def test_the_legend_selects() -> None:
    # Vega-Lite makes a legend interactive only where its first layer holds the selection.
    vega = vl_convert.vegalite_to_vega(chart_spec(dataset_accuracy(rows(individuals=True))))
    assert [legend["encode"]["labels"]["interactive"] for legend in vega["legends"]] == [True]


def test_every_observer_has_a_shape_of_its_own_and_single_humans_none() -> None:
    spec = chart_spec(dataset_accuracy(rows(individuals=True)))
    points = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "point")
    shape = points["encoding"]["shape"]["scale"]
    assert shape["domain"] == [o for o in KIND if o != "Human 1"]
    assert shape["range"][0] == "diamond"
    assert len(set(shape["range"])) == len(shape["domain"])


def test_labels_of_the_chosen_dataset_are_drawn() -> None:
    svg = static_svg(chart_spec(dataset_accuracy(rows(individuals=True))))
    assert "Across: Angle (°)" in svg
    assert ">90</text>" in svg and ">bw</text>" not in svg


@pytest.mark.parametrize("draw", [accuracy_panels, dataset_accuracy])
def test_no_dataset_is_said_in_words(draw) -> None:  # type: ignore[no-untyped-def]
    spec = chart_spec(draw(rows().iloc[:0]))
    assert "No dataset with several conditions" in spec["description"]


@pytest.mark.parametrize(("draw", "height"), [(accuracy_panels, 130), (dataset_accuracy, 340)])
def test_accuracies_travel_in_thousandths_and_are_drawn_as_they_are(draw, height) -> None:  # type: ignore[no-untyped-def]
    spec = chart_spec(draw(rows(individuals=draw is dataset_accuracy)))
    lists = [row for data in spec["datasets"].values() for row in data if "value" in row]
    assert {value for row in lists for value in row["value"]} == {500}
    # An accuracy of one half is drawn at half the height.
    mark = r'transform="translate\([\d.]+,([\d.]+)\)" d="M[^"]*" fill="#d0273c"'
    marks = re.findall(mark, static_svg(spec))
    assert marks.count(f"{height / 2:g}") >= 2
