"""Where the published originals come from, and where copies of them lie on this machine.

Copies are looked for first in the folder that ``GCBOOK_DATA_DIR`` names, then in the cache that
`gcbook.trials.fetch` fills (``GCBOOK_CACHE_DIR``, or the usual cache folder of the operating
system). Only complete copies count: a table computed from half of the trials would look like any
other. Every copy is compared with the registry of its source, file by file, when it is first needed
(`gcbook.files.cache` says what is remembered of it), and only what the registry lists is read as
published.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Literal

from gcbook.files.archives import files_in
from gcbook.files.cache import cache_dir, mark_of, remember, remembered
from gcbook.files.errors import DataNotFoundError, GcbookError
from gcbook.files.gate import LARGEST_PICTURE
from gcbook.files.manifest import DATA, differing, others

Kind = Literal["trials", "stimuli"]


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
            "the 1,280 cue-conflict images, 160 edges and 160 filled silhouettes",
        ),
    ),
}


def read_registry(source: Source) -> dict[str, str]:
    """Return the SHA-256 of every file of a source, by its path in the repository.

    >>> files = read_registry(SOURCES["trials"][0])
    >>> len(files)
    90
    """
    text = DATA.path(f"registry/{source.name}.txt").read_text(encoding="utf-8")
    lines = text.splitlines()
    return dict(line.rsplit(maxsplit=1) for line in lines if line and not line.startswith("#"))


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

    Raises:
        GcbookError: a copy is not what was published.
    """
    places = [at_hand(kind, each) or _cached(kind, each) for each in sources or SOURCES[kind]]
    return None if None in places else [path for place in places if place for path in place]


def locate(kind: Kind, sources: Sequence[Source] = ()) -> list[Path]:
    """Return what `find` does.

    Raises:
        DataNotFoundError: it is not on this machine; the message says what to do.
        GcbookError: see `find`.
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

    Either a zip named like the source, or GitHub's archive of the commit, unpacked. A whole clone
    holds more trials than the book uses: then those that it does are named one by one.

    Raises:
        GcbookError: a file is missing or has changed, or a zip holds others.
    """
    place = in_data_dir(source)
    if place is None:
        return None
    _refuse(
        problems(kind, source, place),
        f"Put the published files in their place (a zip with more files than these can be "
        f"unpacked: of a folder, only they are read), or move {place} away and run "
        f"`gcbook fetch {kind}`.",
    )
    if kind == "trials" and place.is_dir():
        names = published_names(source, place)
        if _strays(place, names):
            return [place / name for name in names]
    return [place]


def copies(kind: Kind, source: Source) -> list[Path]:
    """Return the zips and folders on this machine that are, or should be, copies of a source."""
    cached = cache_dir() / kind / source.folder
    places = [in_data_dir(source), cached if cached.is_dir() else None]
    return [place for place in places if place]


def problems(kind: Kind, source: Source, place: Path, *, rehash: bool = False) -> list[str]:
    """Compare a copy with the registry of its source.

    Args:
        place: one of `copies`. Of a folder in ``GCBOOK_DATA_DIR``, which may be a whole clone,
            files that are not listed are no problem, for they are not read.
        rehash: hash what is remembered as well.

    Returns:
        What is wrong, a line each: which file is missing, has changed or does not belong there.
    """
    known = published_names(source, place)
    if place.is_file():
        return _in_archive(place, known, rehash)
    ours = place.is_relative_to(cache_dir() / kind)
    return [*differing(place, known, rehash=rehash), *(_strays(place, known) if ours else [])]


def published_names(source: Source, place: Path) -> dict[str, str]:
    """Return the SHA-256 of the published files by their paths in a copy, a zip or a folder."""
    top = f"{source.folder}/" if place.is_file() else ""
    return {f"{top}{path}": known for path, known in read_registry(source).items()}


def in_data_dir(source: Source) -> Path | None:
    folder = data_dir()
    if folder is None:
        return None
    archive = folder / f"{source.name}.zip"
    roots = (folder / source.folder, folder / source.name / source.folder)
    if archive.is_file():
        return archive
    return next((root for root in roots if root.is_dir()), None)


def _cached(kind: Kind, source: Source) -> list[Path] | None:
    """The complete copy of a source in the cache, or None; what was changed in it is refused."""
    root = cache_dir() / kind / source.folder
    if not all((root / path).is_file() for path in read_registry(source)):
        return None
    _refuse(
        problems(kind, source, root),
        f"Run `gcbook fetch {kind}`, which replaces what has changed, and move away what was not "
        "fetched; keep a copy if you meant to change it.",
    )
    return [root]


def _refuse(wrong: Sequence[str], remedy: str) -> None:
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise GcbookError(f"{wrong[0]}{more}. {remedy}")


def _in_archive(archive: Path, known: Mapping[str, str], rehash: bool) -> list[str]:
    mark = mark_of(archive, "\n".join(f"{name} {expected}" for name, expected in known.items()))
    if not rehash and mark in remembered():
        return []
    members = {inner.as_posix(): read for inner, _, read in files_in(archive, LARGEST_PICTURE)}
    wrong = []
    for name, expected in known.items():
        if name not in members:
            wrong.append(f"{archive}/{name}: expected a file, found none")
            continue
        try:
            found = sha256(members[name]()).hexdigest()
        except GcbookError as error:
            wrong.append(str(error).rstrip("."))
            continue
        if found != expected:
            wrong.append(f"{archive}/{name}: {others(expected, found)}")
    wrong += _strays(archive, known)
    if not wrong:
        remember([mark])
    return wrong


def _strays(place: Path, known: Mapping[str, str]) -> list[str]:
    """What is wrong with files that would be read as published and are not listed."""
    endings = {PurePath(name).suffix for name in known} - {""}
    return [
        f"{name}: expected only what was published, found a file that was not"
        for inner, name, _ in files_in(place, LARGEST_PICTURE)
        if inner.as_posix() not in known and any(each in inner.name.lower() for each in endings)
    ]


def how_to_get(kind: Kind) -> str:
    """Say, as part of a sentence, what was looked for and where, and how to get it."""
    sources = [source for source in SOURCES[kind] if not at_hand(kind, source)]
    cache = cache_dir() / kind
    files = [cache / source.folder / path for source in sources for path in read_registry(source)]
    lacking = [file for file in files if not file.is_file()]
    first = f", without {lacking[0].relative_to(cache)}" if 0 < len(lacking) < len(files) else ""
    return (
        f"{', '.join(source.name for source in sources)} looked for in GCBOOK_DATA_DIR "
        f"({data_dir() or 'not set'}) and in the cache ({cache}, which holds "
        f"{len(files) - len(lacking)} of {len(files)} files{first}); run `gcbook fetch "
        f"{kind}` with a network connection (complete files are kept), or set GCBOOK_DATA_DIR to "
        f"a folder that holds {', '.join(f'{source.name}.zip' for source in SOURCES[kind])} or "
        "GitHub's archives, unpacked"
    )
