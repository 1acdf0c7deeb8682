"""The chapter's numbers and figures, of a search whose measures are known."""

import pytest

from gcbook.chapters.calibrated_world.charts import fig_matched, fig_predictions, fig_search
from gcbook.chapters.calibrated_world.facts import calibrated_world_facts
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.miniworld.results.calibrated import matched_rows, predictions, search_rows
from gcbook.miniworld.training.calibration import (
    DAMAGES,
    SEEDS,
    WHOLE,
    Candidate,
    Training,
    targets,
)
from gcbook.stats.summaries import Summaries

WANTED = {name: value for name, (value, _, _) in targets().items()}
LOUDER = Candidate(0.25, 0.0, (0.45, 0.75))


def training(candidate, seed, bias, accuracy=0.7):
    measured = {**WANTED, "shape_bias": bias}
    return Training(candidate, seed, WHOLE, measured, {"in_distribution": accuracy}, 15.0)


DONE = [training(Candidate(0.25, damage), 0, 0.4 + damage / 10) for damage in DAMAGES] + [
    training(LOUDER, seed, 0.2 + seed / 100, 0.8 + seed / 100) for seed in SEEDS
]


@pytest.fixture(scope="module")
def rows():
    return search_rows(DONE), matched_rows(DONE, {**WANTED, "shape_bias": 0.94, "edge": 0.9})


def test_facts_are_of_the_chosen_world_and_of_the_outlines_alone(rows):
    facts = calibrated_world_facts(DONE, *rows, Summaries.read())
    # 1,205 of 1,600 answers of ten people.
    assert facts.people == pytest.approx(1205 / 1600)
    assert facts.trainings == 6 and facts.hours == 1.5
    assert (facts.undamaged, facts.half_damaged, facts.damaged) == (0.4, 0.45, 0.5)
    assert facts.bias == pytest.approx(0.21)
    assert facts.default_bias == 0.94 and facts.misleading == 0.25
    assert facts.measures == facts.met == len(WANTED) and facts.missed == ()
    assert (facts.target, *facts.target_interval) == targets()["shape_bias"]


def test_a_training_is_a_dot_and_the_goal_a_band(rows):
    spec = chart_spec(fig_search(rows[0], targets()["shape_bias"]))
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["rect", "rule", "point"]
    svg = static_svg(spec)
    assert ">Damage 0.5<" in svg and "contrast 0.45–0.75" in svg


def test_every_measure_has_three_marks(rows):
    svg = static_svg(chart_spec(fig_matched(rows[1])))
    assert svg.count(">Shape bias<") == 1 and ">Low-pass 3<" in svg and ">Calibrated world<" in svg


def test_predictions_are_drawn_beside_the_papers_values():
    spec = chart_spec(fig_predictions(predictions()))
    fields = [layer["encoding"]["x"]["field"] for layer in spec["layer"]]
    assert fields == ["low", "paper", "predicted"]
