"""Folders that one process at a time writes to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from gcbook.files.atomic import unwritable
from gcbook.files.errors import InputError

LOCK = ".lock"


def lock_folder(folder: Path, doing: str, wait_s: float = 0) -> FileLock:
    """Return the lock of a folder that is there, acquired. The system frees it with the process.

    Args:
        folder: that is written to.
        doing: what another process does that has the lock, for the message.
        wait_s: how long to wait for that process.

    Raises:
        InputError: another process holds it, or it cannot be made.
    """
    lock = FileLock(folder / LOCK, timeout=wait_s)
    try:
        lock.acquire()
    except Timeout:
        raise InputError(
            f"{folder}: another process is {doing}; wait for it, or use another folder."
        ) from None
    except (OSError, NotImplementedError) as error:
        raise unwritable(folder, error) from error
    return lock


@contextmanager
def locked(folder: Path, doing: str) -> Iterator[None]:
    """Make a folder if needed, and hold its lock (`lock_folder`)."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    lock = lock_folder(folder, doing)
    try:
        yield
    finally:
        lock.release()
