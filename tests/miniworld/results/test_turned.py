"""Turned images, reconstructed by models that keep what they are shown or set it upright."""

import numpy as np
import pytest
import torch
from tiny.shipped import use_data

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.miniworld.results import turned
from gcbook.miniworld.results.ambiguous import prompt_of
from gcbook.miniworld.results.turned import (
    QUARTERS,
    STRENGTHS,
    TURNED,
    make_turned,
    read_turned,
    turned_models,
)
from gcbook.miniworld.testsets import make_test_set
from gcbook.noise.schedules import CosineSchedule
from gcbook.paper.categories import CATEGORIES

PROMPTS = [prompt_of(name) for name in CATEGORIES]
STIMULI = [each for each in make_test_set("rotation") if each.category == "cat"]
UPRIGHT = [each for each in STIMULI if each.condition == "0"]


def keeps(x, t, label):
    return x


def upright_cat(x, t, label):
    """Whatever is shown, the first cat of the set, upright."""
    picture = 2 * UPRIGHT[0].read() - 1
    return x.new_tensor(picture.transpose(2, 0, 1)).expand_as(x)


def as_told(x, t, label):
    """A cat under its prompt, and grey under any other."""
    told = (label == CATEGORIES.index("cat"))[:, None, None, None]
    return torch.where(told, upright_cat(x, t, label), 0.0)


def model(denoise):
    return DiffusionClassifier(denoise, CosineSchedule(), labels=PROMPTS, name="m")


@pytest.fixture
def judge(monkeypatch):
    """Names a cat with a probability that falls with the distance to the upright one."""
    upright = [each.read().mean(-1) for each in UPRIGHT]

    def says(images):
        far = [min(np.abs(each - one).mean() for one in upright) for each in images]
        found = np.zeros((len(images), 19))
        found[:, CATEGORIES.index("cat")] = np.exp(-20 * np.array(far))
        return found

    monkeypatch.setattr(turned, "judge_pictures", says)


@pytest.mark.usefixtures("judge")
def test_what_is_set_upright_is_a_cat_as_it_lies_and_not_when_turned_back():
    rows = make_turned(model(upright_cat), STIMULI)
    assert len(rows) == len(STIMULI) * (1 + len(STRENGTHS))
    assert set(rows["condition"]) == set(QUARTERS)
    shown = rows[(rows["strength"] == 0)]
    # The image itself: turned back it is upright.
    assert np.allclose(shown["back"], 1, atol=1e-3)
    assert (shown.loc[shown["condition"] != "0", "lying"] < 0.9).all()
    made = rows[(rows["strength"] > 0) & (rows["condition"] != "0")]
    assert np.allclose(made["lying"], 1, atol=1e-3)
    assert (made["back"] < 0.9).all()
    upright = rows[rows["condition"] == "0"]
    assert np.allclose(upright["back"], upright["lying"])


@pytest.mark.usefixtures("judge")
def test_a_wrong_prompt_tells_what_the_prompt_draws():
    rows = make_turned(model(as_told), STIMULI)
    assert (rows["wrong"] != rows["category"]).all()
    assert set(rows["wrong"]) <= set(CATEGORIES)
    assert rows["wrong"].nunique() > 1
    poses = rows.assign(image=rows["image_id"].str.rpartition("-")[0])
    assert (poses.groupby("image")["wrong"].nunique() == 1).all()
    shown, made = rows[rows["strength"] == 0], rows[rows["strength"] > 0]
    for name in ("back", "lying"):
        assert (shown[name] == shown[f"wrong_{name}"]).all()
    assert np.allclose(made["lying"], 1, atol=1e-3)
    assert (made["wrong_lying"] < 0.5).all()
    some = make_turned(model(as_told), STIMULI[-1:])
    assert some["wrong"].iloc[0] == rows["wrong"].iloc[-1]


@pytest.mark.usefixtures("judge")
def test_noise_is_the_same_for_all_poses_of_an_image(monkeypatch):
    seen = []
    real = turned.reconstruct

    def spy(*args, **kwargs):
        seen.append(kwargs["name"])
        return real(*args, **kwargs)

    monkeypatch.setattr(turned, "reconstruct", spy)
    make_turned(model(keeps), STIMULI)
    assert len(set(seen)) == len(STIMULI) / len(QUARTERS)


@pytest.mark.usefixtures("judge")
def test_tables_are_read_as_they_were_made(tmp_path, monkeypatch):
    folder = use_data(tmp_path, monkeypatch, ["illusions"]) / "illusions"
    assert turned_models(["m", "n"]) == ()
    (folder / "m").mkdir()
    make_turned(model(upright_cat), STIMULI).to_parquet(folder / "m" / TURNED)
    assert turned_models(["m", "n"]) == ("m",)
    assert read_turned("m").equals(make_turned(model(upright_cat), STIMULI))
