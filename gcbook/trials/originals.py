"""Where the published originals come from, and where copies of them lie on this machine.

Copies are looked for first in the folder that ``GCBOOK_DATA_DIR`` names, then in the cache that
`gcbook.trials.fetch` fills (``GCBOOK_CACHE_DIR``, or the usual cache folder of the operating
system). Only complete copies count: a table computed from half of the trials would look like any
other.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

import platformdirs

from gcbook.files.errors import DataNotFoundError, GcbookError

__all__ = [
    "SOURCES",
    "Kind",
    "Source",
    "at_hand",
    "cache_dir",
    "data_dir",
    "find",
    "how_to_get",
    "locate",
    "locate_trials",
    "read_registry",
]

Kind = Literal["trials", "stimuli"]

REGISTRY: Traversable = resources.files("gcbook") / "data" / "registry"


@dataclass(frozen=True)
class Source:
    """A public repository at one commit, and the files of it that the book uses."""

    name: str
    """Name of the registry, and of the zip or folder in ``GCBOOK_DATA_DIR``."""
    repository: str
    commit: str
    content: str

    @property
    def folder(self) -> str:
        """Name of the folder in GitHub's own archive of this commit."""
        return f"{self.repository.split('/')[1]}-{self.commit}"


SOURCES: dict[Kind, tuple[Source, ...]] = {
    "trials": (
        Source(
            "model-vs-human-humans",
            "bethgelab/model-vs-human",
            "79ed7cd1d9ac3a114e71b6638f0a98bdd627316c",
            "90 human observers on 17 datasets",
        ),
        Source(
            "model-vs-human-models",
            "bethgelab/model-vs-human",
            "93ee6766db71bc99de23a16cf5216acff181b470",
            "nine networks on the same 17 datasets",
        ),
        Source(
            "error-consistency-cnns",
            "wichmann-lab/error-consistency",
            "eb53bdb5d8e48166c56b9201842b19e8259506c5",
            "25 convolutional networks on cue-conflict, edge and silhouette",
        ),
    ),
    "stimuli": (
        Source(
            "texture-vs-shape-stimuli",
            "rgeirhos/texture-vs-shape",
            "ccd0c01d42c0a8a834e90ec141e7f24fa915dc23",
            "all 160 edge and 160 silhouette images, and 240 of the 1,280 cue-conflict images",
        ),
    ),
}


def read_registry(source: Source) -> dict[str, str]:
    """Return the SHA-256 of every file of a source, by its path in the repository.

    >>> files = read_registry(SOURCES["trials"][0])
    >>> len(files)
    90
    """
    lines = (REGISTRY / f"{source.name}.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.rsplit(maxsplit=1) for line in lines if line and not line.startswith("#"))


def cache_dir() -> Path:
    """Return the folder where fetched files are kept; it need not exist yet."""
    named = os.environ.get("GCBOOK_CACHE_DIR")
    if named:
        return Path(named).expanduser().absolute()
    return Path(platformdirs.user_cache_dir("gcbook", appauthor=False))


def data_dir() -> Path | None:
    """Return the folder that ``GCBOOK_DATA_DIR`` names, or None."""
    named = os.environ.get("GCBOOK_DATA_DIR")
    return Path(named).expanduser().absolute() if named else None


def find(kind: Kind, sources: Sequence[Source] = ()) -> list[Path] | None:
    """Return the zips, folders or files that hold a kind of data, or None.

    Args:
        kind: trials are read by `gcbook.trials.table.read_trials`.
        sources: those wanted; none for all.

    Returns:
        None unless all of the sources are at hand and complete.
    """
    places = [at_hand(kind, each) or _cached(kind, each) for each in sources or SOURCES[kind]]
    return None if None in places else [path for place in places if place for path in place]


def locate(kind: Kind, sources: Sequence[Source] = ()) -> list[Path]:
    """Return what `find` does.

    Raises:
        DataNotFoundError: it is not on this machine; the message says what to do.
    """
    found = find(kind, sources)
    if found is None:
        raise DataNotFoundError(
            f"The published {kind} are not on this machine: {how_to_get(kind)}."
        )
    return found


def locate_trials() -> list[Path]:
    """Return all published trials, as `locate` does."""
    return locate("trials")


def at_hand(kind: Kind, source: Source) -> list[Path] | None:
    """Return the copy of a source in ``GCBOOK_DATA_DIR``, or None.

    Either a zip named like the source, or GitHub's archive of the commit, unpacked.
    """
    folder = data_dir()
    if folder is None:
        return None
    archive = folder / f"{source.name}.zip"
    if archive.is_file():
        return [archive]
    for root in (folder / source.folder, folder / source.name / source.folder):
        files = [root / path for path in read_registry(source)]
        if all(file.is_file() for file in files):
            # A whole clone holds more trials than the book uses: then name the files one by one.
            strays = kind == "trials" and {*root.rglob("*.csv")} != {*files}
            return files if strays else [root]
    return None


def _cached(kind: Kind, source: Source) -> list[Path] | None:
    """Return the complete copy of a source in the cache, or None.

    Raises:
        GcbookError: a file in it is no longer what was fetched.
    """
    root, registry = cache_dir() / kind / source.folder, read_registry(source)
    if not all((root / path).is_file() for path in registry):
        return None
    changed = [
        path
        for path, known in registry.items()
        if sha256((root / path).read_bytes()).hexdigest() != known
    ]
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise GcbookError(
            f"{root / changed[0]}{more}: expected the bytes that were published, found others. Run "
            f"`gcbook fetch {kind}`, which replaces what has changed; keep a copy if you meant to "
            "change it."
        )
    return [root]


def how_to_get(kind: Kind) -> str:
    """Say, as part of a sentence, what was looked for and where, and how to get it."""
    sources = [source for source in SOURCES[kind] if not at_hand(kind, source)]
    cache = cache_dir() / kind
    files = [cache / source.folder / path for source in sources for path in read_registry(source)]
    return (
        f"{', '.join(source.name for source in sources)} looked for in GCBOOK_DATA_DIR "
        f"({data_dir() or 'not set'}) and in the cache ({cache}, which holds "
        f"{sum(file.is_file() for file in files)} of {len(files)} files); run `gcbook fetch "
        f"{kind}` with a network connection (complete files are kept), or set GCBOOK_DATA_DIR to "
        f"a folder that holds {', '.join(f'{source.name}.zip' for source in SOURCES[kind])} or "
        "GitHub's archives, unpacked"
    )
