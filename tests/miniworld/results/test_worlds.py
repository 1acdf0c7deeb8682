"""Scores of models in other worlds: which are found, and what they answer."""

import json

import pytest
from tiny.shipped import CONFLICTS, least, ship_scores
from tiny.stores import rewrite

from gcbook.files.errors import InputError
from gcbook.miniworld.results.worlds import trained_in_worlds, world_answers
from gcbook.miniworld.training.worlds import GRID, Job


def shape(rows):
    return least(rows, rows["category"])


def texture(rows):
    return least(rows, rows["texture"])


@pytest.fixture
def folder(tmp_path):
    for job, errors in (
        (Job(GRID[0], "mini-cnn", 1), shape),
        (Job(GRID[4], "mini-cnn-noise", 0), shape),
        (Job(GRID[4], "mini-pixel", 0), texture),
    ):
        kind = "diffusion" if "pixel" in job.model else "discriminative"
        for name in ("cue-conflict", "in-distribution"):
            ship_scores(tmp_path, job.name, name, CONFLICTS, errors, kind=kind)
        record = {"images_seen": job.steps * job.batch_size}
        (tmp_path / "scores" / job.name / "training.json").write_text(json.dumps(record))
    # Not scored yet, or only in part.
    ship_scores(tmp_path, Job(GRID[8], "mini-cnn").name, "cue-conflict", CONFLICTS, shape)
    for name in ("cue-conflict", "in-distribution"):
        ship_scores(tmp_path, Job(GRID[7], "mini-pixel").name, name, CONFLICTS, shape)
    rows = tmp_path / "scores" / Job(GRID[7], "mini-pixel").name / "cue-conflict/scores.parquet"
    rewrite(rows, lambda table: table[:-16])
    return tmp_path / "scores"


def test_names_of_jobs_are_read_back(folder):
    found = trained_in_worlds(folder)
    assert [one.job for one in found] == [
        Job(GRID[0], "mini-cnn", 1),
        Job(GRID[4], "mini-cnn-noise", 0),
        Job(GRID[4], "mini-pixel", 0),
    ]


def test_answers_say_where_and_by_whom(folder):
    answers = world_answers(trained_in_worlds(folder))
    conflicts = answers[answers["dataset"] == "cue-conflict"]
    cues = conflicts.groupby("recipe")["cue"].agg(set).to_dict()
    assert cues == {
        "mini-cnn": {"shape"},
        "mini-cnn-noise": {"shape"},
        "mini-pixel": {"texture"},
    }
    assert set(answers["observer"]) == {
        "mini-cnn-seed1",
        "mini-cnn-noise-seed0",
        "mini-pixel-seed0",
    }
    assert set(answers["silhouette"]) >= {"cat1", "dog2"}


def test_a_folder_without_models_is_refused_with_the_command(tmp_path):
    with pytest.raises(InputError, match="expected a map of `gcbook worlds`"):
        trained_in_worlds(tmp_path / "wrong")
