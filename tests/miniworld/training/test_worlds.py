"""The map over worlds: its points, its jobs, and a job that can be stopped."""

import json
import signal
from collections import Counter
from dataclasses import replace

import pytest
from tiny.command import call

from gcbook.files.errors import InputError
from gcbook.miniworld.outlines import Outline
from gcbook.miniworld.testsets import texture_of
from gcbook.miniworld.training import recipes, worlds
from gcbook.miniworld.training.cnn import CnnTask
from gcbook.miniworld.training.worlds import (
    GRID,
    IMAGES,
    MODELS,
    Job,
    Point,
    images_of,
    is_done,
    jobs,
    run_job,
)
from gcbook.miniworld.world import DEFAULT_WORLD
from gcbook.scoring.store import Store


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Few images and few steps."""
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(recipes, "TRAIN_IMAGES", 64)
    monkeypatch.setattr(recipes, "VALIDATION_IMAGES", 16)
    monkeypatch.setattr(worlds, "IMAGES", 2 * worlds.BATCHES["mini-cnn"])
    return tmp_path


def test_the_default_world_is_in_the_middle():
    assert len(GRID) == 9
    assert GRID[4].around() == DEFAULT_WORLD
    for point in GRID:
        # Nothing else differs.
        same = {"diagnosticity": 0.89, "texture_ratio": DEFAULT_WORLD.texture_ratio}
        assert replace(point.around(), **same) == DEFAULT_WORLD
    middle = replace(DEFAULT_WORLD, outline=Outline(others=1))
    assert GRID[0].around(middle) == replace(GRID[0].around(), outline=Outline(others=1))
    low, high = Point(1.0, 1.5).around().texture_ratio
    assert (low, high) == (pytest.approx(1.5 * 0.27), pytest.approx(1.5 * 0.75))


def test_every_model_is_trained_everywhere():
    found = list(jobs((0, 1)))
    assert len({job.name for job in found}) == len(found)
    trained = Counter((job.model, job.seed) for job in found)
    assert trained == {(model, seed): 9 for model in MODELS for seed in (0, 1)}
    # Equal budgets, in steps as large as suit a model.
    assert {job.steps * job.batch_size for job in found} == {IMAGES}
    assert {job.steps for job in jobs(models=["mini-cnn"], images=70 * 128)} == {70}
    assert Job(GRID[0], "mini-pixel", budget=5).steps == 1


def test_names_are_read_back_and_others_are_nobodys():
    for job in jobs(seeds=(0, 12)):
        assert Job.named(job.name) == job
    for name in ("d1-c1", "d1-c1/mini-cnn", "d1-c1/mini-cnn-seed", "worlds/mini-cnn-seed0"):
        assert Job.named(name) is None


def test_conflicts_are_one_a_pair_and_the_rest_balanced():
    conflicts = images_of("cue-conflict", DEFAULT_WORLD)
    pairs = Counter((one.category, texture_of(one.image_id)) for one in conflicts)
    assert len(pairs) == 240
    assert set(pairs.values()) == {1}
    plain = Counter(one.category for one in images_of("in-distribution", DEFAULT_WORLD))
    assert set(plain.values()) == {10}


def test_a_job_that_was_stopped_goes_on_and_is_done_once(small, monkeypatch):
    job = Job(Point(0.6, 1.5), "mini-cnn", 3)
    monkeypatch.setattr(worlds, "DRAWS", {"cue-conflict": 16})
    loss = CnnTask.loss

    def stop(self, step, generator):
        if step == 0:
            signal.raise_signal(signal.SIGINT)
        return loss(self, step, generator)

    with monkeypatch.context() as patch:
        patch.setattr(CnnTask, "loss", stop)
        with pytest.raises(KeyboardInterrupt):
            run_job(job, small, report=lambda line: None)
    own = small / job.name
    assert not is_done(own)
    assert run_job(job, small, report=lambda line: None)
    assert is_done(own)
    assert not (own / "run").exists()
    # A run whose clearing away was interrupted is not trained again.
    (own / "run").mkdir()
    assert not run_job(job, small, report=lambda line: None)
    assert not (own / "run").exists()
    with pytest.raises(InputError, match="of 3 steps of 128 images, found one of 2 "):
        run_job(replace(job, budget=3 * 128), small, report=lambda line: None)
    middle = replace(DEFAULT_WORLD, tilt=(0.0, 0.0))
    with pytest.raises(InputError, match="in the world that is asked for, found one in another"):
        run_job(job, small, middle=middle, report=lambda line: None)
    record = json.loads((own / "training.json").read_text())
    assert record["world"]["diagnosticity"] == 0.6
    assert (record["plan"]["steps"], record["plan"]["seed"]) == (2, 3)
    store = Store.open(own / "cue-conflict")
    # Nothing is random in a classifier: one draw, whatever was asked for.
    assert len(store.scores()) == 240 * 16
    # A store that lost rows is not done.
    (own / "cue-conflict/scores.parquet").unlink()
    assert not is_done(own)


def test_a_job_whose_scoring_was_stopped_is_not_done(small, monkeypatch):
    job = Job(Point(0.6, 1.5), "mini-cnn")
    scored = worlds.score

    def only_some(images, classifier, settings, path, progress):
        # Of what it never saw, a store knows nothing.
        scored(images.first(32), classifier, settings, path, progress=progress)
        raise KeyboardInterrupt

    monkeypatch.setattr(worlds, "DRAWS", {"in-distribution": 8})
    with monkeypatch.context() as patch:
        patch.setattr(worlds, "score", only_some)
        with pytest.raises(KeyboardInterrupt):
            run_job(job, small, report=lambda line: None)
    own = small / job.name
    assert Store.open(own / "in-distribution").is_complete()
    assert not is_done(own)
    assert (own / "run").is_dir()
    assert run_job(job, small, report=lambda line: None)
    assert len(Store.open(own / "in-distribution").images()) == 160
    assert is_done(own)


def test_the_command_adds_what_is_missing(small, monkeypatch, capsys):
    done = []
    monkeypatch.setattr(worlds, "run_job", lambda job, folder, **options: done.append(job.name))
    options = ("--seed", "1", "--model", "mini-cnn", "--device", "cpu")
    status, out, _ = call(capsys, "worlds", "-o", small, *options)
    assert (status, out) == (0, f"9 models are in {small}\n")
    assert len(done) == 9
    assert all(name.endswith("/mini-cnn-seed1") for name in done)
    status, _, err = call(capsys, "worlds", "-o", small, "--model", "mini-ar")
    assert status == 2
    assert "expected some of mini-cnn, mini-cnn-noise, mini-pixel" in err


def test_a_folder_that_cannot_be_written_to_is_refused_before_a_job(tmp_path, monkeypatch, capsys):
    done = []
    monkeypatch.setattr(worlds, "run_job", lambda job, folder, **options: done.append(job.name))
    (tmp_path / "file").touch()
    status, _, err = call(capsys, "worlds", "-o", tmp_path / "file" / "map", "--device", "cpu")
    assert (status, done) == (2, [])
    assert "expected a folder that can be written to" in err


def test_the_help_names_the_number_of_images(capsys):
    assert f"[{worlds.IMAGES}]" in call(capsys, "worlds", "--help")[1]
