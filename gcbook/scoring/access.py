"""Whether a run may write to a folder: what shows before a model is loaded, and the lock."""

import os
from pathlib import Path

from filelock import FileLock

from gcbook.files.atomic import check_writable, unwritable
from gcbook.files.errors import InputError
from gcbook.files.locks import LOCK, lock_folder
from gcbook.scoring.identity import check_same, effective_settings
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import HEADER, Store, is_store

__all__ = ["check_store", "lock_store"]


def check_store(
    path: str | Path, settings: ScoringSettings, dataset: str, *, extend: bool = False
) -> None:
    """Refuse a store that a run cannot write to, as far as that shows without the model.

    Raises:
        InputError: it is something else, cannot be made or written to, is being written to, or
            dataset or settings differ in what changes scores.
    """
    folder = Path(path).expanduser()
    try:
        files = [place for place in (folder, *folder.parents) if place.is_file()]
    except OSError as error:  # the name is too long, say
        raise unwritable(folder, error) from error
    if files:
        where = "" if files[0] == folder else f", {files[0]}"
        raise InputError(
            f"{folder}: expected a folder for the scores, found a file{where}. Choose another "
            "folder."
        )
    if not is_store(folder):
        strangers = [name for name in _names(folder) if not name.startswith(".")]
        if strangers:
            raise InputError(
                f"{folder}: expected a store or an empty folder, found {strangers[0]} and no "
                f"{HEADER}; choose another folder."
            )
        if extend:
            raise InputError(f"{folder}: there is no store to extend; leave extend out.")
    elif (store := Store.open(folder)).is_begun():
        if store.dataset != dataset:
            raise InputError(
                f"{folder}: expected images of {store.dataset}, with which the store was begun; "
                f"found {dataset}. Use a store for each dataset."
            )
        asked = effective_settings(settings, store.traits)
        check_same(str(folder), store.settings, asked, extend=extend)
    if os.path.lexists(folder / LOCK):
        lock_store(folder).release()
    check_writable(folder)


def lock_store(folder: Path) -> FileLock:
    """Return the lock of a store that is there, acquired (`gcbook.files.locks.lock_folder`)."""
    return lock_folder(folder, "writing to this store")


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
