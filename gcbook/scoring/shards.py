"""Images scored on several machines: cut into shards, merged into the store of one run.

A shard is a run of consecutive images, cut between two batches where there are enough of them.
Then a network sees the batches of one run, and the merged store is that of one run to the last
bit. Otherwise, and in a race, batches are others, which changes scores by rounding alone.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from gcbook.files.artefacts import is_store
from gcbook.files.errors import InputError
from gcbook.scoring.settings import ScoringSettings, Traits
from gcbook.scoring.store import Store, store_problems
from gcbook.scoring.writer import StoreWriter, check_stores
from gcbook.stimuli.stimulus import in_order

Image = TypeVar("Image")


@dataclass(frozen=True)
class Shard:
    """One of some parts of a set of images.

    Args:
        number: which, from 1.
        parts: how many there are.

    Raises:
        InputError: there is no such part.
    """

    number: int
    parts: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.parts:
            raise InputError(
                f"shard: expected one of 1/{self.parts} to {self.parts}/{self.parts}, found "
                f"{self.number}/{self.parts}; SLURM counts so with --array=1-{self.parts}."
            )

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Read ``k/n``.

        Raises:
            InputError: it is something else.
        """
        found = re.fullmatch(r"(\d{1,6})/([1-9]\d{0,5})", text, re.ASCII)
        if not found:
            raise InputError(f"shard: expected K/N, such as 3/8, found {text!r}.")
        return cls(int(found[1]), int(found[2]))

    def of(
        self, images: Sequence[Image], settings: ScoringSettings, traits: Traits
    ) -> Sequence[Image]:
        """Return this part of a set; all parts together are the set, in its order.

        Args:
            images: the set.
            settings: as they reach the classifier.
            traits: the classifier's.
        """
        if self.parts > len(images):
            raise InputError(
                f"shard: expected at most as many shards as images, {len(images)}; found "
                f"{self.parts}."
            )
        together = _together(settings, traits)
        if len(images) < self.parts * together:
            together = 1
        groups = math.ceil(len(images) / together)
        first, stop = (
            groups * number // self.parts * together for number in (self.number - 1, self.number)
        )
        return images[first:stop]


def _together(settings: ScoringSettings, traits: Traits) -> int:
    """Return of how many images the units fill batches; 1 in a race, whose batches do not tell."""
    units = settings.draws * (1 if traits.joint else len(traits.labels))
    return 1 if settings.racing else settings.batch_size // math.gcd(settings.batch_size, units)


def merge_stores(places: Iterable[str | Path], path: str | Path) -> Store:
    """Merge the stores of shards into one; repeated, it adds what has come since.

    Args:
        places: folders of the shards' stores, which are left as they are.
        path: folder of the merged store, which may be there from an earlier merge, or be one of
            the shards. Its own scores and name come first, else those of the first shard.

    Returns:
        The merged store.

    Raises:
        InputError: one is no store, damaged, of another dataset, model or settings, or shards know
            one image under two hashes, categories or conditions, or another process writes to the
            merged store; nothing is written then.
        GcbookError: a file cannot be read or written.
    """
    target = Path(path).expanduser()
    shards = {each.resolve(): each for each in (Path(place).expanduser() for place in places)}
    shards.pop(target.resolve(), None)
    others = [_open(each) for each in shards.values()]
    there = [_open(target)] if is_store(target) else []
    stores = [each for each in there if each.is_begun()] + others
    if not stores:
        raise InputError("merge: expected stores of shards, found none.")
    for each in stores[1:]:
        check_stores(stores[0], each)
    images = _images(stores)
    with StoreWriter(replace(stores[0], path=target)) as writer:
        writer.join(others, images)
    return Store.open(target)


def _open(folder: Path) -> Store:
    store = Store.open(folder)
    if wrong := store_problems(folder):
        raise InputError(f"{wrong[0]} Nothing was merged.")
    return store


def _images(stores: Sequence[Store]) -> list[Any]:
    """Return the rows of all images, in the order of one run."""
    known: dict[str, tuple[Any, Store]] = {}
    for store in stores:
        rows: Iterable[Any] = store.images().itertuples(index=False)
        for row in rows:
            before, where = known.setdefault(row.image_id, (row, store))
            for name, expected, found in zip(row._fields, before, row, strict=True):
                if expected != found:
                    raise InputError(
                        f"{store.path}: {row.imagename}: expected the {name} {expected[:12]}, as "
                        f"in {where.path}; found {found[:12]}. Score both shards with the same "
                        "images."
                    )
    return list(in_order(row for row, _ in known.values()))
