"""Photographs in folders: keyed augmentation, and whose classes they are."""

import numpy as np
import pytest
import torch
from PIL import Image

from gcbook.classifiers.preprocess import TorchvisionPreprocess
from gcbook.files.errors import InputError
from gcbook.miniworld.training.imagefolder import (
    KeyedImages,
    class_names,
    open_images,
    training_transform,
    validation_transform,
)
from gcbook.paper.categories import IMAGENET_CLASSES, imagenet_classes

SHOWN = TorchvisionPreprocess(32, 37)


@pytest.fixture
def data(tmp_path):
    rng = np.random.default_rng(0)
    for part in ("train", "val"):
        for name in ("bear", "cat"):
            folder = tmp_path / part / name
            folder.mkdir(parents=True)
            for number in range(3):
                pixels = rng.integers(0, 256, (48, 64, 3), np.uint8)
                Image.fromarray(pixels).save(folder / f"{number}.png")
    # Photographs may be grey.
    Image.fromarray(np.full((48, 64), 200, np.uint8)).save(tmp_path / "train/cat/grey.png")
    return tmp_path


def test_hidden_folders_are_no_classes(data):
    for part in ("train", "val"):
        (data / part / ".ipynb_checkpoints").mkdir()
        Image.new("L", (8, 8)).save(data / part / ".ipynb_checkpoints/0.png")
    found = open_images(data, "train")
    assert found.classes == ["bear", "cat"]
    assert {label for _, label in found.samples} == {0, 1}


def images(data, transform, seed=0):
    return KeyedImages(open_images(data, "train"), transform, seed)


def test_an_image_is_augmented_by_its_key_alone(data):
    transform = training_transform(SHOWN, noise=True)
    one, same, other = (images(data, transform, seed) for seed in (0, 0, 1))
    torch.manual_seed(5)
    first = one[3][0]
    before = torch.get_rng_state()
    assert torch.equal(first, same[3][0])
    # Others draw from torch's generator as if nothing had been drawn here.
    assert torch.equal(torch.get_rng_state(), before)
    assert not torch.equal(first, other[3][0])
    same.epoch = 1
    assert not torch.equal(first, same[3][0])
    assert first.shape == (3, 32, 32)
    assert type(first) is torch.Tensor


def test_noise_is_the_last_thing_that_happens(data):
    noised, plain = (training_transform(SHOWN, noise=noise) for noise in (True, False))
    # Pixels of these images have about the variance 1 after normalization. Noise of variance 1 − α²
    # beside α² of it leaves it there; added before, it would be divided by the spread of pixels.
    pooled = torch.stack([images(data, noised, seed)[0][0] for seed in range(60)])
    before = torch.stack([images(data, plain, seed)[0][0] for seed in range(60)])
    between = sorted([1.0, before.var().item()])
    assert between[0] - 0.1 < pooled.var() < between[1] + 0.1
    grey = open_images(data, "train").classes.index("cat")
    index = [label for _, label in open_images(data, "train").samples].index(grey) + 3
    # One grey value, cut and flipped, stays one; noise does not leave it so.
    flat = images(data, plain)[index][0]
    assert flat.std(dim=(1, 2)).max() < 1e-3
    assert images(data, noised)[index][0].std(dim=(1, 2)).min() > 0.01


def test_networks_are_tested_on_what_the_scorer_shows_them(data):
    picture = Image.open(data / "val/bear/0.png")
    ours = validation_transform(SHOWN)(picture)
    pixels = np.asarray(picture, np.float32) / 255
    assert torch.allclose(ours, SHOWN([pixels])[0], atol=0.03)


class Classes:
    """The part of an ImageFolder that is asked."""

    root = "imagenet/train"

    def __init__(self, classes):
        self.classes = classes


def test_imagenets_classes_are_known_by_their_order():
    names = [f"n{index:08d}" for index in range(IMAGENET_CLASSES)]
    for item in imagenet_classes():
        names[item.index] = item.wnid
    assert class_names(Classes(names)) is None
    names[404], names[405] = names[405], names[404]
    with pytest.raises(InputError, match=r"class 404 should be n02690373 \(airliner\), found n0"):
        class_names(Classes(names))
    assert class_names(Classes(["bear", "cat"])) == ["bear", "cat"]
