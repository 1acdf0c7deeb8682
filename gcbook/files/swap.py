"""Putting a new folder in the place of an old one.

The old one is renamed out of the way first: a process that is killed just then leaves no folder,
and the next one puts the old one back (`mend_swap`).
"""

import shutil
from pathlib import Path


def swap_in(new: Path, place: Path) -> None:
    """Put a folder in its place; what was there is removed.

    Args:
        new: a complete folder, on the file system of ``place``.
        place: of a folder, or of none yet.
    """
    mend_swap(place)
    if place.exists():
        place.rename(_aside(place))
    new.rename(place)
    shutil.rmtree(_aside(place), ignore_errors=True)


def mend_swap(place: Path) -> None:
    """Undo or finish what a process that was killed has left of a swap."""
    if _aside(place).is_dir() and not place.exists():
        _aside(place).rename(place)
    shutil.rmtree(_aside(place), ignore_errors=True)


def _aside(place: Path) -> Path:
    return place.with_name(f"{place.name}.old")
