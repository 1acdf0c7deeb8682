"""Where the published originals come from, and where copies of them lie on this machine.

Copies are looked for first in the folder that ``GCBOOK_DATA_DIR`` names, then in the cache that
`gcbook.trials.fetch` fills (``GCBOOK_CACHE_DIR``, or the usual cache folder of the operating
system). Only complete copies count: a table computed from half of the trials would look like any
other. Every copy is compared with the registry of its source, file by file, and only what the
registry lists is read as published.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from gcbook.files.archives import files_in
from gcbook.files.cache import cache_dir
from gcbook.files.errors import DataNotFoundError, GcbookError
from gcbook.files.manifest import DATA, differing, others
from gcbook.files.untrusted import LARGEST_PICTURE

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


def locate(kind: Kind, sources: Sequence[Source] = ()) -> list[Path]:
    """Return the zips, folders or files that hold a kind of data.

    Args:
        kind: trials are read by `gcbook.trials.table.read_trials`; in a folder, which may be a
            whole clone, they are named one by one.
        sources: those wanted; none for all.

    Raises:
        DataNotFoundError: not all of the sources are on this machine and complete; the message says
            what to do.
        GcbookError: a copy is not what was published.
    """
    found = []
    for source in sources or SOURCES[kind]:
        place = in_data_dir(source) or _cached(kind, source)
        if place is None:
            raise DataNotFoundError(
                f"The published {kind} are not on this machine: {how_to_get(kind)}."
            )
        if wrong := problems(source, place):
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            raise GcbookError(
                f"{wrong[0]}{more}. Run `gcbook fetch {kind}`, which replaces what has changed in "
                f"the cache, or put the published files in their place, or move {place} away."
            )
        lone = kind == "trials" and place.is_dir()
        found += [place / name for name in read_registry(source)] if lone else [place]
    return found


def locate_trials() -> list[Path]:
    """Return all published trials, as `locate` does."""
    return locate("trials")


def copies(kind: Kind, source: Source) -> list[Path]:
    """Return the zips and folders on this machine that are, or should be, copies of a source."""
    cached = cache_dir() / kind / source.folder
    places = [in_data_dir(source), cached if cached.is_dir() else None]
    return [place for place in places if place]


def problems(source: Source, place: Path) -> list[str]:
    """Compare a copy with the registry of its source.

    Args:
        place: one of `copies`. Of a folder, what is not listed is no problem, for it is not read.

    Returns:
        What is wrong, a line each: which file is missing, has changed or does not belong there.
    """
    known = published_names(source, place)
    return _in_archive(place, known) if place.is_file() else list(differing(place, known))


def published_names(source: Source, place: Path) -> dict[str, str]:
    """Return the SHA-256 of the published files by their paths in a copy, a zip or a folder."""
    top = f"{source.folder}/" if place.is_file() else ""
    return {f"{top}{path}": known for path, known in read_registry(source).items()}


def in_data_dir(source: Source) -> Path | None:
    """Return the zip named like a source, or the unpacked one, in ``GCBOOK_DATA_DIR``, or None."""
    folder = data_dir()
    if folder is None:
        return None
    archive = folder / f"{source.name}.zip"
    roots = (folder / source.folder, folder / source.name / source.folder)
    if archive.is_file():
        return archive
    return next((root for root in roots if root.is_dir()), None)


def _cached(kind: Kind, source: Source) -> Path | None:
    """Return the complete copy of a source in the cache, or None."""
    root = cache_dir() / kind / source.folder
    return root if all((root / path).is_file() for path in read_registry(source)) else None


def _in_archive(archive: Path, known: Mapping[str, str]) -> list[str]:
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
    # All trials of a zip would be read as published.
    return wrong + [
        f"{archive}/{name}: expected only what was published, found a file that was not"
        for name in members
        if name not in known and any(each in name.lower() for each in (".csv", ".png"))
    ]


def how_to_get(kind: Kind) -> str:
    """Say, as part of a sentence, what was looked for and where, and how to get it."""
    names = [source.name for source in SOURCES[kind] if not in_data_dir(source)]
    return (
        f"{', '.join(names)} looked for in GCBOOK_DATA_DIR ({data_dir() or 'not set'}) and in the "
        f"cache ({cache_dir() / kind}); run `gcbook fetch {kind}` with a network connection "
        "(complete files are kept), or set GCBOOK_DATA_DIR to a folder that holds "
        f"{', '.join(f'{source.name}.zip' for source in SOURCES[kind])} or GitHub's archives, "
        "unpacked"
    )
