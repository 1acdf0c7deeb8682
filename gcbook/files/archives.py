"""Files in folders and zip archives, read where they lie.

Archives are never unpacked, and one with a member that would reach outside its folder is refused
whole: whoever made it meant harm, or something went wrong.
"""

import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from gcbook.files.errors import InputError, system_reason

__all__ = ["files_in"]


def files_in(root: Path) -> Iterator[tuple[PurePosixPath, str, Callable[[], bytes]]]:
    """Yield the visible files of a folder or zip archive: path inside, full name, what reads it.

    The archive is opened once, which takes as long as its list of members is, and stays open.
    Threads may share it, processes must not.

    Raises:
        InputError: the folder (see `_folder_files`) or archive cannot be read, or a member would
            reach outside its folder; on reading, a member is damaged.
    """
    if root.is_dir():
        for inner in _folder_files(root):
            yield inner, str(root / inner), (root / inner).read_bytes
        return
    try:
        archive = zipfile.ZipFile(root)
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(
            f"{root}: expected a readable zip archive, found {error}; fetch it again."
        ) from error
    for inner, name in _members(archive, root):
        yield inner, f"{root}/{name}", partial(_read, archive, root, name)


def _members(archive: zipfile.ZipFile, root: Path) -> list[tuple[PurePosixPath, str]]:
    """List the visible members of an archive: path inside, and the name to read it by."""
    members = []
    for name in (info.filename for info in archive.infolist() if not info.is_dir()):
        inner = PurePosixPath(name.replace("\\", "/"))
        if inner.is_absolute() or ".." in inner.parts or re.match(r"[A-Za-z]:", name):
            raise InputError(
                f"{root}: member {name!r} would reach outside the archive's folder; nothing was "
                "read. Get the archive from a source you trust."
            )
        if _is_visible(inner):
            members.append((inner, name))
    return members


def _read(archive: zipfile.ZipFile, root: Path, name: str) -> bytes:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, EOFError, zlib.error, OSError, NotImplementedError) as error:
        raise InputError(
            f"{root}/{name}: expected an intact member of a zip archive, found a damaged one "
            f"({error}); fetch the archive again."
        ) from error


def _is_visible(inner: PurePosixPath) -> bool:
    """Tell whether a path is content: neither hidden nor one of the twins that macOS makes."""
    return not any(part.startswith((".", "__MACOSX")) for part in inner.parts)


def _folder_files(root: Path) -> Iterator[PurePosixPath]:
    """Yield the visible files below a folder, relative to it, also through links to folders.

    Raises:
        InputError: a folder cannot be read, or a link without an ending, which may have been one to
            a folder, leads nowhere.
    """
    seen = set()
    for folder, below, names in os.walk(root, onerror=_stop, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            # A link to a folder further up would go round for ever.
            below.clear()
            continue
        seen.add(real)
        inner = PurePosixPath(Path(folder).relative_to(root).as_posix())
        for path in filter(_is_visible, (inner / name for name in names)):
            if not path.suffix:
                try:
                    (root / path).stat()
                except OSError as error:
                    _stop(error)
            yield path


def _stop(error: OSError) -> None:
    """Refuse to take a folder for empty because it cannot be read."""
    raise InputError(
        f"{error.filename}: expected a folder or file that can be read, found that it cannot: "
        f"{system_reason(error)}. What is in it would be left out: mend that, or move it away."
    ) from error
