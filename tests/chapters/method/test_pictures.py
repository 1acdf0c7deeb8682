"""Pictures of the method chapter: what is shown, and that the answers are the published ones."""

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gcbook.chapters.method.charts import fig_method
from gcbook.chapters.method.pictures import (
    distorted_rows,
    five_images,
    five_trials,
    outline_rows,
    prompt_rows,
)
from gcbook.miniworld.results.steps import Steps, choose_examples
from gcbook.paper.experiments import EXPERIMENTS, PARAMETRIC
from gcbook.stimuli.pictures import pictures_of
from gcbook.trials.table import read_trials


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


def test_objects_stand_in_three_datasets_each():
    rows = outline_rows()
    assert rows["shape"].to_list() == [
        each for each in ("bicycle", "bird", "clock", "elephant") for _ in range(3)
    ]
    assert rows["set"].to_list() == ["cue-conflict", "silhouette", "edge"] * 4


def test_five_images_have_ten_answers():
    five = five_images()
    assert five.iloc[3].to_list() == ["cat10-oven2.png", "cat", "oven", "truck"]
    trials = five_trials(five)
    assert len(trials) == 10
    assert trials["observer_kind"].to_list() == ["human"] * 5 + ["model"] * 5
    assert trials[trials["observer"] == "network"]["response"].to_list()[:2] == [
        "clock",
        "elephant",
    ]


@pytest.mark.real_trials
def test_answers_are_those_of_the_trials(data_dir: Path):
    humans = read_trials(data_dir / "model-vs-human-humans.zip")
    networks = read_trials(data_dir / "model-vs-human-models.zip")
    humans = humans[humans["dataset"] == "cue-conflict"]
    network = networks[
        (networks["dataset"] == "cue-conflict") & (networks["observer"] == "resnet50")
    ].set_index("image_id")["response"]
    person = humans[humans["observer"] == "subject-01"].set_index("image_id")["response"]
    for row in pd.concat([pictures_of("cue-conflict"), pictures_of("no-conflict")]).itertuples():
        answers = humans.loc[humans["image_id"] == f"{row.name}.png", "response"]
        assert len(answers) == row.people == 10
        assert (answers == row.shape).sum() == row.by_shape
        texture = re.fullmatch(r"[a-z]+\d+-([a-z]+)\d+", row.name)[1]
        assert texture == row.texture
        assert (answers == texture).sum() == row.by_texture
        assert person[f"{row.name}.png"] == row.person
        assert network[f"{row.name}.png"] == row.resnet50


def test_the_smallest_error_of_the_prompts_shown_is_marked():
    example = choose_examples(conflicts=1, ordinary=0)[0]
    labels = ("airplane", "bear", example.shape, example.texture, "truck")
    rng = np.random.default_rng(0)
    steps = Steps(
        (example,),
        labels,
        (0.7,),
        rng.uniform(-1, 1, (1, 4, 4)),
        rng.normal(0, 1, (1, 1, 4, 4, 3)),
        rng.uniform(-1, 1, (1, 1, 5, 4, 4)),
        np.array([[[0.3, 0.2, 0.1, 0.4, 0.05]]]),
    )
    rows = prompt_rows(steps)
    assert rows["label"].tolist() == [example.shape, example.texture, "airplane", "bear"]
    assert rows["error"].tolist() == [0.1, 0.4, 0.3, 0.2]
    assert rows["place"].tolist() == [1, 4, 3, 2]
    given, restored = fig_method(steps, rows).strips
    assert [each.words[-1] for each in restored.pictures] == [
        "error 100 ✓",
        "error 400",
        "error 300",
        "error 200",
    ]
    shown = np.asarray(Image.open(io.BytesIO(given.pictures[1].data)))
    assert shown.shape == (16, 16, 3)
    first = np.rint((steps.noised[0, 0, 0, 0].clip(-1, 1) + 1) * 7.5) * 17
    assert (shown[:4, :4] == first).all()
