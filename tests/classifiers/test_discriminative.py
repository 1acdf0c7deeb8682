"""Networks that name what they see: means of class probabilities, by hand and by the libraries."""

import json

import numpy as np
import pytest
import torch
from tiny import images

from gcbook.classifiers.discriminative import category_log_probs, class_indices
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.protocol import Draw
from gcbook.files.errors import DataNotFoundError, InputError
from gcbook.paper.categories import CATEGORIES, IMAGENET_CLASSES, imagenet_classes, imagenet_indices


def pictures(n, size=224):
    """Random images in [0, 1]."""
    return list(np.random.default_rng(0).random((n, size, size, 3), dtype=np.float32))


def nll(classifier, batch):
    """Negative log-likelihoods (N, classes) of images."""
    x = classifier.prepare(batch)
    return classifier.measure(x, [Draw(0)] * len(batch), None, "none")["nll"]


def test_a_category_gets_the_mean_of_its_classes_probabilities():
    logits = torch.randn(3, IMAGENET_CLASSES, generator=torch.Generator().manual_seed(0)) * 5
    table = imagenet_indices()
    found = category_log_probs(logits, list(table.values())).exp()
    p = np.exp(logits.double().numpy())
    p /= p.sum(1, keepdims=True)
    for column, (category, indices) in enumerate(table.items()):
        by_hand = p[:, list(indices)].mean(1)
        assert np.allclose(found[:, column], by_hand, rtol=1e-4), category


def test_hopeless_classes_keep_a_finite_order():
    logits = torch.full((1, IMAGENET_CLASSES), -400.0)
    logits[0, 0] = 0
    logits[0, 404] = -300
    found = category_log_probs(logits, list(imagenet_indices().values()))
    assert torch.isfinite(found).all()
    assert CATEGORIES[int(found.argmax())] == "airplane"


def test_transformers_resnet_equals_its_own_probabilities(tmp_path):
    from transformers import AutoModelForImageClassification

    folder = images.resnet(tmp_path / "tiny-resnet")
    classifier = load_classifier(folder)
    batch = pictures(3)
    with torch.inference_mode():
        model = AutoModelForImageClassification.from_pretrained(folder).eval()
        p = model(classifier.prepare(batch)).logits.softmax(1).double()
    expected = torch.stack([p[:, list(i)].mean(1) for i in imagenet_indices().values()], 1)
    assert torch.allclose(nll(classifier, batch).double(), -expected.log(), rtol=1e-4)
    assert classifier.name == "tiny-resnet"
    assert (classifier.joint, classifier.deterministic, classifier.measures) == (
        True,
        True,
        ("nll",),
    )


def test_a_network_that_answers_with_the_categories_is_taken_at_its_word(tmp_path):
    from safetensors.torch import load_file
    from torchvision.models import resnet18

    folder = images.cnn16(tmp_path)
    classifier = load_classifier(folder)
    batch = pictures(2, 64)
    names = list(json.loads((folder / "config.json").read_text())["id2label"].values())
    model = resnet18(num_classes=len(names))
    model.load_state_dict(load_file(folder / "model.safetensors"))
    x = classifier.prepare(batch)
    assert x.shape == (2, 3, 64, 64)
    assert torch.allclose(x, torch.from_numpy(np.stack(batch)).movedim(-1, 1) * 2 - 1, atol=1e-6)
    with torch.inference_mode():
        p = model.eval()(x).softmax(1)
    assert torch.allclose(nll(classifier, batch), -p[:, [names.index(c) for c in CATEGORIES]].log())
    assert (p[:, [names.index(c) for c in images.EXTRA]] > 0).all()


def imagenet_names():
    known = {item.index: item.name for item in imagenet_classes()}
    return [known.get(index, f"class {index}") for index in range(IMAGENET_CLASSES)]


def test_outputs_are_known_by_name_or_by_imagenets_order():
    table = list(imagenet_indices().values())
    assert class_indices(imagenet_names(), CATEGORIES) == table
    assert class_indices([f"LABEL_{i}" for i in range(1000)], CATEGORIES) == table
    synonyms = [f"{name}, or so" for name in imagenet_names()]
    assert class_indices(synonyms, ["bear"]) == [(294, 295, 296, 297)]
    assert class_indices(["Dog ", "lamp", "cat"], ["cat", "dog"]) == [(2,), (0,)]


def test_some_of_imagenets_classes_are_known_by_their_names() -> None:
    names = ["tabby", "Persian cat", "bookcase", "brown bear"]
    assert class_indices(names, ["bear", "cat"]) == [(3,), (0, 1)]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (imagenet_names()[::-1], "in the order of their WordNet ids"),
        ([f"class {i}" for i in range(999)], "found 999 outputs"),
        (["dog", "cat"], "none of them called airplane"),
    ],
)
def test_outputs_that_are_neither_are_refused(names, says):
    with pytest.raises(InputError, match=says):
        class_indices(names, CATEGORIES)


def test_folders_that_do_not_fit_are_refused(tmp_path):
    folder = images.cnn16(tmp_path)
    config = json.loads((folder / "config.json").read_text())
    for change, says in (
        ({"torchvision": "resnet19"}, "near it: resnet18"),
        ({"torchvision": "resnet34"}, "expected the weights of torchvision resnet34"),
        ({"preprocessing": {"crop": 64}}, "fields of TorchvisionPreprocess"),
        ({"id2label": {"1": "dog"}}, "expected id2label"),
    ):
        (folder / "config.json").write_text(json.dumps(config | change))
        with pytest.raises(InputError, match=says):
            load_classifier(folder)


def test_torchvisions_own_weights_from_its_cache(tmp_path, monkeypatch):
    from torchvision.models import resnet18

    model = resnet18()
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    file = tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth"
    file.parent.mkdir(parents=True)
    torch.save(model.state_dict(), file)
    classifier = load_classifier("resnet18")
    batch = pictures(1)
    with torch.inference_mode():
        p = model.eval()(classifier.prepare(batch)).softmax(1)
    assert torch.allclose(nll(classifier, batch)[0, 0], -p[0, 404].log(), atol=1e-4)
    assert classifier.name == "resnet18"
    assert classifier.describe()["format"] == "torchvision resnet18 IMAGENET1K_V1"


def test_inception_is_set_up_as_its_weights_want_it(tmp_path, monkeypatch):
    from torchvision.models import inception_v3

    state = inception_v3(init_weights=False).state_dict()
    file = tmp_path / "hub" / "checkpoints" / "inception_v3_google-0cc3c7bd.pth"
    file.parent.mkdir(parents=True)
    file.touch()
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("torch.hub.load_state_dict_from_url", lambda *args, **kwargs: state)
    classifier = load_classifier("inception-v3")
    preprocess = classifier.preprocess
    assert (preprocess.crop_size, preprocess.resize_size) == (299, 342)
    x = classifier.prepare(pictures(1, 299))
    with torch.inference_mode():
        plain = inception_v3(init_weights=False, transform_input=True)
        plain.load_state_dict(state)
        p = plain.eval()(x).softmax(1)
    assert torch.allclose(nll(classifier, pictures(1, 299))[0, 0], -p[0, 404].log(), atol=1e-4)


def test_without_a_network_the_message_says_what_to_do(tmp_path, monkeypatch):
    from urllib.error import URLError

    def unreachable(*args, **kwargs):
        raise URLError("no network")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("torch.hub.load_state_dict_from_url", unreachable)
    with pytest.raises(DataNotFoundError, match=r"Fetch https.*checkpoints/alexnet.*GCBOOK_MODELS"):
        load_classifier("alexnet")
