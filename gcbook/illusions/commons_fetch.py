"""Fetch the paper's illusions from Wikimedia Commons into the cache.

Commons says of every file which one it is now (SHA-1), who made it and under which licence; a file
whose page says something else than the paper's Appendix D is reported. Pictures are asked for at
one of the widths that Commons keeps ready, and as a bitmap.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gcbook.files.atomic import UnwritableError, write_text, write_whole
from gcbook.files.errors import InputError
from gcbook.illusions.commons import (
    COMMONS,
    ILLUSIONS,
    RECORD,
    Illusion,
    find_illusions,
    hash_of,
    locate_illusions,
    read_record,
)
from gcbook.stimuli.images import decode_image
from gcbook.trials.fetch import TIMEOUT_S, FetchError, failure
from gcbook.trials.originals import cache_dir

if TYPE_CHECKING:
    import requests

__all__ = ["fetch_illusions"]

WIDTH = 960
LEAST_SIDE = 64
"""Of a picture that can be one of these; a sign-in page or an icon is smaller, or none."""


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
    failed: list[str] = []
    try:
        with session:
            described = _describe(session, base_url.rstrip("/"), missing)
            folder.mkdir(parents=True, exist_ok=True)
            for illusion in missing:
                try:
                    about = _place_of(described, illusion)
                    _keep(folder, illusion, about, _get(session, about["thumburl"]).content)
                    report(_told(illusion, about))
                # The others may be as they should be.
                except requests.HTTPError as error:
                    failed.append(f"{failure(error)}.")
                except FetchError as error:
                    failed.append(str(error))
    except requests.RequestException as error:
        failed.append(f"{failure(error)}.")
    except (OSError, UnwritableError) as error:
        reason = error.reason if isinstance(error, UnwritableError) else error
        raise FetchError(
            f"Fetching the illusions stopped because {folder} cannot be written ({reason}); mend "
            "that, or set GCBOOK_CACHE_DIR to another folder."
        ) from error
    if failed:
        lacking = [each for each in ILLUSIONS if each.name not in find_illusions()]
        raise FetchError(
            f"{len(lacking)} of {len(ILLUSIONS)} illusions were not fetched: {' '.join(failed)} "
            "Run `gcbook fetch illusions` again with a network connection (pictures that came "
            f"are kept in {folder}), or save them by hand as PNG or JPEG: "
            + "; ".join(f"{each.page} as {folder / each.name}.png" for each in lacking)
            + "."
        )
    return list(locate_illusions().values())


def _describe(
    session: "requests.Session", base_url: str, wanted: list[Illusion]
) -> dict[str, dict[str, Any]]:
    """What Commons says of the files that it has, by their titles."""
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
        return {page["title"]: page["imageinfo"][0] for page in pages if "imageinfo" in page}
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise FetchError(
            f"{answer.url}: expected what Commons knows of {len(wanted)} files, found another "
            f"answer ({type(error).__name__}: {error}). Something between here and Commons may "
            "answer in its place; try again over another connection."
        ) from error


def _place_of(described: Mapping[str, dict[str, Any]], illusion: Illusion) -> dict[str, Any]:
    about = described.get(f"File:{illusion.title}", {})
    if not {"thumburl", "sha1"} <= about.keys():
        raise FetchError(
            f"{illusion.page}: expected to be told where the file is, found nothing of it; it may "
            "have been renamed."
        )
    return about


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
    write_whole(path, lambda temporary: temporary.write_bytes(content))
    known = read_record(folder)
    known[illusion.name] = {
        "file": path.name,
        "sha256": hash_of(path),
        "from": place,
        "original_sha1": about["sha1"],
        "page": about.get("descriptionurl", illusion.page),
        "licence": _licence(about),
    }
    write_text(json.dumps(known, indent=1) + "\n", folder / RECORD)


def _licence(about: Mapping[str, Any]) -> str:
    return str(about.get("extmetadata", {}).get("LicenseShortName", {}).get("value", "unknown"))


def _told(illusion: Illusion, about: Mapping[str, Any]) -> str:
    licence = _licence(about)
    line = f"{illusion.about}: {illusion.maker}, {licence}, {illusion.page}"
    if licence.lower() != illusion.licence.lower():
        line += f" (the paper says {illusion.licence})"
    return line
