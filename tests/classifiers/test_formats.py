"""What holds for every format: a score is of its image, draw and class alone."""

import json
import shutil
from functools import cache, partial

import numpy as np
import pytest
import torch
from tiny import diffusion, images, tokens

from gcbook.classifiers.load import load_classifier
from gcbook.noise.draws import DrawRule

PIPELINES = (
    *("sd-epsilon", "sdxl", "sd3-t5", "if", "flux-dev", "pixart-alpha", "pixart-sigma"),
    *("sana", "dit", "unet"),
)
BUILDERS = {
    **{name: partial(diffusion.build, name) for name in PIPELINES},
    "t5-vq": tokens.t5_vq,
    "janus": tokens.janus,
    "amused": tokens.amused,
    "clip": partial(images.clip, size=32),
    "siglip": images.siglip,
    "siglip2": partial(images.siglip, gemma=True),
    "resnet": partial(images.resnet, size=32),
    "cnn16": images.cnn16,
}
OPTIONS = {
    "flux-dev": {"resolution": 32},
    "amused-regenerate": {"method": "regenerate", "steps": 3},
}
# A class that is looked up by its old number is another one, or none; prompts are of other lengths.
CLASSES = ("bear", "bird", "cat"), ("cat", "keyboard", "bird", "bear")
TEXTS = (
    ("a bear", "bird", "a very large bad photo of a cat"),
    ("a very large bad photo of a cat", "a very very very large keyboard .", "bird", "a bear"),
)
OF_CLASSES = ("dit", "unet", "resnet", "cnn16")
NAMES = (*BUILDERS, "amused-regenerate")
BLOCKS = np.random.default_rng(5).random((3, 4, 4, 3), dtype=np.float32)
PICTURES = [np.kron(block, np.ones((10, 9, 1), np.float32)) for block in BLOCKS]

pytestmark = pytest.mark.filterwarnings("ignore::gcbook.classifiers.pipelines.DistilledWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    built = cache(lambda name: BUILDERS[name](tmp_path_factory.mktemp("models") / name))
    return lambda name: built(name.removesuffix("-regenerate"))


def load(folder, name, other=False, **options):
    labels = (CLASSES if name in OF_CLASSES else TEXTS)[other]
    given = {"labels": labels, **OPTIONS.get(name, {}), **options}
    return load_classifier(folder, **given, **({} if name in OF_CLASSES else {"template": "{}"}))


@pytest.fixture(scope="module")
def loaded(folder):
    return cache(lambda name: load(folder(name), name))


def scores(classifier, labels, n=3):
    """Of the first measure, (images, labels), one draw an image, all in one batch."""
    x = classifier.prepare(PICTURES[:n])
    draws = [classifier.draw(f"image {i}", 0, DrawRule(), x[i]) for i in range(n)]
    measure = partial(classifier.measure, clip="none")
    name = classifier.measures[0]
    if classifier.joint:
        return measure(x, draws, None)[name][:, labels]
    rows = [(i, label) for i in range(n) for label in labels]
    asked = torch.tensor([label for _, label in rows])
    found = measure(x[[i for i, _ in rows]], [draws[i] for i, _ in rows], asked)
    return found[name].reshape(n, -1)


def rounding(dtype):
    """What computing otherwise may change, relative to the largest score.

    Each of fifty roundings in a row, about as many as the deepest of these networks has, moves a
    value by half of the dtype's eps at most.
    """
    return 50 * torch.finfo(dtype).eps / 2


def relative(found, expected):
    return float((found - expected).abs().max() / expected.abs().max())


@pytest.mark.parametrize("name", NAMES)
def test_scores_depend_neither_on_the_batch_nor_on_other_classes(folder, loaded, name):
    classifier = loaded(name)
    together = scores(classifier, [0, 1, 2])
    assert len(together.unique()) > 5
    assert relative(scores(classifier, [0, 1, 2], 1), together[:1]) < rounding(torch.float32)
    if not classifier.joint:
        assert relative(scores(classifier, [1], 1), together[:1, 1:2]) < rounding(torch.float32)
    there = scores(load(folder(name), name, other=True), [3, 2, 0])
    if name == "clip":
        # Probabilities of all classes sum to one: their odds stay.
        there, together = there - there[:, :1], together - together[:, :1]
    assert relative(there, together) < rounding(torch.float32)


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_is_the_same_model(folder, loaded, tmp_path, name):
    classifier, copy = loaded(name), shutil.copytree(folder(name), tmp_path / "copy")
    again, about = load(copy, name), classifier.describe()
    assert again.describe() == about | {"model": "copy"}
    assert json.loads(json.dumps(about)) == about
    assert len(about["weights"]) == 64 and about["labels"] == list(classifier.labels)
    if name not in OF_CLASSES:
        assert about["prompts"] == list(classifier.labels)
    assert torch.equal(scores(again, [0, 2]), scores(classifier, [0, 2]))


@pytest.mark.parametrize("name", BUILDERS)
def test_half_precision_is_the_networks_alone(folder, loaded, name):
    classifier, half = loaded(name), load(folder(name), name, dtype="bfloat16")
    assert torch.equal(half.prepare(PICTURES), classifier.prepare(PICTURES))
    found, expected = (scores(each, [0, 1, 2]) for each in (half, classifier))
    assert found.dtype == expected.dtype
    assert 0 < relative(found, expected) < rounding(torch.bfloat16)
