"""Photographs to train on are those of the folder, and what cannot be read is named."""

import shutil
from dataclasses import replace

import pytest
import torch
from PIL import Image

from gcbook.classifiers.load import load_classifier
from gcbook.files.errors import DataNotFoundError, InputError
from gcbook.miniworld.photographs import classes_in
from gcbook.miniworld.training.photographs import names_of, open_photographs
from gcbook.miniworld.training.resnet import RESNETS, ResNetRun
from gcbook.paper.categories import imagenet_classes


def test_photographs_come_with_the_places_of_their_classes(classed):
    classes = classes_in(classed)
    assert [each.wnid for each in classes] == sorted(each.wnid for each in classes)
    pool = open_photographs(classed, "val", classes)
    assert pool.images.shape == (2 * len(classes), 3, 64, 64)
    assert pool.labels.tolist() == [i for i in range(len(classes)) for _ in range(2)]
    with Image.open(classed / "val" / classes[3].wnid / f"{classes[3].wnid}_1.png") as shown:
        assert pool.images[7, :, 5, 9].tolist() == list(shown.getpixel((9, 5)))


def test_a_class_is_called_by_its_name_and_by_its_categorys():
    (tabby,) = (each for each in imagenet_classes() if each.name == "tabby")
    assert names_of([tabby]) == [("tabby", "cat")]


def test_what_is_missing_or_of_another_size_is_named(classed, tmp_path):
    with pytest.raises(DataNotFoundError, match="gcbook fetch photographs"):
        classes_in(tmp_path)
    folder = shutil.copytree(classed, tmp_path / "copy")
    first, second, *_ = classes_in(folder)
    path = next((folder / "val" / second.wnid).iterdir())
    Image.new("RGB", (32, 64)).save(path)
    with pytest.raises(InputError, match=rf"{path.name}: expected .* \(64, 64\); found \(64, 32\)"):
        open_photographs(folder, "val", (first, second))
    shutil.rmtree(folder / "train" / first.wnid)
    (folder / "train" / first.wnid).mkdir()
    with pytest.raises(DataNotFoundError, match=f"photographs of {first.name}"):
        open_photographs(folder, "train", (first, second))


def test_a_network_of_photographs_answers_with_categories(classed, tmp_path):
    plan = replace(RESNETS["photo-cnn"], epochs=1)
    run = ResNetRun(plan, classed, tmp_path / "run", device="cpu", report=lambda line: None)
    run.run()
    shown = tuple(sorted({each.category for each in classes_in(classed)}))
    classifier = load_classifier(run.export(), labels=shown)
    x = torch.rand(2, 3, 64, 64)
    nll = classifier.measure(x, [], None, "none")["nll"]
    with torch.no_grad():
        p = run.networks.eval()(x).logits.softmax(1)
    for place, category in enumerate(shown):
        own = [i for i, each in enumerate(classes_in(classed)) if each.category == category]
        torch.testing.assert_close((-nll[:, place]).exp(), p[:, own].mean(1).to(nll.dtype))
