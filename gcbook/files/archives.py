"""Files in folders and zip archives, read where they lie.

Archives are never unpacked, and one with a member that would reach outside its folder is refused
whole: it was made to do harm, or something went wrong.
"""

import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from gcbook.files.errors import InputError, system_reason
from gcbook.files.untrusted import at_most, open_file, read_file, refused

MOST_FILES = 200_000
"""Files of a folder or archive; the 17 datasets have 13,000 images."""

_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""What members may be compressed by: others take memory that the archive chooses."""

_ZIP = "a readable zip archive"
_FETCH = "Fetch or make it again."


def is_zip(path: Path) -> bool:
    """Tell whether a path is a regular file, and a zip archive."""
    if not path.is_file():
        return False
    with open_file(path) as file, refused(path, _ZIP, _FETCH):
        return zipfile.is_zipfile(file)


def files_in(root: Path, limit: int) -> Iterator[tuple[PurePosixPath, str, Callable[[], bytes]]]:
    """Yield the visible files of a folder or zip archive: path inside, full name, what reads it.

    The archive is opened once, which takes as long as its list of members is, and stays open.
    Threads may share it; what reads a file may be pickled, and a process that unpickles it opens
    the archive for itself.

    Args:
        root: the folder or archive.
        limit: the most bytes that a file may have when it is read, unpacked.

    Raises:
        InputError: the folder (see `_folder_files`) or archive cannot be read, has more than
            `MOST_FILES` files, or a member would reach outside its folder or is packed in a way
            that is not read here; on reading, a file is damaged, larger than the limit, or no
            regular one.
    """
    if root.is_dir():
        inside = ((each, root / each) for each in _folder_files(root))
        files = ((each, str(path), partial(read_file, path, limit)) for each, path in inside)
    else:
        archive = _open_archive(root)
        members = ((each, f"{root}/{one.filename}", one) for each, one in _members(archive, root))
        files = (
            (each, place, partial(_read, archive, member, place, limit))
            for each, place, member in members
        )
    for number, file in enumerate(files):
        if number >= MOST_FILES:
            raise InputError(
                f"{root}: expected {MOST_FILES:,} files at most, found more; give a path further "
                "down."
            )
        yield file


class _Archive(zipfile.ZipFile):
    """An archive that goes to another process by its path."""

    path: Path

    def __reduce__(self) -> tuple[Callable[[Path], "_Archive"], tuple[Path]]:
        return _open_archive, (self.path,)


def _open_archive(root: Path) -> _Archive:
    file = open_file(root)
    with refused(root, _ZIP, _FETCH):
        archive = _Archive(file)
    archive.path = root.absolute()
    return archive


def _members(archive: zipfile.ZipFile, root: Path) -> list[tuple[PurePosixPath, zipfile.ZipInfo]]:
    """List the visible members of an archive: path inside, and what to read it by."""
    members = []
    for member in archive.infolist():
        name = member.filename
        inner = PurePosixPath(name.replace("\\", "/"))
        if inner.is_absolute() or ".." in inner.parts or re.match(r"[A-Za-z]:", name):
            raise InputError(
                f"{root}: member {name!r} would reach outside the archive's folder; nothing was "
                "read. Get the archive from a source you trust."
            )
        # A member may have no name, of which zipfile cannot say whether it is a folder's.
        if inner.name and not name.endswith("/") and _is_visible(inner):
            members.append((inner, member))
    return members


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: str, limit: int) -> bytes:
    packed = "encrypted" if member.flag_bits & 1 else ""
    if member.compress_type not in _METHODS:
        packed = f"compressed by another method ({member.compress_type})"
    if stat.S_ISLNK(member.external_attr >> 16):
        packed = "a link"
    if packed:
        raise InputError(
            f"{place}: expected a member that is stored or deflated, found one that is {packed}. "
            "Make the archive again with the options that zip has by default."
        )
    with (
        refused(place, "an intact member of a zip archive", "Fetch or make the archive again."),
        archive.open(member) as file,
    ):
        return at_most(limit, file.read(limit + 1), place)


def _is_visible(inner: PurePosixPath) -> bool:
    """Tell whether a path is content: neither hidden nor one of the twins that macOS makes."""
    return not any(part.startswith((".", "__MACOSX")) for part in inner.parts)


def _folder_files(root: Path) -> Iterator[PurePosixPath]:
    """Yield the visible files below a folder, relative to it, also through links to folders."""
    seen = set()
    for folder, below, names in os.walk(root, onerror=_stop, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            # A link to a folder further up would go round for ever.
            below.clear()
            continue
        seen.add(real)
        inner = PurePosixPath(Path(folder).relative_to(root).as_posix())
        yield from filter(_is_visible, (inner / name for name in names))


def _stop(error: OSError) -> None:
    """Refuse to take a folder for empty because it cannot be read."""
    raise InputError(
        f"{error.filename}: expected a folder or file that can be read, found that it cannot: "
        f"{system_reason(error)}. What is in it would be left out: mend that, or move it away."
    ) from error
