"""Figure of the course of training."""

import pandas as pd
import pytest

from gcbook.chapters.noise_levels.charts import fig_training_course, model_look
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.miniature_look import COLORS, DASHES, SHAPES
from gcbook.miniworld.results.course import MEASURES

COLUMNS = ["model", "weighting", "step", "images", "measure", "n", "value", "low", "high"]
COURSE = pd.DataFrame(
    [
        (model, weighting, step, 128 * step, measure, 240, value, value - 0.05, value + 0.05)
        for model, weighting, value in (
            ("mini-pixel", "exp:7", 0.3),
            ("mini-pixel", "uniform", 0.6),
            ("mini-cnn", "", 0.8),
            ("mini-cnn-seed1", "", 0.7),
        )
        for measure in MEASURES.values()
        for step in (100, 200, 400)
    ],
    columns=COLUMNS,
)


@pytest.fixture(scope="module")
def spec():
    return chart_spec(fig_training_course(COURSE))


def test_a_panel_a_measure_on_a_logarithmic_axis(spec):
    assert [panel["title"] for panel in spec["concat"]] == list(MEASURES.values())
    for panel in spec["concat"]:
        (line,) = [each for each in panel["layer"] if each["mark"]["type"] == "line"]
        assert line["encoding"]["x"]["field"] == "images"
        assert line["encoding"]["x"]["scale"]["type"] == "log"
        (band,) = [each for each in panel["layer"] if each["mark"]["type"] == "area"]
        assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == ("low", "high")


def test_chance_is_drawn_where_there_is_such_a_thing(spec):
    rules = [
        sum(each["mark"]["type"] == "rule" for each in panel["layer"]) for panel in spec["concat"]
    ]
    assert rules == [1, 1, 1, 0]


def test_the_weighting_can_be_chosen_where_a_model_has_one(spec):
    (weighting,) = spec["params"]
    assert weighting["bind"]["options"] == ["exp:7", "uniform"]
    assert weighting["value"] == "exp:7"
    expression = "datum.weighting === '' || datum.weighting === course_weighting"
    for panel in spec["concat"]:
        (line,) = [each for each in panel["layer"] if each["mark"]["type"] == "line"]
        assert {"filter": expression} in line["transform"]
    alone = chart_spec(fig_training_course(COURSE[COURSE["weighting"] == ""]))
    assert "params" not in alone
    assert static_svg(alone).count("mini-cnn-seed1") >= 1


def test_seeds_share_the_look_of_their_miniature():
    color, shape, dash = (
        channel.to_dict()["scale"] for channel in model_look(COURSE["model"]).values()
    )
    assert color["domain"] == ["mini-pixel", "mini-cnn", "mini-cnn-seed1"]
    assert color["range"] == [COLORS["mini-pixel"], COLORS["mini-cnn"], COLORS["mini-cnn"]]
    assert shape["range"][:2] == [SHAPES["mini-pixel"], SHAPES["mini-cnn"]]
    assert dash["range"][1] == dash["range"][2] == DASHES["mini-cnn"]
