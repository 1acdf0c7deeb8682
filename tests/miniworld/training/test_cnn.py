"""The CNN's recipe: crops like ImageNet's, noise like the paper's."""

import json

import numpy as np
import pytest
import torch

from gcbook.classifiers.load import load_classifier
from gcbook.miniworld.training.cnn import MEAN, SD, CnnTask, random_resized_crops
from gcbook.miniworld.training.miniature import Plan, Start, Trainer
from gcbook.miniworld.training.pool import Pool
from gcbook.paper.categories import CATEGORIES


def places(number, size):
    """Images whose first two channels hold each pixel's place."""
    axis = (torch.arange(size) + 0.5) / size
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack([x, y, x * 0])[None].repeat(number, 1, 1, 1)


def test_crops_have_imagenets_areas_and_aspects():
    crops = random_resized_crops(places(4000, 32), torch.Generator().manual_seed(0))
    x, y = crops[:, 0], crops[:, 1]
    width = (x[:, 0, -1] - x[:, 0, 0]).abs() * 32 / 31
    height = (y[:, -1, 0] - y[:, 0, 0]).abs() * 32 / 31
    area, aspect = width * height, width / height
    assert 0.075 < area.min() < 0.1
    assert area.max() > 0.95
    assert abs(area.mean() - 0.54) < 0.02
    assert aspect.min() > 0.74
    assert aspect.max() < 1.35
    mirrored = x[:, 0, -1] < x[:, 0, 0]
    assert abs(mirrored.float().mean() - 0.5) < 0.04
    assert (x >= 0).all() and (x <= 1).all()
    assert (y[:, -1, 0] > y[:, 0, 0]).all()


@pytest.mark.parametrize("noise", [False, True])
def test_trained_network_is_a_classifier(noise, tmp_path):
    """Two classes, black and white: learnt in a few steps, and read back by the scorer."""
    labels = torch.arange(64) % 2
    grey = (labels * 200 + 20)[:, None, None, None].expand(-1, 1, 32, 32)
    pool = Pool(grey.to(torch.uint8).contiguous(), labels)
    task = CnnTask(Start(pool, pool, [(name,) for name in CATEGORIES]), noise=noise, batch_size=32)
    plan = Plan(40, "sgd", learning_rate=0.02, warmup=3, average=0.0, clip=1.0, validate_every=40)
    trainer = Trainer(task, plan, tmp_path / "run", report=lambda line: None)
    trainer.run()
    assert json.loads((tmp_path / "run/history.jsonl").read_text())["accuracy"] == 1
    trainer.export(tmp_path / "model")

    classifier = load_classifier(tmp_path / "model")
    assert classifier.labels == CATEGORIES
    shown = [np.full((32, 32, 3), value, np.float32) for value in (20 / 255, 220 / 255)]
    prepared = classifier.prepare(shown)
    assert prepared[0, 0, 0, 0].item() == pytest.approx((20 / 255 - MEAN) / SD, abs=1e-5)
    nll = classifier.measure(prepared, [], None, "none")["nll"]
    assert nll.argmin(1).tolist() == [0, 1]
