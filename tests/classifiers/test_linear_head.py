"""A backbone with a linear head, against transformers' own and by hand."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny import images

from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.protocol import Draw
from gcbook.files.errors import InputError
from gcbook.paper.categories import CATEGORIES

NAMES = (*CATEGORIES[::-1], "camel")
KINDS = {"Dinov2": 0, "Dinov2WithRegisters": 3, "DINOv3ViT": 3}


@pytest.fixture
def batch():
    return list(np.random.default_rng(0).random((2, 28, 28, 3), dtype=np.float32))


def nll(classifier, batch):
    x = classifier.prepare(batch)
    return classifier.measure(x, [Draw(0)] * len(batch), None, "none")["nll"]


@pytest.mark.parametrize("pooling", ["cls", "cls+mean"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_head_sees_what_it_says(tmp_path, batch, kind, pooling):
    from transformers import AutoModel

    folder = images.backbone(tmp_path / "model", kind)
    head = images.linear_head(folder / "head", NAMES, 16 * (1 + ("+" in pooling)), pooling)
    classifier = load_classifier(folder)
    x = classifier.prepare(batch)
    with torch.inference_mode():
        states = AutoModel.from_pretrained(folder).eval()(x).last_hidden_state
    # 4 x 4 patches, behind the class token and the registers.
    assert states.shape[1] == 1 + KINDS[kind] + 16
    pooled = states[:, 0]
    if pooling == "cls+mean":
        pooled = torch.cat([pooled, states[:, -16:].mean(1)], 1)
    state = load_file(head / "model.safetensors")
    log_p = (pooled @ state["weight"].T + state["bias"]).log_softmax(1)
    assert torch.allclose(nll(classifier, batch), -log_p[:, :16].flip(1), atol=1e-4)
    assert classifier.describe()["pooling"] == pooling


def test_it_is_transformers_own_classifier_taken_apart(tmp_path, batch):
    from transformers import Dinov2Config, Dinov2ForImageClassification

    torch.manual_seed(0)
    config = Dinov2Config(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=28,
        patch_size=7,
        id2label=dict(enumerate(NAMES)),
        label2id={name: index for index, name in enumerate(NAMES)},
    )
    whole = Dinov2ForImageClassification(config).eval()
    torch.nn.init.normal_(whole.classifier.weight)
    folder = images.backbone(tmp_path / "parts")
    whole.dinov2.save_pretrained(folder)
    images.linear_head(folder / "head", NAMES, 32, "cls+mean")
    save_file(whole.classifier.state_dict(), folder / "head" / "model.safetensors")
    images.backbone(tmp_path / "whole")
    whole.save_pretrained(tmp_path / "whole")
    found, expected = (load_classifier(tmp_path / name) for name in ("parts", "whole"))
    assert torch.allclose(nll(found, batch), nll(expected, batch), atol=1e-5)


def test_a_head_elsewhere_is_another_model(tmp_path, batch):
    folder = images.backbone(tmp_path / "model")
    heads = [
        images.linear_head(tmp_path / str(seed), NAMES, 16, "cls", seed=seed) for seed in (1, 2)
    ]
    one, other = (load_classifier(folder, head=str(head)) for head in heads)
    assert one.describe()["weights"] == other.describe()["weights"]
    assert one.describe()["head"] != other.describe()["head"]
    assert not torch.allclose(nll(one, batch), nll(other, batch), atol=1e-2)


def no_head(head):
    (head / "config.json").unlink()


def other_pooling(head):
    change(head, pooling="max")


def one_name_short(head):
    change(head, id2label={"0": "cat"})


def wrong_width(head):
    change(head, pooling="cls+mean")


def no_bias(head):
    state = load_file(head / "model.safetensors")
    save_file({"weight": state["weight"]}, head / "model.safetensors")


def not_finite(head):
    state = load_file(head / "model.safetensors")
    save_file(state | {"bias": state["bias"] / 0}, head / "model.safetensors")


def change(head, **entries):
    config = json.loads((head / "config.json").read_text())
    (head / "config.json").write_text(json.dumps(config | entries))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (no_head, "expected a linear head, since Dinov2Model alone names nothing"),
        (other_pooling, "pooling: expected cls or cls.mean, found 'max'"),
        (one_name_short, "a name for each of the 17 outputs"),
        (wrong_width, "expected a weight of 32 features.* found 16"),
        (no_bias, r"expected weight .* and bias \(outputs\)"),
        (not_finite, "expected finite weights"),
    ],
)
def test_a_head_that_does_not_fit_is_refused(tmp_path, damage, says):
    folder = images.backbone(tmp_path / "model")
    damage(images.linear_head(folder / "head", NAMES, 16, "cls"))
    with pytest.raises(InputError, match=says):
        load_classifier(folder)
