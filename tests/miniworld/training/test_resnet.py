"""The paper's ResNet: its recipe, and a run on a handful of generated images."""

import json
import shutil
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch
from accelerate import Accelerator
from PIL import Image
from safetensors.torch import load_file
from tiny import command

from gcbook.classifiers.load import load_classifier
from gcbook.files.errors import GcbookError, InputError
from gcbook.miniworld.training.imagefolder import key_of
from gcbook.miniworld.training.resnet import ORDER, RESNETS, ResNetRun
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.published import quoted_value

SMALL = replace(
    RESNETS["resnet50-noise"], architecture="resnet18", crop_size=32, epochs=2, batch_size=4
)


@pytest.fixture(scope="module")
def data(photographs):
    return photographs(5, 5)


def run(plan, data, folder, **options):
    options = {"device": "cpu", "report": lambda line: None, **options}
    return ResNetRun(plan, data, folder, **options)


def trained(plan, data, folder, **options):
    """The folder of the finished model."""
    made = run(plan, data, folder, **options)
    made.run()
    return made.export()


def test_the_recipe_is_appendix_e():
    plan = RESNETS["resnet50-noise"]
    assert (plan.noise, plan.architecture) == (True, "resnet50")
    assert plan.crop_size == 224
    for name, key in (
        ("epochs", "resnet50_epochs_diffusion_noise"),
        ("learning_rate", "resnet50_learning_rate"),
        ("momentum", "resnet50_momentum"),
        ("weight_decay", "resnet50_weight_decay"),
        ("batch_size", "resnet50_batch_size"),
    ):
        assert getattr(plan, name) == quoted_value(key), name
    plain = RESNETS["resnet50"]
    assert plain == replace(plan, noise=False, epochs=int(quoted_value("resnet50_epochs_standard")))
    assert [plan.rate(done) for done in (0, 0.5, 1)] == pytest.approx([0.1, 0.05, 0])


def test_a_run_that_was_stopped_ends_like_one_that_was_not(data, tmp_path):
    trained(SMALL, data, tmp_path / "whole")
    stopped = run(SMALL, data, tmp_path / "stopped")
    loss, steps = stopped.loss, []

    def fourth(batch):
        steps.append(1)
        if len(steps) == 4:
            signal.raise_signal(signal.SIGINT)
        return loss(batch)

    stopped.loss = fourth
    with pytest.raises(KeyboardInterrupt):
        stopped.run()
    # 10 images in batches of 4, 4 and 2: in the midst of the second epoch.
    assert stopped.done == 14
    again = run(SMALL, data, tmp_path / "stopped")
    assert again.done == 14
    again.run()
    again.export()
    one, other = (
        load_file(tmp_path / name / "model/model.safetensors") for name in ("whole", "stopped")
    )
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert torch.equal(value, other[name]), name
    rows = [
        [json.loads(line) for line in (tmp_path / name / "history.jsonl").read_text().splitlines()]
        for name in ("whole", "stopped")
    ]
    assert [row["images_seen"] for row in rows[0]] == [10, 20]
    assert [row["images_seen"] for row in rows[1]] == [10, 20]
    for name in ("loss", "training_loss"):
        assert rows[0][1][name] == rows[1][1][name], name


def test_a_loss_that_is_not_finite_in_another_process_ends_the_run_before_the_step(
    data, tmp_path, monkeypatch
):
    alone = run(SMALL, data, tmp_path)
    before = [value.detach().clone() for value in alone.network.parameters()]
    monkeypatch.setattr(Accelerator, "reduce", lambda self, loss, how: loss * torch.nan)
    with pytest.raises(GcbookError, match="found nan at image 0: training has diverged"):
        alone.run()
    assert all(map(torch.equal, alone.network.parameters(), before))


