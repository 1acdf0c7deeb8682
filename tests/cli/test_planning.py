"""`gcbook plan`: options that arrive, what is printed, early refusals."""

import json

import numpy as np
import pytest
from PIL import Image
from tiny import diffusion
from tiny.command import call

from gcbook.paper.experiments import DATASETS
from gcbook.scoring import plan
from gcbook.scoring.plan import Rate


@pytest.fixture(autouse=True)
def no_models(monkeypatch, tmp_path):
    monkeypatch.delenv("GCBOOK_MODELS_DIR", raising=False)
    monkeypatch.setattr("huggingface_hub.file_download.constants.HF_HUB_CACHE", str(tmp_path))


@pytest.fixture
def measured(monkeypatch):
    """Stands for the probe; what was asked for is in the list."""
    asked = []

    def measured_rate(classifier, batch_size):
        asked.append((classifier.describe()["model"], batch_size))
        return Rate(100.0, 0.0)

    monkeypatch.setattr(plan, "measured_rate", measured_rate)
    return asked


def details(capsys, *arguments):
    status, out, err = call(capsys, "plan", *arguments, "--json")
    assert status == 0, err
    return json.loads(out)


def test_a_model_that_is_elsewhere_on_all_datasets(capsys, measured):
    found = details(capsys, "sd-1.4", "--price-per-hour", "2.5")
    *datasets, every = found["datasets"]
    assert [each["dataset"] for each in datasets] == list(DATASETS)
    assert every["evaluations"] == sum(each["evaluations"] for each in datasets)
    assert every["evaluations"] == pytest.approx(9.3e6, rel=0.01)
    half = found["precisions"]["float16"]
    assert half["hours"] == every["hours"]["float16"] == pytest.approx(8.5, abs=0.5)
    assert half["price"] == pytest.approx(2.5 * half["hours"])
    assert found["precisions"]["float32"]["hours"] == pytest.approx(44, abs=2)
    assert "25% of 989 TFLOP/s" in found["notes"][0]
    assert measured == []


def test_what_is_assumed_can_be_said(capsys, measured):
    usual = details(capsys, "sd-1.4", "edge")
    assert [each["dataset"] for each in usual["datasets"]] == ["edge"]
    assert "price" not in usual["precisions"]["float16"]
    half, whole = (each["precisions"]["float16"]["hours"] for each in (
        details(capsys, "sd-1.4", "edge", "--utilisation", "0.5,0.7"), usual
    ))  # fmt: skip
    assert whole / half == pytest.approx(2, rel=0.05)
    slow = details(capsys, "sd-1.4", "edge", "--tflops", "98.9,6.7")
    assert slow["precisions"]["float16"]["hours"] == pytest.approx(10 * whole)
    other = details(capsys, "sd-1.4", "edge", "--gpu", "a100")
    assert other["precisions"]["float32"]["hours"] == pytest.approx(
        usual["precisions"]["float32"]["hours"] * 67 / 19.5
    )
    raced = details(capsys, "sd-1.4", "edge", "--evaluations-per-image", "51.2")
    assert raced["datasets"][0]["evaluations"] == 0.1 * usual["datasets"][0]["evaluations"]


def test_a_model_at_hand_is_measured_on_the_sets_that_score_takes(capsys, tmp_path, measured):
    folder = tmp_path / "images" / "mine" / "dog"
    folder.mkdir(parents=True)
    for name in "ab":
        Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(folder / f"{name}.png")
    found = details(capsys, "mini-cnn", tmp_path / "images", "--batch-size", 7)
    assert measured == [("mini-cnn", 7)]
    (dataset,) = found["datasets"]
    assert (dataset["dataset"], dataset["images"], dataset["evaluations"]) == ("mine", 2, 2)
    assert dataset["hours"] == {"float32": 2 / 100 / 3600, "float16": None, "bfloat16": None}
    assert dataset["standard_error"] == pytest.approx(np.sqrt(0.25 / 2))
    assert found["tflop_an_evaluation"] is None
    model = diffusion.stable_diffusion(tmp_path / "model")
    found = details(capsys, model, "edge", "--world", "default", "--draws", 2)
    assert found["datasets"][0]["evaluations"] == 32 * found["datasets"][0]["images"]
    assert found["tflop_an_evaluation"] > 0


def test_the_table(capsys, measured):
    status, out, err = call(capsys, "plan", "mini-latent", "edge", "sketch", "--draws", "8")
    assert (status, err) == (0, "measuring mini-latent in float32 on cpu …\n")
    lines = out.splitlines()
    assert lines[0] == "mini-latent, a diffusion model"
    assert lines[1] == (
        "operations: 0.386 GFLOP a network evaluation, 0.0389 GFLOP to encode an image"
    )
    rows = [line.split() for line in lines]
    # 160 and 800 images, 128 evaluations each at 100 a second.
    assert ["edge", "160", "20,480", "0.0569", "–", "–", "0.040"] in rows
    assert ["sketch", "800", "102,400", "0.284", "–", "–", "0.018"] in rows
    assert ["all", "960", "122,880", "0.341", "–", "–", "0.016"] in rows
    assert ["hours", "0.341", "–", "–"] in rows
    assert lines[-3] == ("- hours follow from evaluations a second measured on cpu: 100 in float32")


def test_a_cost_that_is_not_known_is_said(capsys, measured):
    found = details(capsys, "amused-256", "edge")
    assert found["notes"][0].startswith("no hours: ")
    assert found["precisions"]["float16"] == {"hours": None, "memory_gb": None}
    assert found["datasets"][0]["evaluations"] == 160 * 32 * 16
    assert (
        "to measure its rate" in details(capsys, "mini-masked", "edge", "--gpu", "h100")["notes"][0]
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["sd-9"], "sd-9: expected a name of the zoo"),
        (["someone/model"], "Fetch a model of the Hub before"),
        (["sd-1.4", "edge", "edgy"], "edgy: expected a folder or zip"),
        (["sd-1.4", "edge", "all"], "expected every dataset once, found edge twice"),
        (["sd-1.4", "--gpu", "h1000"], "--gpu: expected one of h100, a100; found 'h1000'"),
        (["sd-1.4", "--gpu", "h100", "--tflops", "9"], "leave out --gpu or --tflops"),
        (["sd-1.4", "--tflops", "fast"], "--tflops: expected one number, or one at 16 bits"),
        (["sd-1.4", "--tflops", "1,2,3"], "--tflops: expected one number"),
        (["sd-1.4", "--tflops", "-1"], "peak: expected TFLOP/s above 0"),
        (["sd-1.4", "--utilisation", "2"], "utilisation: expected a fraction"),
        (["sd-1.4", "--evaluations-per-image", "0"], "expected a number above 0"),
        (["mini-cnn", "--device", "cuda:77"], "device: expected one of auto, cpu"),
    ],
)
def test_refused(capsys, measured, arguments, says):
    status, out, err = call(capsys, "plan", *arguments)
    assert (status, out) == (2, "")
    assert says in err
    assert measured == []
