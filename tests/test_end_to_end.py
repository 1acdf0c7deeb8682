"""From the command line to a row of the benchmark, for a tiny model of every on-disk format."""

import contextlib
from functools import partial

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tiny import diffusion, images, tokens

from gcbook import cli
from gcbook.paper.categories import CATEGORIES
from gcbook.trials.table import read_trials, write_trials

FORMATS = {
    "stable-diffusion": (diffusion.stable_diffusion, ["--draws", "2"]),
    "deep-floyd": (diffusion.deep_floyd, ["--draws", "2"]),
    "stable-diffusion-3": (diffusion.stable_diffusion_3, ["--draws", "2"]),
    "stable-diffusion-xl": (
        partial(diffusion.build, "sdxl"),
        ["--draws", "2"],
    ),
    "flux": (
        partial(diffusion.build, "flux-dev"),
        ["--draws", "1", "--resolution", "32"],
    ),
    "t5-vq": (tokens.t5_vq, []),
    "amused-bound": (tokens.amused, ["--draws", "2", "--method", "bound"]),
    "amused-regenerate": (
        tokens.amused,
        ["--draws", "1", "--method", "regenerate", "--steps", "2"],
    ),
    "clip": (images.clip, []),
    "siglip": (images.siglip, []),
    "resnet": (images.resnet, []),
}


@pytest.fixture(scope="module")
def stimuli(tmp_path_factory):
    """Six cue-conflict images of noise, in the layout of the published ones."""
    folder = tmp_path_factory.mktemp("images") / "cue-conflict"
    rng = np.random.default_rng(0)
    for shape, texture in [
        ("cat", "dog"),
        ("dog", "cat"),
        ("car", "clock"),
        ("oven", "bear"),
        ("bird", "boat"),
        ("boat", "bird"),
    ]:
        path = folder / shape / f"{shape}1-{texture}2.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (40, 40, 3), np.uint8)).save(path)
    return folder


def run(*arguments):
    """Run a command; it must end well."""
    with contextlib.suppress(SystemExit):
        cli.main([str(argument) for argument in arguments])


AT_EVERY_CHANGE = ("stable-diffusion", "t5-vq", "resnet")
"""Formats that are tried at every change, one a kind of classifier; the others at night."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in AT_EVERY_CHANGE else pytest.mark.nightly)
        for name in FORMATS
    ],
)
def test_weights_to_benchmark(name, stimuli, tmp_path, capsys):
    build, options = FORMATS[name]
    model = tmp_path / name
    build(model)
    store, results = tmp_path / "store", tmp_path / "results"

    run("score", model, stimuli, "-o", store, "--batch-size", "32", *options)
    run("decide", store, "-o", results)

    trials = read_trials(results)
    assert set(trials["observer"]) == {name}
    assert set(trials["imagename"]) == {path.name for path in stimuli.rglob("*.png")}
    assert trials["response"].isin(CATEGORIES).all()
    assert (trials["category"] == trials["imagename"].str.extract(r"^([a-z]+)\d")[0]).all()

    # Two people who saw the same images stand in for the published ones.
    people = [
        trials.assign(observer=f"subject-0{number}", observer_kind="human", response=answers)
        for number, answers in ((1, trials["category"]), (2, np.roll(trials["category"], 1)))
    ]
    write_trials(pd.concat(people), results)
    capsys.readouterr()
    run("benchmark", results, "--datasets", "cue-conflict", "--format", "csv")
    printed = capsys.readouterr().out
    assert name in printed


def test_scores_decide_the_trials(stimuli, tmp_path):
    """The answer in the trials is the class whose raw errors, weighted by hand, are smallest."""
    model, store, results = tmp_path / "model", tmp_path / "store", tmp_path / "results"
    diffusion.stable_diffusion(model)
    run("score", model, stimuli, "-o", store, "--draws", "4", "--seed", "3")
    run("decide", store, "-o", results, "--weighting", "exp:2", "--norm", "l1")

    rows = pd.read_parquet(store / "scores.parquet")
    assert len(rows) == 6 * 16 * 4
    weighted = rows.assign(total=rows["error_l1"] * np.exp(-2 * rows["t"]))
    means = weighted.groupby(["image_id", "label"], observed=True)["total"].mean().unstack()
    trials = read_trials(results).set_index("image_id")["response"]
    assert trials.to_dict() == means.idxmin(axis=1).to_dict()
