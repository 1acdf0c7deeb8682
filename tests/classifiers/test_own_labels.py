"""A CSV says which category each output of a network is."""

import numpy as np
import pytest
import torch
from tiny import images

from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.own_labels import read_own_labels
from gcbook.classifiers.protocol import Draw
from gcbook.files.errors import InputError
from gcbook.paper.categories import CATEGORIES

OUTPUTS = ["Tabby", "Persian cat", "beagle", "teapot", "Tabby II"]


def written(tmp_path, text):
    file = tmp_path / "labels.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_outputs_by_name_or_number(tmp_path):
    text = "\ufefflabel,category,note\ntabby,cat,x\npersian CAT,cat,\n2,dog,by number\n"
    assert read_own_labels(written(tmp_path, text), OUTPUTS, ("dog", "cat")) == [(2,), (0, 1)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "columns label and category, found nothing"),
        ("name,category\n", "columns label and category, found name, category"),
        ("label,category\ntaby,cat\n", "line 2: label: .* found 'taby'. Near it: tabby"),
        ("label,category\n5,cat\n", "line 2: label: .* 5 outputs.* found '5'"),
        ("label,category\nbeagle,hound\n", "line 2: category: expected one of dog, cat; found 'h"),
        ("label,category\nbeagle,dog\n2,cat\n", "line 3: expected every output once.* is dog"),
        ("label,category\nbeagle,dog\n", "found none for cat"),
        ("label,category\nbeagle\n", "line 2: category: .* found ''"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, text, says):
    with pytest.raises(InputError, match=says):
        read_own_labels(written(tmp_path, text), OUTPUTS, ("dog", "cat"))


def test_a_network_of_other_classes_answers_with_the_categories(tmp_path):
    names = [f"kind {index}" for index in range(40)]
    folder = images.resnet(tmp_path / "model", names=names, size=32)
    with pytest.raises(InputError, match="--categories FILE"):
        load_classifier(folder)
    rows = [f"kind {39 - k},{label}\n{k},{label}" for k, label in enumerate(CATEGORIES)]
    file = written(tmp_path, "\n".join(["label,category", *rows]))
    classifier = load_classifier(folder, categories=file)
    batch = list(np.random.default_rng(0).random((2, 32, 32, 3), dtype=np.float32))
    x = classifier.prepare(batch)
    found = classifier.measure(x, [Draw(0)] * 2, None, "none")["nll"]

    from transformers import AutoModelForImageClassification

    with torch.inference_mode():
        p = AutoModelForImageClassification.from_pretrained(folder).eval()(x).logits.softmax(1)
    for k in range(len(CATEGORIES)):
        assert torch.allclose(found[:, k], -(p[:, [k, 39 - k]].mean(1)).log(), atol=1e-4)
    assert classifier.describe()["outputs"][0] == [39, 0]
