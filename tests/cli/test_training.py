"""gcbook train: a run, an interruption, a model that the scorer takes."""

import json
import signal
from dataclasses import asdict

import pytest
from tiny.command import call

from gcbook.miniworld.training import recipes
from gcbook.miniworld.training.cnn import CnnTask
from gcbook.miniworld.world import WORLD


@pytest.fixture(autouse=True)
def few_images(tmp_path, monkeypatch):
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(recipes, "TRAIN_IMAGES", 64)
    monkeypatch.setattr(recipes, "VALIDATION_IMAGES", 16)


def test_training_goes_on_where_it_was_stopped(capsys, tmp_path, monkeypatch):
    command = ("train", "mini-cnn", "-o", tmp_path / "run", "--steps", 4, "--device", "cpu")
    loss = CnnTask.loss

    def stop(self, step, generator):
        if step == 2:
            signal.raise_signal(signal.SIGINT)
        return loss(self, step, generator)

    with monkeypatch.context() as patch:
        patch.setattr(CnnTask, "loss", stop)
        status, out, err = call(capsys, *command)
    assert (status, out) == (130, "")
    assert err.splitlines()[-1] == "stopped at step 3; the same command goes on from there"
    status, out, err = call(capsys, *command)
    assert status == 0
    assert out == (
        f"mini-cnn is in {tmp_path / 'run/model'}; next: gcbook score {tmp_path / 'run/model'} "
        "IMAGES\n"
    )
    rows = [json.loads(line) for line in (tmp_path / "run/history.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [4]
    config = json.loads((tmp_path / "run/model/config.json").read_text())
    assert config["architectures"] == ["ResNetForImageClassification"]
    record = json.loads((tmp_path / "run/model/training.json").read_text())
    assert record["miniature"] == "mini-cnn"
    assert record["plan"]["steps"] == 4
    assert record["images_seen"] == 4 * 128
    assert record["history"] == rows
    assert record["world"] == json.loads(json.dumps(asdict(WORLD)))


def test_wrong_requests_are_one_line(capsys, tmp_path):
    status, out, err = call(capsys, "train", "mini-latent", "-o", tmp_path / "run")
    assert (status, out) == (2, "")
    assert err.startswith("gcbook: mini-latent builds on a trained mini-autoencoder: expected the")
    assert len(err.splitlines()) == 1
    assert call(capsys, "train", "mini-cnn", "-o", tmp_path / "r", "--device", "tpu")[0] == 2
    (tmp_path / "file").touch()
    status, _, err = call(capsys, "train", "mini-cnn", "-o", tmp_path / "file" / "run")
    assert status == 2
    assert "expected a folder that can be written to" in err.splitlines()[-1]
    assert "opening" not in err


@pytest.mark.parametrize("workers", [0, 2])
def test_what_is_for_photographs_is_refused_for_miniatures(capsys, tmp_path, workers):
    status, _, err = call(
        capsys, "train", "mini-cnn", "-o", tmp_path / "run", "--steps", 3, "--workers", workers
    )
    assert status == 2
    assert "--batch-size and --workers are for resnet50, resnet50-noise, photo-cnn" in err
    assert not (tmp_path / "run").exists()
