"""*Method*: metrics of five images, what the paper prints, and pictures as their labels say."""

import io

import numpy as np
import pytest
from PIL import Image
from tiny.notebooks import names_of_cell

from gcbook.chapters.method import distorted_rows
from gcbook.paper.experiments import EXPERIMENTS, PARAMETRIC
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


@pytest.fixture(scope="module")
def distorted():
    return distorted_rows()


def pixels(rows, dataset):
    of = rows[rows["dataset"] == EXPERIMENTS[dataset].title]
    return [np.asarray(Image.open(io.BytesIO(each)).convert("RGB")) / 255 for each in of["picture"]]


def test_distortions_are_all_twelve_in_two_to_four_strengths(distorted):
    assert distorted["dataset"].unique().tolist() == [EXPERIMENTS[n].title for n in PARAMETRIC]
    contrast = distorted[distorted["dataset"] == "Contrast"]
    assert contrast["condition"].to_list() == ["c50", "c15", "c05", "c03"]
    assert contrast["label"].to_list() == ["50 %", "15 %", "5 %", "3 %"]
    assert contrast["counted"].to_list() == [True, True, True, False]
    assert distorted[distorted["dataset"] == "Colour"]["condition"].to_list() == ["cr", "bw"]
    assert distorted[distorted["dataset"] == "Eidolon I"]["label"].iloc[0] == "2 px"
    assert distorted[distorted["dataset"] == "Rotation"]["label"].to_list()[0] == "90°"


def test_pictures_are_what_their_labels_say(distorted):
    half, weak, *_ = pixels(distorted, "contrast")
    assert weak.std() == pytest.approx(0.3 * half.std(), rel=0.25)
    colour, grey = pixels(distorted, "colour")
    assert np.ptp(colour, axis=2).mean() > 0.1 > 0.02 > np.ptp(grey, axis=2).mean()
    true, opponent = pixels(distorted, "false-colour")
    luma = np.array([0.299, 0.587, 0.114])
    assert np.abs(true @ luma - opponent @ luma).mean() < 0.03
    red, blue = (true[..., 0] - true[..., 2]).mean(), (opponent[..., 0] - opponent[..., 2]).mean()
    assert red == pytest.approx(-blue, abs=0.05)
    assert red > 0.1
    quarter, half_turn, *_ = pixels(distorted, "rotation")
    assert np.abs(np.rot90(quarter) - half_turn).mean() < 0.02
    original, equalised = pixels(distorted, "power-equalisation")
    assert np.abs(original - equalised).mean() > 0.02
