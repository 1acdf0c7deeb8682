"""Writing a store: one writer at a time, complete files only, every row once.

Rows are collected in memory and saved as a part; at the end the parts are merged. Whatever ends the
process, what is on disk is a store that another run can continue.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pyarrow as pa

from gcbook.files.artefacts import STORE_HEADER, is_store
from gcbook.files.atomic import UnwritableError, check_writable, unwritable, write_text
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.locks import LOCK, lock_folder
from gcbook.scoring.scores import Rows, merge_rows, rows_table, write_table
from gcbook.scoring.settings import ScoringSettings, Traits, check_same, effective_settings
from gcbook.scoring.store import FAILED, IMAGE_COLUMNS, IMAGES, PARTS, PENDING, SCORES, Store

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier
    from gcbook.stimuli.stimulus import Stimulus

LIBRARIES = ("gcbook", "numpy", "torch", "torchvision", "diffusers", "transformers", "pillow")

WRITING = "writing to this store"
"""What a process does that holds a store's lock."""


def check_store(
    path: str | Path, settings: ScoringSettings, dataset: str, *, extend: bool = False
) -> ScoringSettings:
    """Refuse a store that a run cannot write to, as far as that shows without the model.

    Returns:
        The settings; in place of the dtype "auto" that of the store, where it was begun.

    Raises:
        InputError: it is something else, cannot be made or written to, is being written to, or
            dataset or settings differ in what changes scores.
    """
    folder = Path(path).expanduser()
    check_writable(folder)
    if is_store(folder):
        store = Store.open(folder)
        if store.is_begun() and store.dataset != dataset:
            raise InputError(
                f"{folder}: expected images of {store.dataset}, with which the store was begun; "
                f"found {dataset}. Use a store for each dataset."
            )
        if store.is_begun():
            if settings.dtype == "auto":
                settings = replace(settings, dtype=store.settings.dtype)
            asked = effective_settings(settings, store.traits)
            check_same(str(folder), store.settings, asked, extend=extend)
    else:
        names = sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []
        strangers = [name for name in names if not name.startswith(".")]
        if strangers:
            raise InputError(
                f"{folder}: expected a store or an empty folder, found {strangers[0]} and no "
                f"{STORE_HEADER}; choose another folder."
            )
        if extend:
            raise InputError(f"{folder}: there is no store to extend; leave extend out.")
    if os.path.lexists(folder / LOCK):
        lock_folder(folder, WRITING).release()
    return settings


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
        notes: what was found, for the user.
        broken: a file could not be written; nothing more is tried.

    Raises:
        InputError: another process writes to it, the folder is something else or cannot be written
            to, or settings, classifier or dataset differ from the store's in what changes scores,
            or nothing tells the classifier's network from others.
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
        traits, described = Traits.of(classifier), classifier.describe()
        if not (described.get("weights") or described.get("fingerprint")):
            raise InputError(
                f"{classifier.name}: expected describe() to give weights or a fingerprint, by "
                'which a store tells this model from another; found neither. Add "fingerprint": a '
                "text that changes whenever the model does."
            )
        if settings.dtype == "auto":
            dtype = described.get("dtype")
            known = dtype in ("float16", "bfloat16")
            settings = replace(settings, dtype=dtype if known else "float32")  # type: ignore[arg-type]
        self.settings = effective_settings(settings, traits)
        self.store = Store(
            self.path,
            classifier.name,
            dataset,
            self.settings,
            traits,
            described,
            _versions(),
        )
        self.notes: list[str] = []
        self.broken = False
        self._extend = extend
        self._n_saved = 0
        self._rows: list[Rows] = []
        self._images: dict[str, tuple[str, ...]] = {}
        self._codes: dict[str, int] = {}
        self._images_saved = 0
        self._notes: dict[str, dict[str, str]] = {FAILED: {}, PENDING: {}}
        self._notes_saved: dict[str, dict[str, str]] = {FAILED: {}, PENDING: {}}

    def __enter__(self) -> Self:
        try:
            (self.path / PARTS).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.path / PARTS, error) from error
        self._lock = lock_folder(self.path, WRITING)
        try:
            with self._saving():
                self._begin()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, *raised: object) -> None:
        try:
            self.flush()
        finally:
            self._lock.release()

    def _begin(self) -> None:
        for left in [*self.path.glob(".*.tmp"), *(self.path / PARTS).glob(".*.tmp")]:
            left.unlink()
        # A run that was refused before its first image leaves a header alone.
        store = Store.open(self.path) if is_store(self.path) else None
        if store is not None and store.is_begun():
            self._continue(store)
        else:
            (self.path / PENDING).unlink(missing_ok=True)
            write_text(self.store.header(), self.path / STORE_HEADER)

    def _continue(self, store: Store) -> None:
        new = self.store
        check_same(
            str(self.path),
            store.settings,
            new.settings,
            store.classifier | asdict(store.traits),
            new.classifier | asdict(new.traits),
            extend=self._extend,
        )
        if new.observer != store.observer:
            self.notes.append(f"the store keeps the name it was begun with, {store.observer}")
        if store.settings.draws != new.settings.draws:
            # A weighting or norm stays that of the first run, draws or no draws.
            store = replace(store, settings=replace(store.settings, draws=new.settings.draws))
            write_text(store.header(), self.path / STORE_HEADER)
        self.store = store
        self._n_saved = sum(len(store.read(path, store.schema)) for path in store.score_files())
        rows = store.images().itertuples(index=False, name=None)
        self._images = {row[0]: row for row in rows}
        self._images_saved = len(self._images)
        self._notes_saved = {FAILED: store.failed(), PENDING: store.pending()}
        self._notes = {name: dict(notes) for name, notes in self._notes_saved.items()}

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

    def add(self, rows: Rows) -> None:
        """Take rows, to be saved with the next `flush`."""
        self._rows.append(rows)

    def expect(self, stimuli: Iterable["Stimulus"]) -> None:
        """Save which images are asked for; until `fail` or `succeed` they are pending."""
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
        if self.broken:
            return
        with self._saving():
            if len(self._images) > self._images_saved:
                self._save_images()
            if self._rows:
                store, folder = self.store, self.path / PARTS
                table = rows_table(self._rows, list(self._codes), store.labels, store.schema)
                numbers = [int(path.stem) for path in folder.glob("[0-9]*.*")]
                part = folder / f"{max(numbers, default=0) + 1:06d}.parquet"
                write_table(table, part, store.origin)
                self._n_saved += len(table)
                self._rows.clear()
            for name, notes in self._notes.items():
                if notes != self._notes_saved[name]:
                    write_notes(notes, self.path / name)
                    self._notes_saved[name] = dict(notes)

    def _save_images(self) -> None:
        write_images(self._images.values(), self.store)
        self._images_saved = len(self._images)

    def merge(self) -> None:
        """Merge all parts into the one sorted file."""
        self.flush()
        store, files = self.store, self.store.score_files()
        if not files or files == [self.path / SCORES]:
            return
        tables = [store.read(path, store.schema) for path in files]
        merged = merge_rows(tables, store.labels)
        with self._saving():
            write_table(merged, self.path / SCORES, store.origin)
        # Until a part is removed its rows stand in two files, which readers allow for.
        for path in files:
            if path.parent.name == PARTS:
                path.unlink()

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


def write_images(rows: Iterable[Sequence[str]], store: Store) -> None:
    """Write the list of a store's images, at least one: `IMAGE_COLUMNS` of each.

    Raises:
        UnwritableError: the disk is full, say.
    """
    columns = zip(*rows, strict=True)
    table = pa.table(dict(zip(IMAGE_COLUMNS, columns, strict=True)))
    write_table(table, store.path / IMAGES, store.origin)


def write_notes(notes: Mapping[str, str], path: Path) -> None:
    """Write ``failed.json`` or ``pending.json``; where there is nothing to note, remove it.

    Raises:
        UnwritableError: the disk is full, say.
    """
    if notes:
        write_text(json.dumps(notes, indent=1, ensure_ascii=False) + "\n", path)
    else:
        path.unlink(missing_ok=True)


def _versions() -> dict[str, str]:
    versions = {"python": sys.version.split()[0]}
    for library in LIBRARIES:
        try:
            versions[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return versions
