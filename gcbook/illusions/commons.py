"""The paper's four illusions, from Wikimedia Commons (its Section 3.4 and Appendix D).

They are fetched into the cache, never shipped. Commons says of every file which one it is now
(SHA-1), who made it and under which licence; a file whose page says something else than the paper's
Appendix D is reported. Pictures are asked for at one of the widths that Commons keeps ready, and as
a bitmap; only of one that comes as it was uploaded is the hash known.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from gcbook.files.atomic import write_text
from gcbook.files.cache import cache_dir
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.gate import (
    LARGEST_JSON,
    LARGEST_PICTURE,
    MIB,
    parse_json,
    read_file,
    read_json,
    refused,
)
from gcbook.files.manifest import differing
from gcbook.stimuli.images import IMAGE_SUFFIXES, decode_image
from gcbook.trials.fetch import (
    RETRIES,
    TIMEOUT_S,
    FetchError,
    failure,
    fetch_file,
    fetching,
    limited_downloader,
    quiet_pooch,
)
from gcbook.trials.originals import data_dir

COMMONS = "https://commons.wikimedia.org"
RECORD = "illusions.json"
WIDTH = 960
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


def find_illusions() -> dict[str, Path]:
    """Return the pictures that are on this machine, by name, in the order of `ILLUSIONS`.

    They are looked for in the folder ``illusions`` of ``GCBOOK_DATA_DIR`` and of the cache, under
    their names with any ending of an image. A file that came by `fetch_illusions` and was changed
    since does not count.
    """
    found: dict[str, Path] = {}
    folders = [root / "illusions" for root in (data_dir(), cache_dir()) if root]
    for illusion in ILLUSIONS:
        for folder in folders:
            known = _read_record(folder).get(illusion.name, {}).get("sha256")
            for path in sorted(folder.glob(f"{illusion.name}.*")):
                if path.suffix.lower() in IMAGE_SUFFIXES and known in (None, _hash_of(path)):
                    found.setdefault(illusion.name, path)
    return found


def illusion_problems() -> tuple[Path, list[str]] | None:
    """Compare the pictures that were fetched with what is noted of them.

    Returns:
        Their folder in the cache, and what is wrong, a line each; None if none were fetched.
    """
    folder = cache_dir() / "illusions"
    try:
        known = _read_record(folder)
    except GcbookError as error:
        return folder, [str(error)]
    listed = {about.get("file", name): about.get("sha256", "") for name, about in known.items()}
    return (folder, list(differing(folder, listed))) if known else None


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
            are kept, and those after a bad one are asked for.
        InputError: another process fetches them.
    """
    import requests

    from gcbook.files.version import VERSION

    missing = [each for each in ILLUSIONS if each.name not in find_illusions()]
    # Commons refuses programs that do not say what they are.
    agent = f"gcbook/{VERSION} (a reproduction of arXiv:2309.16779; four pictures, once)"
    headers = {"User-Agent": agent}
    failed: list[str] = []
    with fetching("illusions") as folder:
        try:
            described = _describe(base_url.rstrip("/"), missing, headers) if missing else {}
            for illusion in missing:
                try:
                    about = _about(described, illusion)
                    _fetch(folder, illusion, about, headers)
                    report(_credit(illusion, about))
                # The others may be as they should be.
                except requests.HTTPError as error:
                    failed.append(f"{failure(error)}.")
                except (FetchError, InputError) as error:
                    failed.append(str(error))
        except requests.RequestException as error:
            failed.append(f"{failure(error)}.")
    if failed:
        lacking = [each for each in ILLUSIONS if each.name not in find_illusions()]
        raise FetchError(
            f"{len(lacking)} of {len(ILLUSIONS)} illusions were not fetched: {' '.join(failed)} "
            "Run `gcbook fetch illusions` again with a network connection (pictures that came "
            f"are kept in {folder}), or save them by hand as PNG or JPEG: "
            + "; ".join(f"{each.page} as {folder / each.name}.png" for each in lacking)
            + "."
        )
    return list(find_illusions().values())


