"""Figure of what draws are worth."""

import pandas as pd
import pytest

from gcbook.chapters.cost.charts import fig_draws_worth
from gcbook.chapters.cost.tables import MEASURES
from gcbook.charts.chart import chart_spec, static_svg

COLUMNS = ["recipe", "random", "draws", "evaluations", "measure", "n", "value", "low", "high"]
WORTH = pd.DataFrame(
    [
        (recipe, random, n, 16 * n if random else 1, measure, 320, value, value - 0.1, value + 0.1)
        for recipe, random, value in (("mini-pixel", True, 0.5), ("mini-cnn", False, 0.8))
        for measure in MEASURES.values()
        for n in (1, 2, 4, 8, 16, 32)
    ],
    columns=COLUMNS,
)


@pytest.fixture(scope="module")
def spec():
    return chart_spec(fig_draws_worth(WORTH))


def render(spec, axis):
    (param,) = spec["params"]
    return static_svg({**spec, "params": [{**param, "value": axis}]})


def test_a_panel_a_measure_with_its_intervals(spec):
    assert len(spec["concat"]) == 2
    for panel, measure in zip(spec["concat"], MEASURES.values(), strict=True):
        band, line, single, point = panel["layer"]
        assert line["encoding"]["y"]["field"] == "value"
        assert line["encoding"]["y"]["title"] == measure
        assert line["encoding"]["x"]["scale"]["type"] == "log"
        for each in (band, single):
            ends = each["encoding"]
            assert (ends["y"]["field"], ends["y2"]["field"]) == ("low", "high")
        # Where there is a band, bars would only cross it.
        assert {"filter": "!datum.random"} in single["transform"]
        assert point["encoding"]["shape"]["scale"]["domain"] == ["mini-pixel", "mini-cnn"]


def test_draws_become_evaluations(spec):
    assert spec["params"][0]["bind"]["options"] == ["draws", "evaluations"]
    draws, evaluations = (render(spec, axis) for axis in ("draws", "evaluations"))
    assert ">Draws<" in draws and ">Evaluations<" not in draws and ">512<" not in draws
    assert ">Evaluations<" in evaluations and ">512<" in evaluations
