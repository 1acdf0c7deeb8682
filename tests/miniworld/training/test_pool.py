"""Pools are composed once, show what they say, and do not depend on how they are cut."""

from dataclasses import replace

import pytest
import torch

from gcbook.miniworld.training import pool as pools
from gcbook.miniworld.training.pool import open_pool
from gcbook.miniworld.world import WORLD, Composer


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path))


@pytest.fixture
def composed(monkeypatch):
    """Numbers of images that were composed at a time."""
    numbers = []
    sample = Composer.sample

    def counted(self, number, generator):
        numbers.append(number)
        return sample(self, number, generator)

    monkeypatch.setattr(Composer, "sample", counted)
    return numbers


def test_a_pool_is_composed_once(composed):
    first = open_pool("validation", 700, 3)
    again = open_pool("validation", 700, 3)
    assert composed == [512, 188]
    assert torch.equal(first.images, again.images)
    assert torch.equal(first.labels, again.labels)
    assert first.images.shape == (700, 1, 32, 32)
    assert len(first) == 700


def test_seed_world_split_and_version_make_other_pools(composed, monkeypatch):
    first = open_pool("validation", 32, 3)
    others = [
        open_pool("validation", 32, 4),
        open_pool("train", 32, 3),
        open_pool("validation", 32, 3, world=replace(WORLD, diagnosticity=0.5)),
    ]
    assert all(not torch.equal(first.images, other.images) for other in others)
    composed.clear()
    monkeypatch.setattr(pools, "VERSION", pools.VERSION + 1)
    open_pool("validation", 32, 3)
    assert composed == [32]
    # Other drawings, too.
    monkeypatch.setattr(pools, "silhouettes_hash", lambda: "other")
    open_pool("validation", 32, 3)
    assert composed == [32, 32]


def test_a_batch_is_three_equal_channels_in_the_unit_interval():
    drawn = open_pool("validation", 16, 0)
    images, labels = drawn.batch(torch.tensor([5, 2]))
    assert images.shape == (2, 3, 32, 32)
    assert torch.equal(images[0, 2] * 255, drawn.images[5, 0].float())
    assert labels.tolist() == drawn.labels[[5, 2]].tolist()


def test_a_pool_that_was_damaged_is_composed_again(composed, tmp_path):
    first = open_pool("validation", 20, 3)
    (path,) = tmp_path.rglob("*.npz")
    path.write_bytes(path.read_bytes()[:200])
    again = open_pool("validation", 20, 3)
    assert composed == [20, 20]
    assert torch.equal(first.images, again.images)
    open_pool("validation", 20, 3)
    assert composed == [20, 20]
