"""Scores that are not those of the shipped model are noticed."""

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from tiny.gaussian import class_means, gaussian_classifier
from tiny.made import set_of
from tiny.shipped import ship_model, use_data
from tiny.stores import rewrite

from gcbook.files.manifest import DATA
from gcbook.miniworld.results.shipped import folder_of
from gcbook.noise.schedules import CosineSchedule
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings

TOOL = Path(__file__).resolve().parents[1] / "tools" / "check_scores.py"
MODEL, FOLDER = "mini-cnn", folder_of("mini-cnn")


@pytest.fixture(scope="module")
def tool():
    found = importlib.util.spec_from_file_location("check_scores", TOOL)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A copy of one model and its scores of one set, to plant faults in."""
    original = DATA.folder
    folder = use_data(tmp_path, monkeypatch)
    for part in (f"models/{FOLDER}", f"scores/{FOLDER}/texture"):
        shutil.copytree(original / part, folder / part)
    return folder


def plant(data, change, table="scores"):
    rewrite(data / "scores" / FOLDER / "texture" / f"{table}.parquet", change)


def scaled(factor, row=7):
    def change(scores):
        scores.loc[row, "nll"] = (scores.loc[row, "nll"] + 1e-3) * factor
        return scores

    return change


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (lambda scores: scores.assign(nll=scores["nll"] * 1.0005), 0),
        (scaled(1.05), 1),
        (lambda scores: scores.drop(index=7), 1),
    ],
    ids=["rounding", "one score", "a missing score"],
)
def test_each_score_that_differs_is_found(tool, data, change, number):
    plant(data, change)
    table = tool.rescore(MODEL, ["texture"], 1000, 1, 0)
    assert len(table) == 160 * 16
    wrong = tool.differing(table)
    if table["same_image"].all():
        assert len(wrong) == number
    assert len(wrong) >= number


def test_images_of_another_rounding_may_differ_more_but_not_much(tool, data):
    plant(data, lambda images: images.assign(sha256="other"), "images")
    plant(data, scaled(1.05))
    assert tool.differing(tool.rescore(MODEL, ["texture"], 1000, 1, 0)).empty
    plant(data, lambda scores: scores.assign(nll=scores["nll"] * 1.5 + 0.2))
    assert len(tool.differing(tool.rescore(MODEL, ["texture"], 4, 1, 0))) > 32


def test_other_weights_are_noticed(tool, data):
    path = data / "models" / FOLDER / "model.safetensors"
    weights = load_file(path)
    name = next(name for name in weights if name.startswith("classifier") and "weight" in name)
    weights[name] = weights[name] * np.array(1.2, dtype=weights[name].dtype)
    save_file(weights, path, {"format": "pt"})
    assert len(tool.differing(tool.rescore(MODEL, ["texture"], 12, 1, 0)))


def test_the_first_draws_are_compared_with_their_times(tool, tmp_path, monkeypatch):
    folder = use_data(tmp_path, monkeypatch)
    ship_model(folder, "mini-pixel")
    classifier = gaussian_classifier(CosineSchedule(), class_means(16, 32))
    monkeypatch.setattr(tool, "load_classifier", lambda *_, **__: classifier)
    place = folder / "scores" / folder_of("mini-pixel") / "texture"
    settings = ScoringSettings(draws=4, device="cpu")
    score(set_of("texture").first(8), classifier, settings, place, progress="silent")
    table = tool.rescore("mini-pixel", ["texture"], 3, 2, 0)
    assert set(table["measure"]) == {"error_l2", "error_l1", "t", "log_snr"}
    assert set(table["draw"]) == {0, 1}
    assert len(table) == 3 * 2 * 16 * 4
    assert tool.differing(table).empty
    rewrite(place / "scores.parquet", lambda scores: scores.assign(t=scores["t"] + 0.01))
    changed = tool.differing(tool.rescore("mini-pixel", ["texture"], 3, 2, 0))
    assert set(changed["measure"]) == {"t"}
