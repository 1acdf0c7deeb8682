"""Specifications of Figs. 5 and 10: panels over conditions."""

import re
from itertools import product

import pandas as pd

from gcbook.chapters.ood_accuracy.charts import accuracy_panels
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.theme import BAND, HUES
from gcbook.paper.categories import CHANCE

KIND = {
    "Humans": "Humans",
    "ResNet-50": "Discriminative model",
    "SWAG ViT-L/16": "Discriminative model",
    "SWAG ViT-H/14": "Discriminative model",
    "mine": "Own model",
}
FAMILY = {"Humans": "Humans", "ResNet-50": "ResNet", "mine": "Own model"}


def rows() -> pd.DataFrame:
    table = pd.DataFrame(
        [
            (dataset, step, label, observer)
            for dataset, labels in {"Rotation": ["0", "90"], "Colour": ["cr", "bw"]}.items()
            for observer, (step, label) in product(KIND, enumerate(labels, 1))
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
    kinds = {"Humans": "Humans", "SWAG": "Discriminative model", "Own model": "Own model"}
    assert {family: hue[family] for family in kinds} == {f: HUES[k] for f, k in kinds.items()}


def test_with_all_conditions_counted_nothing_is_shaded() -> None:
    spec = chart_spec(accuracy_panels(rows().assign(counted="yes")))
    shade = spec["concat"][0]["layer"][0]
    assert spec["datasets"][shade["data"]["name"]] == []


def test_no_dataset_is_said_in_words() -> None:
    spec = chart_spec(accuracy_panels(rows().iloc[:0]))
    assert "No dataset with several conditions" in spec["description"]


def test_accuracies_travel_in_a_list_an_observer_and_are_drawn_as_they_are() -> None:
    spec = chart_spec(accuracy_panels(rows().assign(value=0.50004)))
    lists = [row for data in spec["datasets"].values() for row in data if "value" in row]
    assert len(lists) == 2 * len(KIND)
    assert {value for row in lists for value in row["value"]} == {0.5}
    # An accuracy of one half is drawn at half the height.
    mark = r'transform="translate\([\d.]+,([\d.]+)\)" d="M[^"]*" fill="#d0273c"'
    marks = re.findall(mark, static_svg(spec))
    assert marks.count("65") >= 2
