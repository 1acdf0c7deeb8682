"""Writing a store: one writer at a time, complete files only, every row once.

Rows are collected in memory and saved as a part; at the end the parts are merged. Whatever ends the
process, what is on disk is a store that another run can continue.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import metadata
from itertools import chain, count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pandas as pd
import pyarrow as pa

from gcbook.files.atomic import UnwritableError, write_text
from gcbook.files.errors import GcbookError, InputError
from gcbook.scoring.access import check_store, lock_store
from gcbook.scoring.files import IMAGE_COLUMNS, Rows, read_part, rows_table, sort_rows, write_table
from gcbook.scoring.identity import Traits, check_same, effective_settings
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import FAILED, HEADER, IMAGES, PARTS, PENDING, SCORES, Store, is_store

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier
    from gcbook.stimuli.folders import Stimulus

__all__ = ["StoreWriter", "check_store"]

LIBRARIES = ("gcbook", "numpy", "torch", "torchvision", "diffusers", "transformers", "pillow")


class StoreWriter:
    """A store that is being written, begun or continued. A context manager.

    Args:
        path: the folder.
        classifier: what is scored.
        settings: of the run.
        dataset: name of the images.
        extend: the run has more draws than the store.

    Attributes:
        settings: as they reach the classifier.
        notes: what was found and mended, for the user.
        broken: a file could not be written; nothing more is tried.

    Raises:
        InputError: another process writes to it, the folder is something else or cannot be written
            to, or settings, classifier or dataset differ from the store's in what changes scores.
        GcbookError: from any method that writes: it cannot be done; says what is saved.
    """

    def __init__(
        self,
        path: str | Path,
        classifier: "Classifier",
        settings: ScoringSettings,
        dataset: str,
        *,
        extend: bool = False,
    ) -> None:
        self.path = Path(path).expanduser()
        check_store(self.path, settings, dataset, extend=extend)
        self.notes: list[str] = []
        traits = Traits.of(classifier)
        self.settings = effective_settings(settings, traits)
        self._new = Store(
            self.path,
            classifier.name,
            dataset,
            self.settings,
            traits,
            classifier.describe(),
            None,
            _versions(),
        )
        self._extend = extend
        self.broken = False
        self._n_saved = 0
        self._rows: list[Rows] = []
        self._images: dict[str, tuple[str, ...]] = {}
        self._codes: dict[str, int] = {}
        self._images_saved = 0
        self._notes: dict[str, dict[str, str]] = {FAILED: {}, PENDING: {}}
        self._notes_saved: dict[str, dict[str, str]] = {FAILED: {}, PENDING: {}}

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = lock_store(self.path)
        try:
            with self._saving():
                self.store = self._begin()
            (self.path / PARTS).mkdir(exist_ok=True)
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.flush()
        finally:
            self._lock.release()

    def _begin(self) -> Store:
        for left in [*self.path.glob(".*.tmp"), *(self.path / PARTS).glob(".*.tmp")]:
            left.unlink()
        # A run that was refused before its first image leaves a header alone.
        if not is_store(self.path) or not Store.open(self.path).is_begun():
            (self.path / PENDING).unlink(missing_ok=True)
            write_text(self._new.header(), self.path / HEADER)
            return self._new
        store, new = Store.open(self.path), self._new
        check_same(
            str(self.path),
            store.settings,
            new.settings,
            store.classifier | store.traits.as_dict(),
            new.classifier | new.traits.as_dict(),
            extend=self._extend,
        )
        if new.observer != store.observer:
            self.notes.append(f"the store keeps the name it was begun with, {store.observer}")
        if store.settings.draws != new.settings.draws:
            # A weighting or norm stays that of the first run, draws or no draws.
            store = replace(store, settings=replace(store.settings, draws=new.settings.draws))
            write_text(store.header(), self.path / HEADER)
        self._set_aside_damaged(store)
        try:
            known = store.images()
        except InputError:
            self.notes.append(f"{self.path / IMAGES} is damaged and is made again")
            known = pd.DataFrame(columns=list(IMAGE_COLUMNS))
        self._images = {row[0]: row for row in known.itertuples(index=False, name=None)}
        self._images_saved = len(self._images)
        self._notes_saved = {FAILED: store.failed(), PENDING: store.pending()}
        self._notes = {name: dict(notes) for name, notes in self._notes_saved.items()}
        return store

    def _set_aside_damaged(self, store: Store) -> None:
        for path in store.score_files():
            try:
                self._n_saved += len(read_part(path, store.schema))
            except InputError as error:
                aside = _free(path.with_suffix(".damaged"))
                path.replace(aside)
                self.notes.append(f"{error} Set aside as {aside.name}; its draws are scored again")

    def known_hash(self, stimulus: "Stimulus") -> str | None:
        """Return the SHA-256 that an image had when it was scored, None for a new image.

        Raises:
            InputError: the store knows it under another category or condition.
        """
        known = self._images.get(stimulus.image_id)
        if known is None:
            return None
        for name, value in zip(IMAGE_COLUMNS[2:4], known[2:4], strict=True):
            if getattr(stimulus, name) != value:
                raise InputError(
                    f"{stimulus.place}: expected the {name} {value}, as in {self.path}; found "
                    f"{getattr(stimulus, name)}. Use another store."
                )
        return known[4]

    def code(self, stimulus: "Stimulus", sha256: str) -> int:
        """Return the number by which rows name an image; note the image if it is new."""
        image_id = stimulus.image_id
        self._images.setdefault(
            image_id,
            (image_id, stimulus.imagename, stimulus.category, stimulus.condition, sha256),
        )
        return self._codes.setdefault(image_id, len(self._codes))

    def note_elements(self, number: int) -> None:
        """Take note of how many elements an image has; it must be the same for all.

        Raises:
            GcbookError: it is not.
        """
        if self.store.n_elements is None:
            self.store = replace(self.store, n_elements=number)
            with self._saving():
                write_text(self.store.header(), self.path / HEADER)
        elif self.store.n_elements != number:
            raise GcbookError(
                f"{self.path}: expected {self.store.n_elements} elements an image, as before; "
                f"found {number}."
            )

    def add(self, rows: Rows) -> None:
        """Take rows, to be saved with the next `flush`."""
        self._rows.append(rows)

    def expect(self, stimuli: Iterable["Stimulus"]) -> None:
        """Save which images are to be scored; until `fail` or `succeed` they are pending."""
        self._notes[PENDING] |= {each.image_id: each.imagename for each in stimuli}
        self.flush()

    def fail(self, stimulus: "Stimulus", reason: str) -> None:
        """Take note that an image has no scores, and why."""
        self._notes[FAILED][stimulus.imagename] = reason
        self._notes[PENDING].pop(stimulus.image_id, None)

    def succeed(self, stimulus: "Stimulus") -> None:
        """Take note that an image has all its scores."""
        self._notes[FAILED].pop(stimulus.imagename, None)
        self._notes[PENDING].pop(stimulus.image_id, None)

    def flush(self) -> None:
        """Save the rows taken so far as a part."""
        if not self.broken:
            with self._saving():
                self._flush()

    def _flush(self) -> None:
        if len(self._images) > self._images_saved:
            columns = dict(
                zip(IMAGE_COLUMNS, zip(*self._images.values(), strict=True), strict=True)
            )
            write_table(pa.table(columns), self.path / IMAGES)
            self._images_saved = len(self._images)
        if self._rows:
            table = rows_table(self._rows, list(self._codes), self.store.labels, self.store.schema)
            numbers = [int(path.stem) for path in (self.path / PARTS).glob("[0-9]*.*")]
            write_table(table, self.path / PARTS / f"{max(numbers, default=0) + 1:06d}.parquet")
            self._n_saved += len(table)
            self._rows.clear()
        for name, notes in self._notes.items():
            if notes == self._notes_saved[name]:
                continue
            if notes:
                text = json.dumps(notes, indent=1, ensure_ascii=False) + "\n"
                write_text(text, self.path / name)
            else:
                (self.path / name).unlink(missing_ok=True)
            self._notes_saved[name] = dict(notes)

    @contextmanager
    def _saving(self) -> Iterator[None]:
        try:
            yield
        except UnwritableError as error:
            # A second attempt would fail as well, and hide why the first one did.
            self.broken = True
            raise GcbookError(
                f"{error.path}: cannot be written: {error.reason}. {self._n_saved:,} scores are "
                f"saved in {self.path}. {error.remedy} and run the same command: it goes on from "
                "there."
            ) from error

    def merge(self) -> None:
        """Merge all parts into the one sorted file."""
        self.flush()
        files = self.store.score_files()
        if files in ([], [self.path / SCORES]):
            return
        tables = [read_part(path, self.store.schema) for path in files]
        merged = sort_rows(pa.concat_tables(tables), self.store.labels)
        with self._saving():
            write_table(merged, self.path / SCORES)
        # Until a part is removed its rows stand in two files, which readers allow for.
        for path in files:
            if path.parent.name == PARTS:
                path.unlink()


def _free(path: Path) -> Path:
    """Return a path, with a number where it is taken."""
    names = chain([path.suffix], (f"{path.suffix}-{number}" for number in count(2)))
    return next(each for name in names if not (each := path.with_suffix(name)).exists())


def _versions() -> dict[str, str]:
    versions = {"python": sys.version.split()[0]}
    for library in LIBRARIES:
        try:
            versions[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return versions
