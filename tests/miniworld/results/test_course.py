"""The course of training, from responses written by hand."""

import re

import numpy as np
import pandas as pd
import pytest
from tiny.shipped import CONFLICTS, ship_model, use_data

from gcbook.files.errors import DataNotFoundError
from gcbook.miniworld.results.course import course_answers
from gcbook.miniworld.results.shipped import shipped_models
from gcbook.trials.table import COLUMNS

PLAIN = ["cat1-cat1.png", "dog1-dog1.png", "car1-car1.png", "oven1-oven1.png"]


def trials(model, dataset, names, responses, step, weighting):
    table = pd.DataFrame(
        {
            "image_id": names,
            "imagename": names,
            "category": [name.split("-")[0].rstrip("0123456789") for name in names],
            "response": responses,
        }
    )
    table = table.assign(
        observer=model,
        observer_kind="model",
        dataset=dataset,
        session=1,
        trial=range(1, len(names) + 1),
        condition="0",
        rt=np.nan,
        source="miniature",
    )
    return table[list(COLUMNS)].assign(weighting=weighting, step=step)


def conflicts(shape, texture):
    """Responses to CONFLICTS: so many name the shape, so many the texture, the rest a knife."""
    said = []
    for number, name in enumerate(CONFLICTS):
        first, second = re.findall(r"([a-z]+)\d", name)
        named = "shape" if number < shape else "texture" if number < shape + texture else ""
        said.append({"shape": first, "texture": second, "": "knife"}[named])
    return said


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = use_data(tmp_path, monkeypatch)
    courses = {
        "mini-pixel": {"exp:7": [(1, 6, 1), (4, 4, 2), (8, 0, 4)], "uniform": [(2, 2, 1)] * 3},
        "mini-cnn": {"": [(4, 2, 2), (4, 2, 3), (4, 2, 4)]},
    }
    for model, by_weighting in courses.items():
        ship_model(folder, model, batch_size=10)
        tables = [
            trials(model, dataset, names, responses, step, weighting)
            for weighting, course in by_weighting.items()
            for step, (shape, texture, right) in zip((1, 2, 4), course, strict=True)
            for dataset, names, responses in (
                ("cue-conflict", CONFLICTS, conflicts(shape, texture)),
                (
                    "in-distribution",
                    PLAIN,
                    ["cat", "dog", "car", "oven"][:right] + ["knife"] * (4 - right),
                ),
            )
        ]
        target = folder / "scores" / model / "training.parquet"
        target.parent.mkdir(parents=True)
        pd.concat(tables).to_parquet(target, index=False)
    ship_model(folder, "mini-cnn-seed1")
    return folder


def test_images_are_steps_times_batch_and_models_without_a_course_are_left_out(data):
    answers = course_answers(shipped_models())
    assert list(dict.fromkeys(answers["observer"])) == ["mini-pixel", "mini-cnn"]
    assert sorted(answers["images"].unique()) == [10, 20, 40]


def test_models_of_another_world_go_by_their_names_within_it(data):
    ship_model(data, "mini-cnn-calibrated", batch_size=5)
    said = conflicts(4, 2)
    table = trials("mini-cnn-calibrated", "cue-conflict", CONFLICTS, said, 3, "")
    (data / "scores" / "mini-cnn-calibrated").mkdir()
    table.to_parquet(data / "scores" / "mini-cnn-calibrated" / "training.parquet", index=False)
    answers = course_answers(shipped_models("calibrated"))
    assert set(answers["observer"]) == {"mini-cnn"}
    assert set(answers["images"]) == {15}


def test_without_a_course_there_is_nothing_to_show(data):
    with pytest.raises(DataNotFoundError, match="expected the responses of mini-cnn-seed1 along"):
        course_answers(["mini-cnn-seed1"])
