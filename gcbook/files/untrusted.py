"""The one way in for bytes that are not ours.

A file that somebody else made may be anything: a pipe that never ends, a device, a gigabyte of
zeros packed into a megabyte, an object nested a million deep. So whatever comes from outside is
opened here. Only regular files pass, each of them up to a limit that stands where it is read, and
whatever a library raises on what is in them becomes one refusal: which file, what was expected,
what was found, what to do.
"""

import io
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gcbook.files.errors import GcbookError, InputError, system_reason

MIB = 2**20

LARGEST_CSV = 64 * MIB
"""Bytes of a CSV file, unpacked: half a million trials, where the largest dataset has 1,280."""

LARGEST_JSON = 64 * MIB
"""Bytes of a JSON file; the longest, tokenizers of 256,000 words, have half of that."""

LARGEST_PICTURE = 128 * MIB
"""Bytes of a picture's file."""

MOST_PIXELS = 2**25
"""Pixels of a picture, twice what a telephone's camera takes: in colour 400 MB when decoded."""


# A pipe that nobody writes to would be waited for. Windows has no such thing, but kinds of files.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@contextmanager
def refused(place: str | Path, expected: str, remedy: str) -> Iterator[None]:
    """Turn whatever a library raises on bytes from outside into one refusal.

    Libraries raise what they meet: errors of their own, those of the libraries below them, and
    those of their mistakes, when a file says what no file of its kind does.

    Args:
        place: the file, for the message.
        expected: what it should be.
        remedy: what the user can do.

    Raises:
        InputError: in place of all exceptions but the package's own.
    """
    try:
        yield
    except GcbookError:
        raise
    except Exception as error:
        raise InputError(
            f"{place}: expected {expected}, found {_found(error)}. {remedy}"
        ) from error


def _found(error: Exception) -> str:
    """What an exception says, on one line and in a few words."""
    if isinstance(error, RecursionError):
        return "one nested too deep"
    if isinstance(error, MemoryError):
        return "one that takes more memory than there is"
    words = " ".join(system_reason(error).split()).rstrip(".")
    if len(words) > 200:
        words = f"{words[:200]} …"
    return f"one that is damaged or of another kind ({words or type(error).__name__})"


def open_file(path: str | Path) -> io.BufferedReader:
    """Open a regular file for reading: nothing that waits, is made as it is read, or has no end.

    Raises:
        InputError: it is not there, may not be read, or is a folder, a pipe, a device or a socket.
    """
    try:
        number = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    mode = os.fstat(number).st_mode
    if not stat.S_ISREG(mode):
        os.close(number)
        kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFCHR: "a device"}
        raise InputError(
            f"{path}: expected a regular file, found {kinds.get(stat.S_IFMT(mode), 'another kind')}"
            "; give the path of a file, or copy what it yields into one."
        )
    return os.fdopen(number, "rb")


def _unreadable(path: str | Path, error: Exception) -> InputError:
    gone = isinstance(error, FileNotFoundError)
    return InputError(
        f"{path}: expected a file that can be read, found that it cannot: {system_reason(error)}. "
        + ("Check the path." if gone else "Mend that, or move it away.")
    )


def read_file(path: str | Path, limit: int) -> bytes:
    """Read a regular file.

    Args:
        path: the file.
        limit: the most bytes that it may have.

    Raises:
        InputError: see `open_file`, or it is larger.
    """
    with open_file(path) as file:
        # Python takes memory for as much as may come; hence the size of the file.
        size = min(os.fstat(file.fileno()).st_size, limit)
        try:
            content = file.read(size + 1)
        except OSError as error:
            raise _unreadable(path, error) from error
    if size < len(content) <= limit:
        raise InputError(
            f"{path}: expected a file that stays as it is, found one that grows while it is read; "
            "wait until it is written, or copy what it yields into another file."
        )
    return at_most(limit, content, path)


def read_text(path: str | Path, limit: int = LARGEST_JSON) -> str:
    """Read a regular file of UTF-8 text, see `read_file`.

    Raises:
        InputError: it is no such text, too.
    """
    with refused(path, "text in UTF-8", "Save it as UTF-8."):
        return read_file(path, limit).decode("utf-8")


def read_json(path: str | Path, limit: int = LARGEST_JSON) -> Any:
    """Read a JSON file, see `read_file` and `parse_json`."""
    return parse_json(read_file(path, limit), path)


def parse_json(content: bytes | str, place: str | Path, remedy: str = "Replace the file.") -> Any:
    """Return what JSON text holds.

    Args:
        content: the text; bytes are UTF-8.
        place: where it is from, for the message.
        remedy: what the user can do about it.

    Raises:
        InputError: it is no JSON, or nested too deep for Python's reader.
    """
    with refused(place, "JSON text", remedy):
        return json.loads(content)


def at_most(limit: int, content: bytes, place: str | Path) -> bytes:
    """Return content that was read up to one byte more than a limit."""
    if len(content) > limit:
        raise InputError(
            f"{place}: expected {limit / MIB:g} MiB at most, unpacked, found more. Leave out what "
            "does not belong there, or divide it into several files."
        )
    return content
