"""The paper's four illusions, from Wikimedia Commons (its Section 3.4 and Appendix D).

They are fetched into the cache, never shipped, at one of the widths that Commons keeps ready, and
as a bitmap. Makers and licences are those of the paper's Appendix D; each picture's page on Commons
says more. What comes is what Commons has now: only that it is a picture is checked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from gcbook.files.cache import cache_dir
from gcbook.files.errors import InputError
from gcbook.files.untrusted import LARGEST_PICTURE, read_file
from gcbook.stimuli.images import IMAGE_SUFFIXES, decode_image
from gcbook.trials.fetch import (
    RETRIES,
    FetchError,
    failure,
    fetch_file,
    fetching,
    limited_downloader,
    quiet_pooch,
)
from gcbook.trials.originals import data_dir

COMMONS = "https://commons.wikimedia.org"
WIDTH = 960


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

    @property
    def file(self) -> str:
        """Name of its file here: Commons makes PNG of SVG."""
        return self.name + Path(self.title).suffix.replace(".svg", ".png")


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
    their names with any ending of an image.
    """
    found: dict[str, Path] = {}
    folders = [root / "illusions" for root in (data_dir(), cache_dir()) if root]
    for illusion in ILLUSIONS:
        for path in (path for each in folders for path in sorted(each.glob(f"{illusion.name}.*"))):
            if path.suffix.lower() in IMAGE_SUFFIXES:
                found.setdefault(illusion.name, path)
    return found


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
        FetchError: no connection, or an answer that is no picture. Pictures that came stay, and
            those after a bad one are asked for.
        InputError: another process fetches them.
    """
    import requests

    failed: list[str] = []
    with fetching("illusions") as folder, quiet_pooch():
        for illusion in ILLUSIONS:
            if illusion.name in find_illusions():
                continue
            try:
                _fetch(folder, illusion, base_url.rstrip("/"))
                report(f"{illusion.about}: {illusion.maker}, {illusion.licence}, {illusion.page}")
            # The others may be as they should be.
            except requests.RequestException as error:
                failed.append(f"{failure(error)}.")
            except (FetchError, InputError) as error:
                failed.append(str(error))
    if failed:
        lacking = [each for each in ILLUSIONS if each.name not in find_illusions()]
        raise FetchError(
            f"{len(lacking)} of {len(ILLUSIONS)} illusions were not fetched: {' '.join(failed)} "
            "Run `gcbook fetch illusions` again with a network connection, or save them by hand: "
            + "; ".join(f"{each.page} as {folder / each.name}.png" for each in lacking)
            + "."
        )
    return list(find_illusions().values())


def _fetch(folder: Path, illusion: Illusion, base_url: str) -> None:
    import pooch

    from gcbook.files.version import VERSION

    url = f"{base_url}/wiki/Special:FilePath/{quote(illusion.title)}?width={WIDTH}"
    # Commons refuses programs that do not say what they are.
    agent = f"gcbook/{VERSION} (a reproduction of arXiv:2309.16779; four pictures, once)"
    download = limited_downloader(url, "illusions", headers={"User-Agent": agent})

    def download_picture(url: str, target: str, cache: pooch.Pooch) -> None:
        download(url, target, cache)
        decode_image(read_file(target, LARGEST_PICTURE), url)

    names, urls = {illusion.file: None}, {illusion.file: url}
    cache = pooch.create(folder, base_url="", registry=names, urls=urls, retry_if_failed=RETRIES)
    fetch_file(cache, illusion.file, "illusions", download_picture)
