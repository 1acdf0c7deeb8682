"""What ships: the one door to the package's data, whose files are those of a list or none.

``gcbook/data/SHA256SUMS`` lists every file of ``gcbook/data`` with its SHA-256, as ``sha256sum -c``
reads it. A file is compared with the list when a process first asks for it, a folder with all that
is below it: what was changed, is missing or does not belong there is refused by name. After a
change to the data the list is written again with ``python tools/write_manifest.py``.
"""

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import resources
from pathlib import Path

from gcbook.files.atomic import write_text
from gcbook.files.errors import GcbookError, system_reason
from gcbook.files.sums import hash_of
from gcbook.files.untrusted import read_text

SUMS = "SHA256SUMS"

_NOT_DATA = (SUMS, ".lock", ".DS_Store", "Thumbs.db")
"""Names of files that are not listed: the list, and what scoring or a file manager leaves."""

_REMEDY = (
    "Install gcbook again, or restore {folder} with git; if you changed the data on purpose, run "
    "`python tools/write_manifest.py`."
)


def differing(folder: Path, known: Mapping[str, str]) -> Iterator[str]:
    """Compare files with what they are known to be.

    Args:
        folder: of the files.
        known: the SHA-256 of each, by its path in the folder.

    Yields:
        Of each that is missing, has changed or cannot be read, where it is and what is wrong.
    """
    for name, expected in known.items():
        path = folder / name
        if not path.is_file():
            yield f"{path}: expected a file, found none"
            continue
        try:
            found = hash_of(path)
        except OSError as error:
            yield f"{path}: cannot be read: {system_reason(error)}"
            continue
        if found != expected:
            yield f"{path}: {others(expected, found)}"


def others(expected: str, found: str) -> str:
    """Say that bytes are not those that their SHA-256 tells."""
    return f"expected the bytes with SHA-256 {expected[:12]}…, found others ({found[:12]}…)"


class Manifest:
    """A folder of data with a list of what belongs there.

    Attributes:
        folder: where it lies, for what writes into it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._whole: set[str] = set()

    @cached_property
    def listed(self) -> Mapping[str, str]:
        """The SHA-256 of each file, by its name: its path below the folder, with slashes."""
        place = self.folder / SUMS
        found = {}
        for number, line in enumerate(read_text(place).removesuffix("\n").split("\n"), 1):
            digest, gap, name = line.partition("  ")
            if not gap or len(digest) != 64:
                raise GcbookError(
                    f"{place}, line {number}: expected a SHA-256 and the name of a file, found "
                    f"{line[:80]!r}. {self._remedy}"
                )
            found[name] = digest
        return found

    def names(self, folder: str) -> list[str]:
        """Return the files that are listed below a folder, by their paths in it; none if none are.

        >>> DATA.names("miniworld")
        ['ATTRIBUTION.md', 'silhouettes.csv', 'silhouettes.npz']
        """
        start = f"{folder}/" if folder else ""
        return [name.removeprefix(start) for name in self.listed if name.startswith(start)]

    def path(self, name: str) -> Path:
        """Return where a file or a folder lies, once it is known to be what shipped.

        Args:
            name: its path below the folder of all data, with slashes.

        Raises:
            GcbookError: a file is missing, has changed, or is not listed.
        """
        if wrong := list(self._problems(name)):
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            raise GcbookError(f"{wrong[0]}{more}. {self._remedy}")
        return self.folder / name

    def problems(self) -> list[str]:
        """Compare all files with the list anew; return what is wrong, a line each."""
        self._whole.clear()
        return list(self._problems(""))

    def write(self) -> None:
        """Write the list of what is there now."""
        names = sorted(self._there(""))
        lines = (f"{hash_of(self.folder / name)}  {name}\n" for name in names)
        write_text("".join(lines), self.folder / SUMS)
        self._whole.clear()
        self.__dict__.pop("listed", None)

    @property
    def _remedy(self) -> str:
        return _REMEDY.format(folder=self.folder)

    def _problems(self, name: str) -> Iterator[str]:
        """Yield what is wrong with a file, or with those below a folder."""
        start = f"{name}/" if name else ""
        names = [each for each in self.listed if each == name or each.startswith(start)]
        asked = {each: self.listed[each] for each in names if each not in self._whole}
        wrong = list(differing(self.folder, asked))
        yield from wrong
        if not wrong:
            self._whole.update(asked)
        if name not in self.listed:
            strays = self._there(name) - {*names}
            for stray in sorted(strays):
                yield (
                    f"{self.folder / stray}: expected only what comes with gcbook, found a file "
                    "that does not"
                )
            if not names and not strays:
                yield (
                    f"{self.folder / name}: expected a file or folder that {SUMS} lists, found none"
                )

    def _there(self, name: str) -> set[str]:
        """Names of the files below a folder, or of the one file."""
        place = self.folder / name
        found = {name} if place.is_file() else set()
        for folder, _, inside in os.walk(place, followlinks=True):
            inner = Path(folder).relative_to(self.folder).as_posix()
            start = "" if inner == "." else f"{inner}/"
            found |= {f"{start}{each}" for each in inside if each not in _NOT_DATA}
        return found


DATA = Manifest(Path(str(resources.files("gcbook"))) / "data")
"""What comes with this package."""
