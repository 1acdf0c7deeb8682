"""The paper's four illusions, from Wikimedia Commons (its Section 3.4 and Appendix D).

They are fetched, never shipped. Commons says of every file which one it is now (SHA-1), who made
it and under which licence; a file whose page says something else than the paper's Appendix D is
reported. Pictures are asked for at one of the widths that Commons keeps ready, and as a bitmap.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gcbook.errors import DataNotFoundError, GcbookError, InputError
from gcbook.fetch import TIMEOUT_S, FetchError, failure
from gcbook.originals import cache_dir, data_dir
from gcbook.stimuli.images import decode_image

if TYPE_CHECKING:
    import requests

__all__ = [
    "ILLUSIONS",
    "Illusion",
    "fetch_illusions",
    "find_illusions",
    "locate_illusions",
    "read_illusion",
]

COMMONS = "https://commons.wikimedia.org"
WIDTH = 960
RECORD = "illusions.json"
LEAST_SIDE = 64
"""Of a picture that can be one of these; a sign-in page or an icon is smaller, or none."""


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


def fetch_illusions(
    *, base_url: str = COMMONS, report: Callable[[str], None] = lambda line: None
) -> list[Path]:
    """Fetch the pictures into the cache; those that are there are not fetched again.

    Args:
        base_url: server that answers as Commons does.
        report: takes a line for each picture.

    Returns:
        The files, in the order of `ILLUSIONS`.

    Raises:
        FetchError: no connection, or an answer that is not what was asked for. Pictures that came
            before are kept.
    """
    import requests

    import gcbook

    missing = [each for each in ILLUSIONS if each.name not in find_illusions()]
    if not missing:
        return list(find_illusions().values())
    folder = cache_dir() / "illusions"
    # Commons refuses programs that do not say what they are.
    session = requests.Session()
    session.headers["User-Agent"] = (
        f"gcbook/{gcbook.__version__} (a reproduction of arXiv:2309.16779; four pictures, once)"
    )
    try:
        with session:
            described = _describe(session, base_url.rstrip("/"), missing)
            folder.mkdir(parents=True, exist_ok=True)
            for illusion in missing:
                about = described[illusion.name]
                content = _get(session, about["thumburl"]).content
                _keep(folder, illusion, about, content)
                report(_told(illusion, about))
    except requests.RequestException as error:
        raise FetchError(
            f"Fetching the illusions stopped because {failure(error)}; run `gcbook fetch "
            f"illusions` with a network connection (pictures that came are kept in {folder}), or "
            "save them from their pages by hand: "
            + ", ".join(f"{each.page} as {folder / each.name}.png" for each in missing)
            + "."
        ) from error
    except OSError as error:
        raise FetchError(
            f"Fetching the illusions stopped because {folder} cannot be written ({error}); mend "
            "that, or set GCBOOK_CACHE_DIR to another folder."
        ) from error
    return list(locate_illusions().values())


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
            known = _record(folder).get(illusion.name, {})
            for path in sorted(folder.glob(f"{illusion.name}.*")):
                whole = path.suffix != ".part" and known.get("sha256", _hash(path)) == _hash(path)
                if whole:
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


def _describe(
    session: "requests.Session", base_url: str, wanted: list[Illusion]
) -> dict[str, dict[str, Any]]:
    """What Commons says of the files, by our names."""
    answer = _get(
        session,
        f"{base_url}/w/api.php",
        action="query",
        format="json",
        formatversion="2",
        prop="imageinfo",
        iiprop="url|sha1|extmetadata",
        iiurlwidth=str(WIDTH),
        titles="|".join(f"File:{each.title}" for each in wanted),
    )
    try:
        pages = answer.json()["query"]["pages"]
        known = {page["title"]: page["imageinfo"][0] for page in pages if "imageinfo" in page}
        found = {each.name: known[f"File:{each.title}"] for each in wanted}
        for about in found.values():
            if not {"thumburl", "sha1"} <= about.keys():
                raise KeyError("thumburl, sha1")
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise FetchError(
            f"{answer.url}: expected what Commons knows of {len(wanted)} files, found another "
            f"answer ({type(error).__name__}: {error}). A file may have been renamed, or something "
            "between here and Commons answers in its place; try again over another connection."
        ) from error
    return found


def _get(session: "requests.Session", url: str, **asked: str) -> "requests.Response":
    answer = session.get(url, params=asked, timeout=TIMEOUT_S)
    answer.raise_for_status()
    return answer


def _keep(folder: Path, illusion: Illusion, about: Mapping[str, Any], content: bytes) -> None:
    """Write a picture if it is one, and note where it is from."""
    place = str(about["thumburl"])
    if about.get("url") == place and hashlib.sha1(content).hexdigest() != about["sha1"]:
        raise FetchError(
            f"{place}: expected the file that Commons describes, found one with another SHA-1; "
            "nothing was kept of it. Run `gcbook fetch illusions` again."
        )
    try:
        pixels = decode_image(content, place)
    except InputError as error:
        raise FetchError(f"{error} Nothing was kept of it.") from error
    if min(pixels.shape[:2]) < LEAST_SIDE:
        raise FetchError(
            f"{place}: expected a picture of at least {LEAST_SIDE} pixels a side, found "
            f"{pixels.shape[1]} × {pixels.shape[0]}; nothing was kept of it."
        )
    ending = Path(place.partition("?")[0]).suffix.lower()
    path = folder / f"{illusion.name}{ending}"
    temporary = path.with_suffix(".part")
    temporary.write_bytes(content)
    temporary.replace(path)
    known = _record(folder)
    known[illusion.name] = {
        "file": path.name,
        "sha256": _hash(path),
        "from": place,
        "original_sha1": about["sha1"],
        "page": about.get("descriptionurl", illusion.page),
        "licence": _licence(about),
    }
    (folder / RECORD).write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


def _record(folder: Path) -> dict[str, dict[str, str]]:
    path = folder / RECORD
    if not path.is_file():
        return {}
    try:
        known: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise GcbookError(
            f"{path}: expected the record of fetched pictures, found no JSON ({error}); delete "
            "the file and run `gcbook fetch illusions`."
        ) from error
    return known


def _licence(about: Mapping[str, Any]) -> str:
    return str(about.get("extmetadata", {}).get("LicenseShortName", {}).get("value", "unknown"))


def _told(illusion: Illusion, about: Mapping[str, Any]) -> str:
    licence = _licence(about)
    line = f"{illusion.about}: {illusion.maker}, {licence}, {illusion.page}"
    if licence.lower() != illusion.licence.lower():
        line += f" (the paper says {illusion.licence})"
    return line


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
