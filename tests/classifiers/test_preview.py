"""What is known of a model before it is loaded."""

import json

import pytest

from gcbook.classifiers.preview import check_idle, kind_of
from gcbook.classifiers.weights import MODELS_DIR
from gcbook.files.errors import InputError


@pytest.fixture
def folder(tmp_path):
    model = tmp_path / "models" / "sd-1.4"
    model.mkdir(parents=True)
    (model / "config.json").write_text(json.dumps({"architectures": ["CLIPModel"]}))
    (model / "model.safetensors").write_bytes(bytes(2_500_000))
    return model


def test_a_folder(folder):
    assert kind_of(folder) == "clip"


def test_a_folder_called_as_in_the_zoo_may_hold_another_model(folder, monkeypatch):
    monkeypatch.setenv(MODELS_DIR, str(folder.parent))
    assert kind_of("sd-1.4") == "clip"


def test_a_name_of_the_zoo_that_is_not_here(monkeypatch, tmp_path):
    for name in (MODELS_DIR, "HF_HUB_CACHE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr("gcbook.classifiers.preview.at_hand", lambda entry: None)
    assert kind_of("sd-1.4") == "diffusion"


def test_what_has_to_be_fetched_to_know():
    assert kind_of("org/name") == ""


@pytest.mark.parametrize(
    ("kind", "method", "idle", "fine"),
    [
        (
            "clip",
            "",
            ["draws", "undecided", "race", "timesteps", "antithetic", "seed", "clip-x0", "norm"],
            [],
        ),
        ("autoregressive", "", ["draws"], []),
        ("masked", "", ["clip-x0", "norm", "weighting"], ["draws", "timesteps", "antithetic"]),
        ("masked", "regenerate", ["clip-x0", "timesteps"], ["draws", "norm", "weighting"]),
        ("diffusion", "", [], ["draws", "clip-x0", "norm", "timesteps"]),
        ("", "", [], ["draws", "clip-x0"]),
    ],
)
def test_options_without_effect(kind, method, idle, fine):
    for name in idle:
        with pytest.raises(InputError, match=f"^--{name}: would change nothing for m"):
            check_idle("m", kind, method, [*fine, name])
    check_idle("m", kind, method, fine)


def test_noise_makes_a_classifier_random():
    check_idle("m", "discriminative", "", ["draws", "seed"], noised=True)
    with pytest.raises(InputError, match="--weighting: would change nothing"):
        check_idle("m", "discriminative", "", ["draws", "weighting"], noised=True)
