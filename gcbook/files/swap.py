"""Putting a new folder in the place of an old one by one rename.

Linux and macOS let two folders change places in one step, on most of their file systems. Where that
is not possible, the old folder is renamed out of the way first: a process that is killed just then
leaves no folder, and the next one puts the old one back (`mend_swap`).
"""

import ctypes
import os
import shutil
import sys
from pathlib import Path


def swap_in(new: Path, place: Path) -> None:
    """Put a folder in its place; what was there is removed.

    Args:
        new: a complete folder, on the file system of ``place``.
        place: of a folder, or of none yet.
    """
    mend_swap(place)
    if not place.exists():
        new.rename(place)
    elif _exchange(new, place):
        shutil.rmtree(new)
    else:
        place.rename(_aside(place))
        new.rename(place)
        shutil.rmtree(_aside(place))


def mend_swap(place: Path) -> None:
    """Undo or finish what a process that was killed has left of a swap."""
    aside = _aside(place)
    if aside.is_dir() and not place.exists():
        aside.rename(place)
    shutil.rmtree(aside, ignore_errors=True)


def _aside(place: Path) -> Path:
    return place.with_name(f"{place.name}.old")


def _exchange(one: Path, other: Path) -> bool:
    """Let two paths change places; False where the system or the file system cannot."""
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one.absolute()), os.fsencode(other.absolute())
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        # RENAME_EXCHANGE; the folders that relative paths would start from are ignored.
        return library.renameat2(-1, names[0], -1, names[1], ctypes.c_uint(2)) == 0
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        return library.renamex_np(*names, ctypes.c_uint(2)) == 0  # RENAME_SWAP
    return False
