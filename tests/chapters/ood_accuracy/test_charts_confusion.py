"""The confusion matrix takes its short form apart rightly; favourites have a row an observer."""

import re

import pandas as pd
from tiny.charts import names, params

from gcbook.chapters.ood_accuracy.charts import _short, confusion_matrix, favourite_answers
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.names import Names
from gcbook.paper.categories import CATEGORIES, RESPONSES


def answers(**shown: str) -> pd.DataFrame:
    row = {
        "dataset": "Uniform noise",
        "step": 1,
        "steps": 1,
        "condition": "Width: 0.9",
        "observer": "ResNet-50",
        "n": 8,
        "right": 0.375,
    }
    return pd.DataFrame([row | dict.fromkeys(CATEGORIES, "") | shown])


def test_short_form_by_hand() -> None:
    rows = Names.of(["ResNet-50"]).coded(
        answers(airplane="airplane 3; na 1", truck="bear 12"), "observer"
    )
    short = _short(rows).iloc[0]["code"]
    assert short == "a3,q1" + "/" * 15 + "b12"
    assert len(RESPONSES) == 17  # the letters a to q


def test_the_page_takes_it_apart_to_shares_of_the_row() -> None:
    rows = answers(airplane="airplane 3; na 1", cat="dog 1; cat 1", truck="bear 12")
    svg = static_svg(chart_spec(confusion_matrix(rows)))
    numbers = sorted(int(n) for n in re.findall(r">(\d+)</text>", svg))
    assert numbers == [25, 50, 50, 75, 100]
    assert "ResNet-50 · Uniform noise" in svg
    assert "Condition 1 of 1 · right: 37.5%" in svg
    assert "Width: 0.9" in svg


def test_controls_and_axes() -> None:
    spec = chart_spec(confusion_matrix(answers(cat="cat 1")))
    chosen = params(spec)
    assert chosen["dataset"]["bind"]["options"] == ["Uniform noise"]
    assert names(spec, [chosen["observer"]["value"]]) == ["ResNet-50"]
    assert (chosen["step"]["bind"]["max"], chosen["step"]["value"]) == (1, 1)
    cells = spec["layer"][1]["encoding"]
    assert cells["x"]["scale"]["domain"] == list(RESPONSES)
    assert cells["y"]["scale"]["domain"] == list(CATEGORIES)


def test_a_step_beyond_the_last_condition_shows_the_last() -> None:
    first, second = answers(cat="cat 4"), answers(dog="dog 1; cat 4")
    rows = pd.concat(
        [
            first.assign(dataset="Edge", condition="one condition"),
            first.assign(steps=2),
            second.assign(step=2, steps=2),
        ]
    )
    chart = confusion_matrix(rows.assign(dataset=rows["dataset"].replace("Uniform noise", "Other")))
    spec = chart_spec(chart)
    # More than the one condition of the dataset shown first.
    assert params(spec)["step"]["value"] == 2
    svg = static_svg(spec)
    assert re.findall(r">(\d+)</text>", svg) == ["100"]
    assert "ResNet-50 · Edge" in svg
    assert "Condition 1 of 1" in svg
    assert "one condition" in svg


def test_favourites_have_a_row_an_observer_a_mark_a_case_and_their_mean() -> None:
    rows = pd.DataFrame(
        {
            "group": ["Single people", "Single people", "mine"],
            "dataset": "Sketch",
            "condition": "one condition",
            "observer": ["Human 1", "Human 2", "mine"],
            "kind": ["Humans", "Humans", "Own model"],
            "right": [0.1, 0.05, 0.06],
            "favourite": ["cat", "dog", "knife"],
            "share": [0.07, 0.3, 1.0],
        }
    )
    spec = chart_spec(favourite_answers(rows))
    point, tick = (
        next(layer for layer in spec["layer"] if layer["mark"]["type"] == mark)
        for mark in ("point", "tick")
    )
    assert names(spec, point["encoding"]["y"]["sort"]) == ["Single people", "mine"]
    assert set(point["encoding"]["shape"]["scale"]["domain"]) == {"Humans", "Own model"}
    assert tick["encoding"]["x"]["aggregate"] == "mean"
    assert "Single people 18%, mine 100%" in spec["description"]
    svg = static_svg(spec)
    assert len(re.findall(r'fill="#(?:d0273c|7d1550)"[^>]*opacity="0.5"', svg)) == 3
    assert "near guessing" in chart_spec(favourite_answers(rows.iloc[:0]))["description"]
