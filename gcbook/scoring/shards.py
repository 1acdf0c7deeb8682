"""Images scored on several machines: cut into shards, merged into the store of one run.

A shard is a run of consecutive images, cut between two batches where there are enough of them.
Then a network sees the batches of one run, and the merged store is that of one run to the last
bit. Otherwise, and in a race, batches are others, which changes scores by rounding alone.
"""

import math
import os
import re
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from gcbook.files.artefacts import STORE_HEADER, is_store
from gcbook.files.atomic import write_text
from gcbook.files.errors import InputError
from gcbook.files.locks import LOCK, lock_folder, locked
from gcbook.scoring.scores import merge_rows, write_table
from gcbook.scoring.settings import ScoringSettings, Traits, differences
from gcbook.scoring.store import FAILED, PARTS, PENDING, SCORES, Store, store_problems
from gcbook.scoring.work import History
from gcbook.scoring.writer import WRITING, check_store, write_images, write_notes
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

        Raises:
            InputError: there are more parts than images.
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


@dataclass(frozen=True)
class Merged:
    """What a merge gave.

    Attributes:
        store: the merged store.
        n_complete: images that have all their scores.
        failed: why images could not be scored, by name.
        pending: names of the other images that were asked for.
    """

    store: Path
    n_complete: int
    failed: dict[str, str]
    pending: tuple[str, ...]


def merge_stores(places: Iterable[str | Path], path: str | Path) -> Merged:
    """Merge the stores of shards into one; repeated, it adds what has come since.

    Args:
        places: folders of the shards' stores, which are left as they are.
        path: folder of the merged store, which may be there from an earlier merge, or be one of
            the shards. Its own scores and name come first, else those of the first shard.

    Raises:
        InputError: one is no store, damaged, of another dataset, model or settings, or being
            written to, or shards know one image under two hashes, categories or conditions;
            nothing is written then.
        GcbookError: a file cannot be read or written.
    """
    target = Path(path).expanduser()
    given = [Path(each).expanduser() for each in places]
    shards = {each.resolve(): each for each in given}
    with ExitStack() as held:
        stores = []
        if is_store(target):
            shards.pop(target.resolve(), None)
            held.enter_context(locked(target, WRITING))
            stores += [each for each in [_open(target)] if each.is_begun() or each.pending()]
        for folder in shards.values():
            lock = folder / LOCK
            if lock.is_file() and os.access(lock, os.W_OK):
                held.callback(lock_folder(folder, WRITING).release)
            stores.append(_open(folder))
        if not stores:
            raise InputError("merge: expected stores of shards, found none.")
        for each in stores[1:]:
            _check_same(stores[0], each)
        images = _images(stores)
        if not is_store(target):
            check_store(target, stores[0].settings, stores[0].dataset)
            held.enter_context(locked(target, WRITING))
        return _write(replace(stores[0], path=target), stores, images)


def _open(folder: Path) -> Store:
    store = Store.open(folder)
    if wrong := store_problems(folder):
        raise InputError(f"{wrong[0]} Nothing was merged.")
    return store


def _check_same(first: Store, other: Store) -> None:
    different = differences(
        first.settings,
        other.settings,
        first.classifier | asdict(first.traits),
        other.classifier | asdict(other.traits),
    )
    if first.dataset != other.dataset:
        different["dataset"] = f"dataset: expected {first.dataset}, found {other.dataset}"
    if different:
        raise InputError(
            f"{other.path}: expected scores that were made like those of {first.path}. "
            f"{'; '.join(dict.fromkeys(different.values()))}. Merge shards of one command."
        )


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


def _write(merged: Store, stores: Sequence[Store], images: list[Any]) -> Merged:
    # The files of a store that is merged into itself are read before they are written.
    tables = [store.read(path, store.schema) for store in stores for path in store.score_files()]
    failed = {name: why for store in stores for name, why in store.failed().items()}
    names = {row.image_id: row.imagename for row in images}
    asked = names | {each: name for store in stores for each, name in store.pending().items()}
    (merged.path / PARTS).mkdir(exist_ok=True)
    write_text(merged.header(), merged.path / STORE_HEADER)
    # Until all is there, all is pending.
    write_notes(asked, merged.path / PENDING)
    if images:
        write_images(images, merged)
    if tables:
        write_table(merge_rows(tables, merged.labels), merged.path / SCORES, merged.origin)
    for part in (merged.path / PARTS).glob("*.parquet"):
        part.unlink()
    complete = History(merged, list(names), merged.settings).complete
    done = {names[each] for each in complete}
    failed = {name: why for name, why in failed.items() if name not in done}
    pending = {
        each: name for each, name in asked.items() if each not in complete and name not in failed
    }
    write_notes(failed, merged.path / FAILED)
    write_notes(pending, merged.path / PENDING)
    return Merged(merged.path, len(complete), failed, tuple(pending.values()))
