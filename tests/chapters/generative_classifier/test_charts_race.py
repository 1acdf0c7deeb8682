"""The figure of races."""

import pandas as pd
import pytest
from tiny.charts import params, rendered

from gcbook.chapters.generative_classifier.charts import fig_race
from gcbook.charts.chart import chart_spec
from gcbook.charts.parts import CLASS_COLORS

COLUMNS = ["image", "label", "draw", "score", "score_low", "score_high"]
COLUMNS += ["behind", "behind_low", "behind_high", "dropped"]
RACE = pd.DataFrame(
    [
        (image, label, draw, -40.0 - c, -44.0 - c, -36.0 - c, -c, -c - 2.0, -c + 2.0, dropped)
        for image in ("easy", "hard")
        for c, label in enumerate("ABCD")
        for dropped in [{"B": 20, "C": 300}.get(label, 0) if image == "hard" else 0]
        for draw in (5, 20, 300, 500)
        if not dropped or draw <= dropped
    ],
    columns=COLUMNS,
)


@pytest.fixture(scope="module")
def race():
    return chart_spec(fig_race(RACE))


def test_every_race_and_both_ways_to_see_it_can_be_chosen(race):
    (rows,) = race["datasets"].values()
    assert len(rows) == len(RACE)
    chosen = params(race)
    assert chosen["race_image"]["bind"]["options"] == ["easy", "hard"]
    assert chosen["race_shown"]["bind"]["options"] == ["behind the leader", "score of each"]
    assert all(param["value"] in param["bind"]["options"] for param in chosen.values())


def test_bands_are_the_intervals_and_lines_the_values(race):
    band, line = race["layer"][:2]
    assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == ("low", "high")
    assert line["encoding"]["y"]["field"] == "value"
    found = {step["as"]: step["calculate"] for step in line["transform"] if "calculate" in step}
    for name, suffix in (("value", ""), ("low", "_low"), ("high", "_high")):
        assert found[name] == (
            f"race_shown === 'score of each' ? datum.score{suffix} : datum.behind{suffix}"
        )
    assert line["encoding"]["color"]["scale"]["range"] == list(CLASS_COLORS)
    assert line["encoding"]["x"]["scale"]["type"] == "log"
    dashes = line["encoding"]["strokeDash"]["scale"]
    assert dashes["domain"] == list("ABCD")
    assert len({str(dash) for dash in dashes["range"]}) == 4


def test_drops_are_named_where_there_are_any(race):
    hard, easy = rendered(race, race_image="hard"), rendered(race, race_image="easy")
    assert ">B out at 20<" in hard and ">C out at 300<" in hard
    assert ">A out" not in hard and " out at " not in easy


def test_the_axis_is_of_what_is_shown(race):
    behind = rendered(race, race_image="easy", race_shown="behind the leader")
    scores = rendered(race, race_image="easy", race_shown="score of each")
    assert ">−40<" in scores and ">−40<" not in behind
    assert ">0<" in behind
