"""The paper's four illusions, from Wikimedia Commons (its Section 3.4 and Appendix D).

They are fetched (`gcbook.illusions.commons_fetch`), never shipped.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gcbook.files.errors import DataNotFoundError, GcbookError
from gcbook.stimuli.images import IMAGE_SUFFIXES, decode_image
from gcbook.trials.originals import cache_dir, data_dir

__all__ = [
    "ILLUSIONS",
    "Illusion",
    "find_illusions",
    "hash_of",
    "locate_illusions",
    "read_illusion",
    "read_record",
]

COMMONS = "https://commons.wikimedia.org"
RECORD = "illusions.json"


@dataclass(frozen=True)
class Illusion:
    """One of the pictures of the paper's Fig. 7.

    Attributes:
        name: of its file here.
        title: of its page on Commons, after ``File:``.
        about: what it shows.
        maker: as Appendix D of the paper has it.
        licence: likewise.
        prompts: two things to see. The paper gives those of the first picture; the others are ours.
    """

    name: str
    title: str
    about: str
    maker: str
    licence: str
    prompts: tuple[str, str]

    @property
    def page(self) -> str:
        """Address of its page."""
        return f"{COMMONS}/wiki/File:{self.title.replace(' ', '_')}"


ILLUSIONS = (
    Illusion(
        "rabbit-duck",
        "Duck-Rabbit.png",
        "a rabbit and a duck",
        "unknown",
        "Public domain",
        ("an image of a duck", "an image of a rabbit"),
    ),
    Illusion(
        "rock",
        "Visage dans un rocher.jpg",
        "a rock with a face",
        "Mirabeau",
        "CC BY-SA 3.0",
        ("an image of a rock", "an image of a face"),
    ),
    Illusion(
        "vegetables",
        "Arcimboldo Vegetables.jpg",
        "a portrait made of vegetables",
        "Giuseppe Arcimboldo",
        "Public domain",
        ("an image of vegetables", "an image of a man"),
    ),
    Illusion(
        "woman",
        "My Wife and My Mother-In-Law (Hill).svg",
        "a young and an old woman",
        "W. E. Hill",
        "Public domain",
        ("an image of a young woman", "an image of an old woman"),
    ),
)
"""In the order of the figure."""

_NAMES = frozenset(each.name for each in ILLUSIONS)


def find_illusions() -> dict[str, Path]:
    """Return the pictures that are on this machine, by name, in the order of `ILLUSIONS`.

    They are looked for in the folder ``illusions`` of ``GCBOOK_DATA_DIR`` and of the cache, under
    their names with any ending of an image. A file that came by `fetch_illusions` and was changed
    since does not count.
    """
    found: dict[str, Path] = {}
    for illusion in ILLUSIONS:
        for root in (data_dir(), cache_dir()):
            folder = root / "illusions" if root else None
            if folder is None or not folder.is_dir():
                continue
            known = read_record(folder).get(illusion.name, {}).get("sha256")
            for path in sorted(folder.glob(f"{illusion.name}.*")):
                if path.suffix.lower() in IMAGE_SUFFIXES and known in (None, hash_of(path)):
                    found.setdefault(illusion.name, path)
    return found


def locate_illusions() -> dict[str, Path]:
    """Return all pictures, like `find_illusions`.

    Raises:
        DataNotFoundError: some are not on this machine; the message says what to do.
    """
    found = find_illusions()
    missing = [each.name for each in ILLUSIONS if each.name not in found]
    if missing:
        raise DataNotFoundError(
            f"The pictures {', '.join(missing)} are not on this machine: looked for in the folders "
            f"illusions of GCBOOK_DATA_DIR ({data_dir() or 'not set'}) and of the cache "
            f"({cache_dir()}); run `gcbook fetch illusions` with a network connection."
        )
    return found


def read_illusion(name: str) -> np.ndarray:
    """Return a picture of `ILLUSIONS`, float32 (height, width, 3) in [0, 1].

    Raises:
        DataNotFoundError: it is not on this machine.
        InputError: it cannot be read.
    """
    found = find_illusions()
    path = found[name] if name in found else locate_illusions()[name]
    return decode_image(path.read_bytes(), str(path))


def read_record(folder: Path) -> dict[str, dict[str, str]]:
    """Return what is known of the pictures that were fetched into a folder, by name.

    Raises:
        GcbookError: the record is none.
    """
    path = folder / RECORD
    if not path.is_file():
        return {}
    try:
        known: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        known = {"": {}}
    if not isinstance(known, dict) or any(
        name not in _NAMES or not isinstance(about, dict) for name, about in known.items()
    ):
        raise GcbookError(
            f"{path}: expected the record of fetched pictures, found something else; delete the "
            "file and run `gcbook fetch illusions`."
        )
    return known


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
