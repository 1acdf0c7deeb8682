"""Writing to disks that can be full, read-only, or taken away: whole files, and errors in words."""

import errno
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gcbook.files.errors import GcbookError, InputError, system_reason

_REMEDIES = {
    "Free space": (errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
    "Make the folder writable": (errno.EACCES, errno.EPERM, errno.EROFS),
}

UNWRITABLE = frozenset(number for numbers in _REMEDIES.values() for number in numbers)
"""The system's numbers of errors that a full disk or a protected folder causes."""


class UnwritableError(GcbookError):
    """A file cannot be written; what was there before is still there.

    Args:
        path: the file.
        error: why.
    """

    def __str__(self) -> str:
        path, error = self.args
        number = getattr(error, "errno", None)
        remedies = (words for words, numbers in _REMEDIES.items() if number in numbers)
        remedy = next(remedies, "Mend that")
        return f"{path}: cannot be written: {system_reason(error)}. {remedy}."


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole or not at all: it appears when it is complete.

    Args:
        path: the file, in a folder that is there.
        write: writes it at another place.

    Raises:
        UnwritableError: the disk is full, say.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        if os.path.lexists(temporary):
            # A link would be written through, to wherever it leads, and a pipe waited for.
            temporary.unlink()
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        # What is left of it would keep a full disk full.
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise UnwritableError(path, error) from error


def write_text(text: str, path: Path) -> None:
    """Write a text file; it appears when it is complete."""
    write_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_if_changed(text: str, path: Path) -> None:
    """Write a text file unless it holds just that: what depends on its time stays as it is."""
    if not path.is_file() or path.read_bytes() != text.encode():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(text, path)


def check_free(path: Path) -> None:
    """Refuse to replace what is there, be it a link that leads nowhere.

    Raises:
        InputError: something is.
    """
    if os.path.lexists(path):
        raise InputError(f"{path}: already there; choose another name, or add --overwrite.")


def check_writable(folder: Path) -> None:
    """Make a folder and a file in it, and take back what was not there.

    Raises:
        InputError: that is not possible.
    """
    made = [place for place in (folder, *folder.parents) if not os.path.lexists(place)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", suffix=".probe") as file:
            file.write(b"x")
            file.flush()
    except OSError as error:
        raise unwritable(folder, error) from error
    finally:
        for place in made:
            with suppress(OSError):
                place.rmdir()


def unwritable(folder: Path, error: Exception) -> InputError:
    """Return the error of a folder that cannot be written to, for a reason."""
    return InputError(
        f"{folder}: expected a folder that can be written to; found that it cannot: "
        f"{system_reason(error)}. Choose another folder, or mend that."
    )
