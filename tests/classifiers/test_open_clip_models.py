"""OpenCLIP's models, with random weights, against their own forward pass."""

import json
import sys

import numpy as np
import pytest
import torch
from tiny import images

from gcbook.classifiers.load import load_classifier, name_of
from gcbook.classifiers.prompts import make_prompts
from gcbook.classifiers.protocol import Draw
from gcbook.files.errors import InputError
from gcbook.paper.categories import CATEGORIES


@pytest.fixture(params=[False, True], ids=["clip", "siglip"])
def folder(request, tmp_path):
    pytest.importorskip("open_clip", reason="OpenCLIP is not installed (gcbook[open-clip])")
    return images.open_clip_model(tmp_path / "model", sigmoid=request.param)


def test_it_answers_as_the_model_does(folder):
    import open_clip

    model = open_clip.create_model(f"local-dir:{folder}").eval()
    tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")
    classifier = load_classifier(folder, ensemble=False)
    batch = list(np.random.default_rng(0).random((2, 32, 32, 3), dtype=np.float32))
    x = classifier.prepare(batch)
    mean, std = torch.tensor([0.48, 0.46, 0.41]), torch.tensor([0.27, 0.26, 0.28])
    pixels = ((torch.from_numpy(np.stack(batch)) - mean) / std).movedim(-1, 1)
    assert torch.allclose(x, pixels, atol=1e-5)
    with torch.inference_mode():
        image, text, scale, *bias = model(pixels, tokenizer(make_prompts(CATEGORIES)))
        logits = scale * image @ text.T + (bias[0] if bias else 0)
    expected = logits.sigmoid().log() if bias else logits.log_softmax(1)
    found = classifier.measure(x, [Draw(0)] * 2, None, "none")["nll"]
    assert torch.allclose(found, -expected, atol=1e-4)
    assert found.std(1).min() > 1e-3


def test_weights_of_another_library_do_not_count(folder):
    before = load_classifier(folder).describe()
    (folder / "model.safetensors").write_bytes(b"of another library")
    assert load_classifier(folder).describe() == before
    config = json.loads((folder / "open_clip_config.json").read_text())
    config["preprocess_cfg"]["mean"] = [0.5, 0.5, 0.5]
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    assert load_classifier(folder).describe()["weights"] != before["weights"]


@pytest.mark.parametrize(
    ("entry", "value", "says"),
    [
        ("text_cfg", {"hf_model_name": "someone/bert"}, "found hf_model_name, which would be fe"),
        ("vision_cfg", {"timm_model_name": "hf-hub:someone/x"}, "found hf-hub:someone/x, which"),
        ("vision_cfg", {"layers": 9}, "the weights of the model in open_clip_config.json"),
        ("vision_cfg", {"layers": 9000}, "one of a much larger network"),
    ],
)
def test_what_does_not_fit_is_refused(folder, entry, value, says):
    config = json.loads((folder / "open_clip_config.json").read_text())
    config["model_cfg"][entry] |= value
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match=says):
        load_classifier(folder)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ViT-B-33/openai", "no model 'ViT-B-33'.* Near it: ViT-B-32"),
        ("ViT-B-32/mine", "one of openai, .* found 'mine'"),
        ("ViT-B-32", "one of openai, .* found ''"),
    ],
)
def test_a_name_that_is_none_is_answered_with_near_ones(name, says):
    pytest.importorskip("open_clip", reason="OpenCLIP is not installed (gcbook[open-clip])")
    with pytest.raises(InputError, match=says):
        load_classifier(f"open_clip:{name}")


def test_a_name_leads_to_the_hub(monkeypatch):
    pytest.importorskip("open_clip", reason="OpenCLIP is not installed (gcbook[open-clip])")
    asked = []

    def located(name, weights):
        asked.append((name, weights))
        raise InputError("stop")

    monkeypatch.setattr("gcbook.classifiers.open_clip_models.locate_model", located)
    with pytest.raises(InputError, match="stop"):
        load_classifier("open_clip:ViT-B-32/laion2b_s34b_b79k")
    assert asked == [("laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "open_clip_model.safetensors")]


def test_an_observer_is_called_by_model_and_weights():
    assert name_of("open_clip:ViT-B-32/laion2b_s34b_b79k") == "ViT-B-32-laion2b_s34b_b79k"


def test_without_the_library_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "open_clip", None)
    with pytest.raises(InputError, match=r"pip install 'gcbook\[open-clip\]'"):
        load_classifier("open_clip:ViT-B-32/openai")
