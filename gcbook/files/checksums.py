"""Files that know whether a bit of them has changed.

A seal is text in a file: a mark, and the SHA-256 of all the file's bytes with zeros in place of the
64 digits themselves. It lies where the format has room for a string, so that the file is one that
other programs read as before, and a file and its hash are always written and moved together.
"""

import mmap
from hashlib import sha256
from pathlib import Path

_MARK = b"sealed with sha256:"
_ZEROS = b"0" * 64

SEAL = (_MARK + _ZEROS).decode()
"""What is to stand in a file before it is sealed."""


def seal(content: bytes) -> bytes:
    """Return bytes that hold `SEAL`, sealed: as long as before."""
    at = content.rindex(_MARK + _ZEROS) + len(_MARK)
    return content[:at] + _digest(content, at) + content[at + 64 :]


def is_whole(content: bytes) -> bool | None:
    """Tell whether no bit has changed since bytes were sealed; None if they have no seal."""
    found = content.rfind(_MARK)
    if found < 0:
        return None
    at = found + len(_MARK)
    return content[at : at + 64] == _digest(content, at)


def seal_file(path: Path) -> None:
    """Seal a file that holds `SEAL`, in place."""
    with path.open("rb+") as file, mmap.mmap(file.fileno(), 0) as content:
        at = content.rfind(_MARK + _ZEROS) + len(_MARK)
        content[at : at + 64] = _digest(content, at)


def _digest(content: bytes | mmap.mmap, at: int) -> bytes:
    with memoryview(content) as view:
        found = sha256(view[:at])
        found.update(_ZEROS)
        found.update(view[at + 64 :])
    return found.hexdigest().encode()