def _describe(
    base_url: str, wanted: list[Illusion], headers: dict[str, str]
) -> dict[str, dict[str, Any]]:
    """What Commons says of the files that it has, by their titles."""
    import requests

    asked = {
        "action": "query",
        "format": "json",
        "formatversion": "2",
        "prop": "imageinfo",
        "iiprop": "url|sha1|extmetadata",
        "iiurlwidth": str(WIDTH),
        "titles": "|".join(f"File:{each.title}" for each in wanted),
    }
    url = f"{base_url}/w/api.php"
    with requests.get(url, asked, headers=headers, timeout=TIMEOUT_S, stream=True) as answer:
        answer.raise_for_status()
        # As much as may be: what is cut off is no JSON.
        content = b"".join(islice(answer.iter_content(MIB), LARGEST_JSON // MIB))
    try:
        pages = parse_json(content, url)["query"]["pages"]
        return {page["title"]: page["imageinfo"][0] for page in pages if "imageinfo" in page}
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise FetchError(
            f"{answer.url}: expected what Commons knows of {len(wanted)} files, found another "
            f"answer ({type(error).__name__}: {error}). Something between here and Commons may "
            "answer in its place; try again over another connection."
        ) from error


def _about(described: Mapping[str, dict[str, Any]], illusion: Illusion) -> dict[str, Any]:
    with refused(illusion.page, "what Commons tells of a file", "Try another connection."):
        about = described.get(f"File:{illusion.title}", {})
        if not {"thumburl", "sha1"} <= about.keys():
            raise FetchError(
                f"{illusion.page}: expected to be told where the file is, found nothing of it; it "
                "may have been renamed."
            )
        licence = about.get("extmetadata", {}).get("LicenseShortName", {}).get("value", "unknown")
        return about | {"licence": str(licence)}


def _fetch(
    folder: Path, illusion: Illusion, about: Mapping[str, Any], headers: dict[str, str]
) -> None:
    """Fetch a picture if it is one, and note where it is from."""
    import pooch

    place = str(about["thumburl"])
    name = illusion.name + Path(place.partition("?")[0]).suffix.lower()
    cache = pooch.create(
        path=folder,
        base_url="",
        registry={name: f"sha1:{about['sha1']}" if about.get("url") == place else None},
        urls={name: place},
        retry_if_failed=RETRIES,
    )
    known = _read_record(folder)
    if illusion.name in known:
        # A copy of ours that was changed since; a picture that a user put there would count.
        (folder / name).unlink(missing_ok=True)
    download = limited_downloader(place, "illusions", headers=headers)

    def download_picture(url: str, target: str, cache: pooch.Pooch) -> None:
        download(url, target, cache)
        _check_picture(read_file(target, LARGEST_PICTURE), url)

    with quiet_pooch():
        path = fetch_file(cache, name, "illusions", download_picture)
    known[illusion.name] = {
        "file": name,
        "sha256": _hash_of(path),
        "from": place,
        "original_sha1": about["sha1"],
        "page": about.get("descriptionurl", illusion.page),
        "licence": about["licence"],
    }
    write_text(json.dumps(known, indent=1) + "\n", folder / RECORD)


def _check_picture(content: bytes, place: str) -> None:
    try:
        pixels = decode_image(content, place)
    except InputError as error:
        raise FetchError(f"{error} Nothing was kept of it.") from error
    if min(pixels.shape[:2]) < LEAST_SIDE:
        raise FetchError(
            f"{place}: expected a picture of at least {LEAST_SIDE} pixels a side, found "
            f"{pixels.shape[1]} × {pixels.shape[0]}; nothing was kept of it."
        )


def _credit(illusion: Illusion, about: Mapping[str, Any]) -> str:
    licence = about["licence"]
    line = f"{illusion.about}: {illusion.maker}, {licence}, {illusion.page}"
    if licence.lower() != illusion.licence.lower():
        line += f" (the paper says {illusion.licence})"
    return line


def _read_record(folder: Path) -> dict[str, dict[str, str]]:
    """What is known of the pictures that were fetched into a folder, by name."""
    path = folder / RECORD
    if not path.is_file():
        return {}
    try:
        known = read_json(path)
    except InputError:
        known = None
    names = {each.name for each in ILLUSIONS}
    if not isinstance(known, dict) or not all(
        name in names and isinstance(about, dict) for name, about in known.items()
    ):
        raise GcbookError(
            f"{path}: expected the record of fetched pictures, found something else; delete the "
            "file and run `gcbook fetch illusions`."
        )
    return known


def _hash_of(path: Path) -> str:
    return hashlib.sha256(read_file(path, LARGEST_PICTURE)).hexdigest()
