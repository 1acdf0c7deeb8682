"""Files in folders and zip archives, read where they lie.

Archives are never unpacked, and one with a member that would reach outside its folder is refused
whole: whoever made it meant harm, or something went wrong.
"""

import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from gcbook.files.errors import InputError

__all__ = ["folder_files", "is_visible", "read_member", "reader_of", "zip_members"]


def is_visible(inner: PurePosixPath) -> bool:
    """Tell whether a path is content: neither hidden nor one of the twins that macOS makes.

    >>> is_visible(PurePosixPath("edges/cat/cat1.png"))
    True
    >>> is_visible(PurePosixPath("__MACOSX/edges/cat/._cat1.png"))
    False
    """
    return not any(part.startswith((".", "__MACOSX")) for part in inner.parts)


def folder_files(root: Path) -> Iterator[PurePosixPath]:
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
        for path in filter(is_visible, (inner / name for name in names)):
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
        f"{(error.strerror or str(error)).lower()}. What is in it would be left out: mend that, or "
        "move it away."
    ) from error


def zip_members(root: Path) -> list[tuple[PurePosixPath, str]]:
    """Return the visible members of an archive: path inside, and the name to read it by.

    Raises:
        InputError: the archive cannot be read, or a member would reach outside its folder.
    """
    try:
        with zipfile.ZipFile(root) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(
            f"{root}: expected a readable zip archive, found {error}; fetch it again."
        ) from error
    members = []
    for name in names:
        inner = PurePosixPath(name.replace("\\", "/"))
        if inner.is_absolute() or ".." in inner.parts or re.match(r"[A-Za-z]:", name):
            raise InputError(
                f"{root}: member {name!r} would reach outside the archive's folder; nothing was "
                "read. Get the archive from a source you trust."
            )
        if is_visible(inner):
            members.append((inner, name))
    return members


def read_member(root: Path, name: str) -> bytes:
    """Return the bytes of one member of an archive, which is opened for it.

    Raises:
        InputError: it is damaged.
    """
    return reader_of(root)(name)


def reader_of(root: Path) -> Callable[[str], bytes]:
    """Return what reads the members of an archive, as `read_member` does, and keeps it open.

    Opening takes as long as the list of members is. Processes must not share a reader.
    """
    archive: zipfile.ZipFile | None = None

    def read(name: str) -> bytes:
        nonlocal archive
        try:
            archive = archive or zipfile.ZipFile(root)
            return archive.read(name)
        except (zipfile.BadZipFile, EOFError, zlib.error, OSError, NotImplementedError) as error:
            raise InputError(
                f"{root}/{name}: expected an intact member of a zip archive, found a damaged one "
                f"({error}); fetch the archive again."
            ) from error

    return read
