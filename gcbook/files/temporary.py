"""Temporary folders, of which those that a killed process has left are removed by the next one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gcbook.files.errors import InputError
from gcbook.files.locks import LOCK, lock_folder

PREFIX = "gcbook-tmp-"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A new folder for the time of a block. Those that nobody holds any more are removed."""
    sweep_temporary()
    # It gets its name when it is locked: nobody finds one that only seems to be left.
    made = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
    lock = lock_folder(made, "using it")
    folder = made.rename(made.with_name(made.name[1:]))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


def sweep_temporary() -> None:
    """Remove the temporary folders of processes that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            mine = folder.stat(follow_symlinks=False).st_uid == os.getuid()
            if mine and (folder / LOCK).is_file() and not folder.is_symlink():
                lock = lock_folder(folder, "using it")
                shutil.rmtree(folder, ignore_errors=True)
                lock.release()
        except (OSError, InputError):  # it has just gone, or is in use
            continue