@pytest.mark.parametrize(
    ("folder", "options", "says"),
    [
        ("nowhere", {}, "expected a folder with a folder of images"),
        ("empty class", {}, "dog"),
        ("other classes", {}, r"found in one of them alone dog, emu\."),
        ("more images", {}, "expected a run with images 11, found one with images 10"),
        ("renamed class", {}, "expected a run with classes, their SHA-256 "),
        ("same", {"device": "cuda:1"}, "expected auto, cpu or"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(data, tmp_path, folder, options, says):
    run(SMALL, data, tmp_path / "run").run(until=4)
    other = tmp_path / folder
    if folder != "nowhere":
        shutil.copytree(data, other)
    if folder == "empty class":
        (other / "val/dog").mkdir()
    if folder == "other classes":
        shutil.copytree(other / "val/cat", other / "val/dog")
        shutil.copytree(other / "train/cat", other / "train/emu")
    if folder == "more images":
        shutil.copy(data / "train/cat/00.png", other / "train/cat/9.png")
    if folder == "renamed class":
        for part in ("train", "val"):
            (other / part / "cat").rename(other / part / "dog")
    with pytest.raises(GcbookError, match=says):
        run(SMALL, other, tmp_path / "run", **options)


@pytest.mark.parametrize("workers", [0, 1])
def test_an_image_that_cannot_be_read_is_named_alone_and_the_state_is_kept(data, tmp_path, workers):
    broken = tmp_path / "data"
    shutil.copytree(data, broken)
    order = torch.Generator().manual_seed(key_of(SMALL.seed, 0, ORDER))
    last = int(torch.randperm(10, generator=order)[-1])
    bad = broken / "train" / ("bear", "cat")[last // 5] / f"{last % 5:02}.png"
    bad.write_bytes(bad.read_bytes()[:100])
    plan = replace(SMALL, batch_size=2)
    with pytest.raises(InputError) as error:
        run(plan, broken, tmp_path / "run", workers=workers).run()
    said = str(error.value)
    assert said.startswith(f"{bad}: expected an image")
    assert "Traceback" not in said
    shutil.copy(data / bad.relative_to(broken), bad)
    mended = run(plan, broken, tmp_path / "run")
    assert 0 < mended.done < 10
    mended.run()
    assert mended.done == 20


def test_it_learns_and_the_scorer_reads_what_it_wrote(data, tmp_path):
    # Batches of one size, and enough of them for the norms' running means to settle.
    plan = replace(SMALL, noise=False, epochs=12, batch_size=5, learning_rate=0.001)
    model = trained(plan, data, tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert rows[-1]["accuracy"] == 1
    record = json.loads((model / "training.json").read_text())
    assert record["train_images"] == 10
    assert record["machines"] == [{"from_image": 0, "devices": 1, "precision": "no"}]
    assert record["history"] == rows
    classifier = load_classifier(model, labels=("bear", "cat"))
    shown = [np.full((32, 32, 3), grey / 255, np.float32) for grey in (50, 200)]
    nll = classifier.measure(classifier.prepare(shown), [], None, "none")["nll"]
    assert nll.argmin(1).tolist() == [0, 1]


@pytest.mark.nightly
def test_the_command_trains_a_resnet50(tmp_path, capsys, monkeypatch):
    plan = replace(RESNETS["resnet50-noise"], crop_size=64)
    monkeypatch.setitem(RESNETS, "resnet50-noise", plan)
    rng = np.random.default_rng(0)
    for part in ("train", "val"):
        for name in CATEGORIES:
            (tmp_path / part / name).mkdir(parents=True)
        pixels = rng.integers(0, 256, (64, 64, 3), np.uint8)
        for name in CATEGORIES:
            Image.fromarray(pixels).save(tmp_path / part / name / "1.png")
    command = ["train", "resnet50-noise", "--data", tmp_path, "-o", tmp_path / "run"]
    command += ["--epochs", 1, "--batch-size", 16, "--workers", 0, "--device", "cpu"]
    assert call(capsys, *command) == (0, f"resnet50-noise is in {tmp_path / 'run/model'}")
    classifier = load_classifier(tmp_path / "run/model", noise="sqrt")
    assert classifier.labels == CATEGORIES
    assert classifier.describe()["format"] == "torchvision resnet50"
    for wrong, says in (
        (["train", "resnet50", "-o", tmp_path / "r"], "expected --data"),
        (["train", "resnet50", "--steps", 3, "-o", tmp_path / "r"], "takes --epochs"),
        (["train", "mini-cnn", "--data", tmp_path, "-o", tmp_path / "r"], "takes no --data"),
    ):
        status, said = call(capsys, *wrong)
        assert status == 2
        assert says in said


def call(capsys, *arguments):
    """Status, and what was said before the next step or of the mistake."""
    status, out, err = command.call(capsys, *arguments)
    return status, out.partition(";")[0] or err
