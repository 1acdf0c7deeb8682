"""The zoo: every entry is valid, and says of itself only what the rest of the package knows."""

import json
from pathlib import Path

import pytest
import yaml

from gcbook.classifiers import discriminative
from gcbook.classifiers import zoo as module
from gcbook.classifiers.zoo import (
    COSTS,
    PAPER_SYSTEMS,
    at_hand,
    find_entry,
    system_titles,
    zoo,
)


@pytest.fixture(autouse=True)
def no_models(monkeypatch, tmp_path):
    monkeypatch.delenv("GCBOOK_MODELS_DIR", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))


def test_every_stand_in_stands_for_a_system_of_the_paper():
    from gcbook.paper.published import published_models

    keys = set(published_models()["key"]) | set(PAPER_SYSTEMS)
    stands_for = {entry.stands_for for entry in zoo().values()} - {""}
    assert stands_for <= keys
    assert {"imagen", "stable_diffusion", "parti", "muse", "clip"} <= stands_for
    assert set(system_titles()) == keys


def test_networks_of_the_public_trials_are_called_as_there():
    from gcbook.paper.observers import known_networks

    trials = {entry.trials for entry in zoo().values()} - {""}
    assert trials <= set(known_networks()["observer"])


@pytest.mark.parametrize("name", [n for n, e in zoo().items() if e.source.torchvision])
def test_torchvisions_facts_are_torchvisions(name):
    from torchvision.models import get_model_weights

    entry = find_entry(name)
    weights = {w.name: w for w in get_model_weights(entry.source.torchvision)}
    chosen = weights[entry.source.weights]
    assert chosen.url.rsplit("/", 1)[-1] == entry.source.file
    assert chosen.meta["num_params"] == entry.parameters
    assert chosen.transforms().crop_size == [entry.resolution]
    assert chosen.meta["_file_size"] / 953.7 == pytest.approx(entry.download_gb, rel=0.1)


def test_costs_are_those_of_the_adapters():
    from gcbook.classifiers.autoregressive import AutoregressiveClassifier
    from gcbook.classifiers.diffusion import DiffusionClassifier
    from gcbook.classifiers.masked import MaskedBound

    for kind, adapter in {
        "diffusion": DiffusionClassifier,
        "autoregressive": AutoregressiveClassifier,
        "masked": MaskedBound,
        "clip": discriminative.DiscriminativeClassifier,
        "discriminative": discriminative.DiscriminativeClassifier,
    }.items():
        assert (COSTS[kind].joint, COSTS[kind].deterministic) == (
            adapter.joint,
            adapter.deterministic,
        )
        assert adapter.evaluations == 1


@pytest.mark.parametrize("name", zoo())
def test_an_entry_says_where_it_comes_from_and_what_it_is(name):
    entry = find_entry(name)
    source = entry.source
    assert sum(map(bool, (source.hub, source.torchvision, source.package))) == 1
    assert source.hub or not source.revision
    assert bool(source.torchvision) == bool(source.weights) == bool(source.file)
    assert entry.stands_for if entry.same else entry.differs
    assert entry.kind == "diffusion" or not entry.prediction
    assert source.package or entry.checked


def test_every_name_is_there_once():
    file = Path(module.__file__).with_name("zoo.yaml")
    names = [values["name"] for values in yaml.safe_load(file.read_text(encoding="utf-8"))]
    assert names == list(zoo())


def test_a_folder_of_models_is_looked_into_first(tmp_path, monkeypatch):
    monkeypatch.setenv("GCBOOK_MODELS_DIR", str(tmp_path))
    for name in ("mini-cnn", "CompVis--stable-diffusion-v1-4", "amused/amused-256"):
        (tmp_path / name).mkdir(parents=True)
    for entry, folder in (
        ("mini-cnn", "mini-cnn"),
        ("sd-1.4", "CompVis--stable-diffusion-v1-4"),
        ("amused-256", "amused/amused-256"),
    ):
        place = at_hand(find_entry(entry))
        assert (place.where, place.path) == ("models folder", tmp_path / folder)
    assert at_hand(find_entry("amused-512")) is None


def test_the_hubs_cache_counts_only_with_weights(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.file_download.constants.HF_HUB_CACHE", str(tmp_path))
    entry = find_entry("clip-vit-l-14")
    repository = tmp_path / "models--openai--clip-vit-large-patch14"
    snapshot = repository / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc")
    (snapshot / "config.json").write_text(json.dumps({}))
    assert at_hand(entry) is None
    (snapshot / "model.safetensors").touch()
    place = at_hand(entry)
    assert (place.where, place.path) == ("Hugging Face cache", snapshot)


def test_torchs_cache_is_where_torch_has_it(tmp_path):
    import torch

    entry = find_entry("resnet50")
    assert at_hand(entry) is None
    file = tmp_path / "torch" / "hub" / "checkpoints" / "resnet50-0676ba61.pth"
    assert str(file.parent.parent) == torch.hub.get_dir()
    file.parent.mkdir(parents=True)
    file.touch()
    assert at_hand(entry).path == file
