"""The cache: a folder for what can be had again, and which known files were found whole.

What a file has to be is known by its SHA-256 (`gcbook.files.manifest`, `gcbook.trials.originals`).
It is hashed when it is first needed. That it was whole is remembered here, by its path, size, inode
and times, so that the next process need not hash it again. An edit is noticed even if it keeps the
size and sets the time of modification back, since no program sets the time of an inode's last
change. (Windows keeps none: there, such an edit passes.) What is not noticed either is a bit that
the disk itself has lost since. `gcbook check` remembers nothing and hashes everything.
"""

import os
import time
from collections.abc import Iterable, Set
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

import platformdirs

SETTLED_NS = 2 * 10**9
"""A file that was changed just now may be changed again within one tick of the disk's clock."""

MOST = 8 * 2**20
"""Bytes of marks, of which old ones are never used again; then the list starts over."""


def cache_dir() -> Path:
    """Return the folder where fetched files are kept; it need not exist yet."""
    named = os.environ.get("GCBOOK_CACHE_DIR")
    if named:
        return Path(named).expanduser().absolute()
    return Path(platformdirs.user_cache_dir("gcbook", appauthor=False))


def mark_of(path: Path, known: str) -> str:
    """Return what stands for a file as it is now, and what it is known to be.

    Args:
        path: the file.
        known: its SHA-256, or that of a list of what it holds.

    Returns:
        A word for `remembered` and `remember`; "" if the file is not there, or was changed in the
        last two seconds.
    """
    try:
        found = path.stat()
    except (OSError, ValueError):
        return ""
    if time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) < SETTLED_NS:
        return ""
    state = (found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns)
    return sha256("\0".join(map(str, (path.absolute(), *state, known))).encode()).hexdigest()


def remembered() -> Set[str]:
    """Return the marks of files that were whole."""
    return _marks(_memory())


def remember(marks: Iterable[str]) -> None:
    """Keep the marks of files that are whole, if the cache can be written to."""
    memory = _memory()
    kept = {*marks} - {""} - _marks(memory)
    if not kept:
        return
    _marks(memory).update(kept)
    with suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        # One write at the end of the file: processes do not disturb each other, and of one that is
        # cut short the last word is none of a mark's.
        with memory.open("ab", buffering=0) as file:
            file.write("".join(f"{mark}\n" for mark in sorted(kept)).encode())


def _memory() -> Path:
    return cache_dir() / "whole.txt"


@cache
def _marks(memory: Path) -> set[str]:
    try:
        if memory.stat().st_size <= MOST:
            return set(memory.read_text(encoding="utf-8", errors="replace").split())
        memory.unlink()
    except OSError:
        pass
    return set()
