"""Images that a model can learn in a few steps, and the prompts that are scored with."""

import numpy as np
import pytest
import torch
from PIL import Image

from gcbook.miniworld.training import diffusion, recipes, texts, tokens
from gcbook.miniworld.training.pool import Pool
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.paper.categories import imagenet_classes


@pytest.fixture(scope="session", autouse=True)
def single_precision():
    """Training computes as the scorer does, on processors too that are faster in bfloat16."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.cpu, "get_capabilities", dict, raising=False)
        yield


@pytest.fixture(scope="session")
def pool():
    """Categories of even number are dark on the left, the others on the right."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(2 * len(ALL_CATEGORIES)) % len(ALL_CATEGORIES)
    images = torch.randint(0, 40, (len(labels), 1, 32, 32), generator=generator)
    images[labels % 2 == 0, :, :, 16:] += 200
    images[labels % 2 == 1, :, :, :16] += 200
    return Pool(images.to(torch.uint8), labels)


@pytest.fixture(scope="session")
def photographs(tmp_path_factory):
    """Makes a folder like ImageNet's, of two classes, dark and light noise, of as many images."""

    def make(train, val):
        folder = tmp_path_factory.mktemp("imagenet")
        rng = np.random.default_rng(0)
        for part, count in (("train", train), ("val", val)):
            for label, name in enumerate(("bear", "cat")):
                (folder / part / name).mkdir(parents=True)
                for number in range(count):
                    pixels = rng.integers(0, 100, (40, 48, 3)) + 150 * label
                    picture = Image.fromarray(pixels.astype(np.uint8))
                    picture.save(folder / part / name / f"{number:02}.png")
        return folder

    return make


@pytest.fixture(scope="session")
def classed(tmp_path_factory):
    """A folder of photographs of 64 pixels a side, 3 to train and 2 to validate of each of 13
    classes."""
    folder = tmp_path_factory.mktemp("photographs")
    rng = np.random.default_rng(0)
    for number, one in enumerate(imagenet_classes()[::17]):
        for part, count in (("train", 3), ("val", 2)):
            (folder / part / one.wnid).mkdir(parents=True)
            for index in range(count):
                pixels = rng.integers(0, 60, (64, 64, 3)) + 15 * number
                name = f"{one.wnid}_{index}.png"
                Image.fromarray(pixels.astype(np.uint8)).save(folder / part / one.wnid / name)
    return folder


@pytest.fixture
def scoring_prompts(monkeypatch):
    """The prompts that the scorer uses, in training too."""
    prompts = [texts.PROMPT_TEMPLATE.format(name) for name in ALL_CATEGORIES]
    for module in (diffusion, tokens):
        monkeypatch.setattr(module, "draw_prompts", lambda names, generator: prompts)


@pytest.fixture
def few_images(tmp_path, monkeypatch):
    """Recipes train on a few images, made in a folder of the test."""
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(recipes, "TRAIN_IMAGES", 40)
    monkeypatch.setattr(recipes, "VALIDATION_IMAGES", 20)
