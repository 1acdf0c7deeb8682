"""Pools of images to train on: composed once, cached, shared by all models."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from gcbook.files.atomic import unwritable, write_whole
from gcbook.files.cache import cache_dir
from gcbook.miniworld.silhouettes import Split, load_silhouettes, silhouettes_hash
from gcbook.miniworld.world import ALL_CATEGORIES, WORLD, Composer, World

POOL_SEEDS: Mapping[Split, int] = {"train": 1, "validation": 2}
"""Of the images that the miniatures learn from."""

CHUNK = 512
VERSION = 2
"""Of what a world's choices stand for in pixels: raised when the composer changes."""


@dataclass(frozen=True, eq=False)
class Pool:
    """Images in memory.

    Attributes:
        images: uint8 (N, channels, height, width); one channel where they are grey.
        labels: index into `ALL_CATEGORIES` of what each is of, int64 (N,).
    """

    images: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def batches(self, size: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield all images and labels in their order, as `batch` returns them."""
        for indices in torch.arange(len(self)).split(size):
            yield self.batch(indices)

    def batch(self, indices: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return images, float32 (n, 3, height, width) in [0, 1], and their labels."""
        images = self.images[indices].float() / 255
        return images.expand(-1, 3, -1, -1), self.labels[indices]


def open_pool(
    split: Split,
    number: int,
    seed: int,
    *,
    categories: tuple[str, ...] = ALL_CATEGORIES,
    world: World = WORLD,
) -> Pool:
    """Return a pool of images, composed anew only if the cache does not have it whole.

    Args:
        seed: of everything that is random.
        categories: to be shown.
        world: other choices than the book's.

    Raises:
        InputError: the folder of the cache cannot be written to.
        UnwritableError: the disk is full, say.
    """
    key = json.dumps([VERSION, silhouettes_hash(), asdict(world), split, number, seed, categories])
    name = f"{split}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"
    path = cache_dir() / "miniworld" / name
    if (known := _read(path)) is not None:
        return known
    composed = _compose(world, split, number, seed, categories)

    def write(temporary: Path) -> None:
        with temporary.open("wb") as stream:  # savez would add an ending to a name
            np.savez(stream, images=composed.images.numpy(), labels=composed.labels.numpy())

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path.parent, error) from error
    write_whole(path, write)
    return composed


def _read(path: Path) -> Pool | None:
    """A pool of the cache; None where there is none, or one that is damaged."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return Pool(torch.from_numpy(stored["images"]), torch.from_numpy(stored["labels"]))
    except Exception:  # whatever is wrong with it, it is composed anew
        return None


def _compose(
    world: World, split: Split, number: int, seed: int, categories: tuple[str, ...]
) -> Pool:
    composer = Composer(load_silhouettes(split, categories), world)
    size = world.resolution
    images = np.empty((number, 1, size, size), np.uint8)
    labels = np.empty(number, np.int64)
    for first in range(0, number, CHUNK):
        # A generator a chunk: the images do not depend on how many follow.
        generator = torch.Generator().manual_seed(seed * 1_000_003 + first // CHUNK)
        scene = composer.sample(min(CHUNK, number - first), generator)
        part = slice(first, first + len(scene))
        images[part] = np.moveaxis(scene.images, 3, 1)[:, :1]
        labels[part] = scene.label
    return Pool(torch.from_numpy(images), torch.from_numpy(labels))
