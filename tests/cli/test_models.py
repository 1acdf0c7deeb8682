"""The command that lists the models."""

import json

import pytest
from tiny import command

from gcbook.classifiers.zoo import zoo


@pytest.fixture(autouse=True)
def no_models(monkeypatch, tmp_path):
    monkeypatch.delenv("GCBOOK_MODELS_DIR", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr("huggingface_hub.file_download.constants.HF_HUB_CACHE", str(tmp_path))


def call(capsys, *arguments):
    return command.call(capsys, "models", *arguments)


def test_all_models_are_listed_in_aligned_columns(capsys):
    status, out, err = call(capsys)
    lines = out.splitlines()
    assert (status, err) == (0, "")
    assert [line.split()[0] for line in lines[1:]] == list(zoo())
    column = lines[0].index("at hand")
    assert {line[column - 2 : column] for line in lines} == {"  "}
    others = [line for line in lines[1:] if not line.startswith("mini-")]
    assert all(line[column:].startswith("no; ") for line in others)
    cnn = next(line for line in lines if line.startswith("mini-cnn "))
    assert cnn[column:].startswith("yes")
    row = next(line for line in lines if line.startswith("if-i-xl"))
    assert "Imagen" in row
    assert "4.3 B" in row
    assert "accept the licence, then hf download DeepFloyd/IF-I-XL-v1.0" in row


def test_json_holds_the_same_models(capsys):
    by_name = {entry["name"]: entry for entry in json.loads(call(capsys, "--json")[1])}
    assert list(by_name) == list(zoo())
    assert by_name["sd-1.4"]["prediction"] == "epsilon"
    assert by_name["resnet50"]["evaluations_per_image"] == "1"
    assert by_name["sd-1.4"]["evaluations_per_image"] == "draws x classes"


def test_one_model_with_all_that_is_known(capsys):
    status, out, _ = call(capsys, "dit-xl-2-256")
    assert status == 0
    facts = dict(line.split("  ", 1) for line in out.splitlines())
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    assert facts["source"] == "facebook/DiT-XL-2-256@refs/pr/1"
    assert facts["parameters"] == "675,000,000"
    assert facts["at hand"] == "-"
    assert "stands for" not in facts
    assert json.loads(call(capsys, "dit-xl-2-256", "--json")[1])["licence"] == "CC BY-NC 4.0"


def test_a_name_that_is_almost_one_is_asked_about(capsys):
    status, out, err = call(capsys, "sd1.4")
    assert (status, out) == (2, "")
    assert "Did you mean sd-1.4" in err


def test_formats_are_listed_with_what_they_take(capsys):
    status, out, err = call(capsys, "--formats")
    assert (status, err) == (0, "")
    row = next(line for line in out.splitlines() if line.startswith("FLUX.1"))
    assert "FluxPipeline" in row
    assert row.endswith("template resolution")
    rows = json.loads(call(capsys, "--formats", "--json")[1])
    assert "timm:NAME" in {row["name"] for row in rows}
    status, _, err = call(capsys, "sd-1.4", "--formats")
    assert status != 0
    assert "leave out one" in err
