"""Writing a store: one writer at a time, complete files only, every row once.

Rows are collected in memory and saved as a part; at the end the parts are merged. Whatever ends the
process, what is on disk is a store that another run can continue.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
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
from gcbook.scoring.work import History

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
        if store.is_begun():
            if settings.dtype == "auto":
                settings = replace(settings, dtype=store.settings.dtype)
            asked = effective_settings(settings, store.traits)
            images = {"dataset": store.dataset}, {"dataset": dataset}
            check_same(str(folder), store.settings, asked, *images, extend=extend)
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


def new_store(
    path: str | Path, classifier: "Classifier", settings: ScoringSettings, dataset: str
) -> Store:
    """Return the store that a run would begin; nothing is written.

    Raises:
        InputError: nothing tells the classifier's network from others, or the settings are not for
            it.
    """
    traits, described = Traits.of(classifier), classifier.describe()
    if not (described.get("weights") or described.get("fingerprint")):
        raise InputError(
            f"{classifier.name}: expected describe() to give weights or a fingerprint, by which a "
            'store tells this model from another; found neither. Add "fingerprint": a text that '
            "changes whenever the model does."
        )
    if settings.dtype == "auto":
        dtype = described.get("dtype")
        known = dtype in ("float16", "bfloat16")
        settings = replace(settings, dtype=dtype if known else "float32")  # type: ignore[arg-type]
    settings = effective_settings(settings, traits)
    folder = Path(path).expanduser()
    observer = classifier.name + settings.detail.name
    return Store(folder, observer, dataset, settings, traits, described, _versions())


class StoreWriter:
    """A store that is being written, begun or continued. A context manager.

    Args:
        store: what the run would begin, see `new_store`.
        extend: the run has more draws than what is there.

    Attributes:
        path: the folder.
        settings: of the run.
        store: as it is on disk, with the name and weighting that it was begun with.
        broken: a file could not be written; nothing more is tried.

    Raises:
        InputError: another process writes to it, the folder is something else or cannot be written
            to, or settings, classifier or dataset differ from the store's in what changes scores.
        GcbookError: from any method that writes: it cannot be done; says what is saved.
    """

    def __init__(self, store: Store, *, extend: bool = False) -> None:
        self.path, self.settings, self.store = store.path, store.settings, store
        check_store(self.path, self.settings, store.dataset, extend=extend)
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
        check_stores(store, self.store, extend=self._extend)
        if store.settings.draws != self.settings.draws:
            # A weighting or norm stays that of the first run, draws or no draws.
            store = replace(store, settings=replace(store.settings, draws=self.settings.draws))
            write_text(store.header(), self.path / STORE_HEADER)
        self.store = store
        self._n_saved = sum(len(store.read(path, store.schema)) for path in store.score_files())
        rows = store.images().itertuples(index=False, name=None)
        self._images = {row[0]: row for row in rows}
        self._images_saved = len(self._images)
        self._notes_saved = {FAILED: store.failed(), PENDING: store.pending()}
        self._notes = {name: dict(notes) for name, notes in self._notes_saved.items()}

    def known_hash(self, stimulus: "Stimulus") -> str | None:
        """Return the SHA-256 that an image had when it was scored, None for a new image."""
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
                columns = zip(*self._images.values(), strict=True)
                images = pa.table(dict(zip(IMAGE_COLUMNS, columns, strict=True)))
                write_table(images, self.path / IMAGES)
                self._images_saved = len(self._images)
            if self._rows:
                store, folder = self.store, self.path / PARTS
                table = rows_table(self._rows, list(self._codes), store.labels, store.schema)
                numbers = [int(path.stem) for path in folder.glob("[0-9]*.*")]
                part = folder / f"{max(numbers, default=0) + 1:06d}.parquet"
                write_table(table, part)
                self._n_saved += len(table)
                self._rows.clear()
            for name, notes in self._notes.items():
                if notes != self._notes_saved[name]:
                    if notes:
                        text = json.dumps(notes, indent=1, ensure_ascii=False) + "\n"
                        write_text(text, self.path / name)
                    else:
                        (self.path / name).unlink(missing_ok=True)
                    self._notes_saved[name] = dict(notes)

    def merge(self, others: Sequence[Store] = ()) -> None:
        """Merge all parts, and the scores of other stores, into the one sorted file."""
        self.flush()
        files = [(each, path) for each in (self.store, *others) for path in each.score_files()]
        if not files or files == [(self.store, self.path / SCORES)]:
            return
        tables = [store.read(path, store.schema) for store, path in files]
        merged = merge_rows(tables, self.store.labels)
        with self._saving():
            write_table(merged, self.path / SCORES)
        # Until a part is removed its rows stand in two files, which readers allow for.
        for store, path in files:
            if store is self.store and path.parent.name == PARTS:
                path.unlink()

    def join(self, others: Sequence[Store], images: Iterable[Sequence[str]]) -> None:
        """Take over the scores of other stores, and what they note of their images.

        Args:
            others: which fit (`check_stores`).
            images: `IMAGE_COLUMNS` of all images, of this store, too, in the order of one run.
        """
        self._images = {row[0]: tuple(row) for row in images}
        names = {row[0]: row[1] for row in self._images.values()}
        failed, pending = self._notes[FAILED], self._notes[PENDING]
        for each in others:
            failed |= each.failed()
            pending |= each.pending()
        pending |= names  # until all is there
        self.merge(others)
        for image in History(self.store, list(names), self.settings).complete:
            failed.pop(names[image], None)
            pending.pop(image)
        self._notes[PENDING] = {id: name for id, name in pending.items() if name not in failed}
        self.flush()

    @contextmanager
    def _saving(self) -> Iterator[None]:
        try:
            yield
        except UnwritableError as error:
            # A second attempt would fail as well, and hide why the first one did.
            self.broken = True
            raise GcbookError(
                f"{error} {self._n_saved:,} scores are saved in {self.path}; the same command goes "
                "on from there."
            ) from error


def check_stores(store: Store, other: Store, *, extend: bool = False) -> None:
    """Refuse scores that were not made like those of a store; see `check_same`."""
    about = (
        {"dataset": each.dataset, **each.classifier, **asdict(each.traits)}
        for each in (store, other)
    )
    check_same(str(other.path), store.settings, other.settings, *about, extend=extend)


def _versions() -> dict[str, str]:
    versions = {"python": sys.version.split()[0]}
    for library in LIBRARIES:
        try:
            versions[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return versions
