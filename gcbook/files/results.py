"""Kept results: what takes long to compute, in the cache, by a hash of all that it depends on.

A kept file is the SHA-256 of its content and then the content. What was cut short, or changed
since, is not what it says it is: then nothing was kept, and whoever asks computes it again. A key
is a hash of all inputs, the code among them, so that nothing kept can be out of date.
"""

import os
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path, PurePath

from gcbook.files.atomic import UnwritableError, write_whole
from gcbook.files.cache import cache_dir
from gcbook.files.errors import InputError
from gcbook.files.sums import hash_of
from gcbook.files.untrusted import MIB, read_file

_LARGEST = 128 * MIB
_DIGEST = 32


def key_of(*inputs: str | bytes) -> str:
    """A key for what depends on these inputs and on nothing else, in this order."""
    digest = sha256()
    for each in inputs:
        content = each.encode() if isinstance(each, str) else each
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


@cache
def code_of(*packages: str) -> str:
    """What stands for the code of some packages, and for the libraries that numbers come from."""
    folder = Path(__file__).parents[1]

    def counts(inner: PurePath) -> bool:
        return inner.parts[0] in packages and inner.suffix == ".py"

    libraries = [f"{name} {version(name)}" for name in ("numpy", "pandas", "scipy")]
    return key_of(hash_of(folder, counts), *libraries)


def kept(kind: str, key: str) -> bytes | None:
    """What was kept under a key, None if nothing was, or it is not whole."""
    path = _place(kind, key)
    if not path.is_file():
        return None
    try:
        content = read_file(path, _LARGEST)
    except InputError:
        return None
    digest, found = content[:_DIGEST], content[_DIGEST:]
    return found if sha256(found).digest() == digest else None


def keep(kind: str, key: str, content: bytes) -> None:
    """Keep a result, if the cache can be written to."""
    path = _place(kind, key)
    with suppress(OSError, UnwritableError):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Several processes may keep the same: each writes a file of its own.
        written = path.with_name(f"{path.name}.{os.getpid()}")
        write_whole(written, lambda half: half.write_bytes(sha256(content).digest() + content))
        written.replace(path)


def _place(kind: str, key: str) -> Path:
    return cache_dir() / "kept" / kind / key
