"""What the chapter computes in its cells: metrics of five images, and what the paper prints."""

import numpy as np
import pytest
from tiny.notebooks import names_of_cell

from gcbook.stats.agreement import error_consistency

# Without the cells in which networks run.
CELLS = ["parameters", "load", "observers", "widths", "fig-conflicts", "cut", "fig-five", "measure"]


@pytest.fixture(scope="module")
def found():
    names = {}
    for cell in [*CELLS, "bound", "between-people"]:
        names = names_of_cell("method", cell, names)
    return names


def test_metrics_of_five_images_by_hand(found):
    assert found["accuracy"].to_dict() == {"person": 0.8, "network": 0.4}
    assert found["bias"].to_dict() == pytest.approx({"person": 3 / 4, "network": 1 / 3})
    assert (found["observed"], found["expected"]) == pytest.approx((0.6, 0.8 * 0.4 + 0.2 * 0.6))
    right = found["right"]
    assert found["kappa"] == pytest.approx(error_consistency(right["person"], right["network"]))
    assert found["bound"] == pytest.approx((1 - 0.4 - 0.44) / (1 - 0.44))


def test_observers_are_those_of_the_paper(found):
    numbers = found["numbers"]
    assert (numbers["humans"], numbers["human_trials"], numbers["datasets"]) == (90, 85_120, 17)
    assert (numbers["networks"], numbers["everywhere"], found["graded"]) == (32, 9, 12)
    answers = found["conflicts"][["by_shape", "by_texture", "people"]].sum()
    assert answers.to_list() == [94, 4, 120]


def test_exemplars_widen_the_interval_of_resnet50(found):
    assert found["interval"](found["resnet"], ".3f") == "0.172 to 0.264"
    assert found["interval"](found["resnet"], ".3f", "independent_") == "0.187 to 0.244"
    assert round(found["ratio"]["ResNet-50"], 1) == 1.6


def test_the_benchmark_leaves_out_what_people_guess(found):
    assert np.round([found["counted"], found["too_hard"]], 2).tolist() == [0.76, 0.08]
