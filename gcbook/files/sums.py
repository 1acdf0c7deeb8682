"""SHA-256 of files and folders, in the form that ``sha256sum`` writes and checks."""

import hashlib
from collections.abc import Callable
from pathlib import Path, PurePath

Wanted = Callable[[PurePath], bool]


def hash_of(path: Path, wanted: Wanted = lambda inner: True) -> str:
    """The SHA-256 of a file; of a folder that of its `listing`."""
    if path.is_dir():
        return hashlib.sha256(listing(path, wanted).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def listing(folder: Path, wanted: Wanted = lambda inner: True) -> str:
    """The hashes of all files in a folder, as ``sha256sum -c`` reads them.

    Args:
        folder: what to list; folders that links lead to are left out.
        wanted: which files count, by their path in the folder.

    Returns:
        A line a file, hash and path, sorted by path.
    """
    names = sorted(
        inner.as_posix()
        for path in folder.rglob("*")
        if path.is_file() and wanted(inner := path.relative_to(folder))
    )
    return "".join(_line(hash_of(folder / name), name) for name in names)


def changed_files(folder: Path, listed: Path) -> list[str]:
    """Files of a folder that are not as they were listed: changed, missing or new, sorted.

    Args:
        folder: it need not be there.
        listed: the file with its `listing`; what is not there lists nothing.
    """
    known = listed.read_text(encoding="utf-8") if listed.is_file() else ""
    differing = set(known.splitlines()) ^ set(listing(folder).splitlines())
    return sorted({line.split("  ", 1)[1] for line in differing})


def _line(digest: str, name: str) -> str:
    """A line of a listing; like sha256sum, it starts with a backslash if the name is escaped."""
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    mark = "\\" if escaped != name else ""
    return f"{mark}{digest}  {escaped}\n"
