"""Tiny ImageNet's photographs of the 16 categories: fetched and sorted, never shipped.

Tiny ImageNet has 200 of ImageNet's classes at 64 x 64 pixels. The 26 that
`gcbook.paper.categories.imagenet_classes` assigns to a category are kept, 500 photographs of each
to train on and 50 to validate, laid out as torchvision's ``ImageFolder`` reads them::

    photographs/train/n02085620/n02085620_0.JPEG
    photographs/val/n02085620/val_107.JPEG

They come in one archive of a public repository's commit: 14,300 requests for single files may be
more than GitHub answers. It does not promise that an archive keeps its bytes, so each of the 52
folders is compared with the SHA-256 of its listing (`gcbook.files.sums`). What is whole is not
written again.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from gcbook.files.archives import files_in
from gcbook.files.cache import cache_dir
from gcbook.files.errors import GcbookError
from gcbook.files.manifest import others
from gcbook.files.sums import hash_of
from gcbook.files.untrusted import MIB, refused
from gcbook.paper.categories import imagenet_classes
from gcbook.trials.fetch import (
    RETRIES,
    FetchError,
    failure,
    fetch_file,
    fetching,
    limited_downloader,
    quiet_pooch,
)
from gcbook.trials.originals import Source, data_dir, read_registry

SERVER = "https://github.com"
"""Answers ``/<repository>/archive/<commit>.zip``."""

TINY_IMAGENET = Source(
    "tiny-imagenet",
    "seshuad/IMagenet",
    "153dbc161ab7942a12c99515e80ef6454dd06693",
    "13,000 photographs to train on and 1,300 to validate, of 26 classes",
)

TERMS = (
    "Tiny ImageNet, made for Stanford's course CS231N, from github.com/seshuad/IMagenet. The "
    "photographs are ImageNet's and belong to their authors; ImageNet's terms allow non-commercial "
    "research and education (https://www.image-net.org/download)."
)

LARGEST_DOWNLOAD = 1024 * MIB
LARGEST_PHOTOGRAPH = MIB
"""Bytes of a file of the archive that is read; photographs have 3,000 at most."""

_NAME = re.compile(r"[A-Za-z0-9_]{1,64}\.JPEG")


def photograph_folders() -> list[Path]:
    """Return the folders on this machine that are, or should be, what `fetch_photographs` makes."""
    roots = [root / "photographs" for root in (data_dir(), cache_dir()) if root]
    return [root for root in roots if (root / "train").is_dir()]


def photograph_problems(folder: Path) -> Iterator[str]:
    """Yield which classes of a folder are not as published, or none of those, a line each."""
    known = read_registry(TINY_IMAGENET)
    for name, expected in known.items():
        if problem := _problem(folder / name, expected):
            yield problem
    for part in ("train", "val"):
        for stray in sorted((folder / part).glob("[!.]*")):
            if f"{part}/{stray.name}" not in known:
                yield f"{stray}: expected only classes that were fetched, found another"


def fetch_photographs() -> Path:
    """Fetch the photographs into the cache, and return their folder with ``train`` and ``val``.

    If ``GCBOOK_DATA_DIR`` has a folder ``photographs``, nothing is fetched. If it has the archive
    or a checkout (``tiny-imagenet-200``, or GitHub's name for the commit; a folder or a zip), the
    photographs are taken from there.

    Raises:
        FetchError: no connection, another content than what was published, or a cache that cannot
            be written. Complete classes are kept, and so is the archive if the user interrupts.
        GcbookError: those in ``GCBOOK_DATA_DIR`` are not what was published.
        InputError: another process fetches them, or an archive is damaged or reaches outside its
            folder.
    """
    own = data_dir()
    if own and own / "photographs" in photograph_folders():
        if wrong := list(photograph_problems(own / "photographs")):
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            raise GcbookError(
                f"{wrong[0]}{more}. Put the published photographs in their place, or move the "
                "folder away and run `gcbook fetch photographs`."
            )
        return own / "photographs"
    with fetching("photographs") as folder:
        archive = folder / f"{TINY_IMAGENET.folder}.zip"
        lacking = {
            name: expected
            for name, expected in read_registry(TINY_IMAGENET).items()
            if _problem(folder / name, expected)
        }
        if lacking:
            place = archive_at_hand() or _download(archive)
            try:
                _unpack(place, folder, lacking)
            except GcbookError:
                archive.unlink(missing_ok=True)
                raise
        archive.unlink(missing_ok=True)
    return folder


def photographs_in(place: Path) -> dict[str, dict[str, Callable[[], bytes]]]:
    """List the photographs of the 16 categories in an archive or checkout of Tiny ImageNet.

    Validation photographs, which lie in one folder, are sorted by ``val_annotations.txt``.

    Returns:
        What reads each photograph, by its folder, such as ``train/n02085620``, and name.

    Raises:
        InputError: see `gcbook.files.archives.files_in`; or the annotations are none.
    """
    wanted = {each.wnid for each in imagenet_classes()}
    found: dict[str, dict[str, Callable[[], bytes]]] = {}
    validation: dict[str, Callable[[], bytes]] = {}
    annotations: Callable[[], bytes] = bytes
    for inner, _, read in files_in(place, LARGEST_PHOTOGRAPH):
        match inner.parts[-4:]:
            case ("train", wnid, "images", name) if wnid in wanted and _NAME.fullmatch(name):
                found.setdefault(f"train/{wnid}", {})[name] = read
            case (*_, "val", "images", name) if _NAME.fullmatch(name):
                validation[name] = read
            case (*_, "val", "val_annotations.txt"):
                annotations = read
    lines = "a photograph and its class in each line of val_annotations.txt"
    with refused(place, lines, "Get it again."):
        for line in annotations().decode("utf-8").splitlines():
            name, wnid, *_ = line.split("\t")
            if wnid in wanted and name in validation:
                found.setdefault(f"val/{wnid}", {})[name] = validation[name]
    return found


def hash_of_class(folder: Path) -> str:
    """Return the SHA-256 of the listing of a class's photographs."""
    return hash_of(folder, lambda inner: inner.suffix == ".JPEG")


def archive_at_hand() -> Path | None:
    """Return the archive or checkout in ``GCBOOK_DATA_DIR``, or None."""
    own = data_dir()
    names = ("tiny-imagenet-200", TINY_IMAGENET.folder)
    places = [own / f"{name}{end}" for name in names for end in ("", ".zip")] if own else []
    return next((place for place in places if place.exists()), None)


def write_class(photographs: Mapping[str, Callable[[], bytes]], folder: Path) -> str:
    """Write photographs into a new folder, and return what `hash_of_class` does.

    Args:
        photographs: of a class, from `photographs_in`.
        folder: what was there is removed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, read in photographs.items():
        (folder / name).write_bytes(read())
    return hash_of_class(folder)


def _problem(folder: Path, expected: str) -> str:
    """What is wrong with the photographs of a class, "" if nothing is."""
    if not folder.is_dir():
        return f"{folder}: expected photographs, found none"
    found = hash_of_class(folder)
    return "" if found == expected else f"{folder}: {others(expected, found)}"


def _download(archive: Path) -> Path:
    import pooch
    import requests
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn

    url = f"{SERVER}/{TINY_IMAGENET.repository}/archive/{TINY_IMAGENET.commit}.zip"
    cache = pooch.create(
        path=archive.parent,
        base_url="",
        registry={archive.name: None},
        urls={archive.name: url},
        retry_if_failed=RETRIES,
    )
    shown = (SpinnerColumn(), TextColumn("{task.description}"), DownloadColumn())
    with quiet_pooch(), Progress(*shown, console=Console(stderr=True)) as progress:
        # GitHub does not say how long an archive is that it makes as it sends it.
        task = progress.add_task("Fetching the archive", total=None)
        download = limited_downloader(
            url,
            "photographs",
            LARGEST_DOWNLOAD,
            lambda n_bytes: progress.update(task, completed=n_bytes),
        )
        try:
            return fetch_file(cache, archive.name, "photographs", download)
        except requests.RequestException as error:
            raise FetchError(
                f"Fetching the photographs stopped because {failure(error)}: run `gcbook fetch "
                "photographs` again with a network connection, or set GCBOOK_DATA_DIR to a folder "
                f"that holds {url} as {archive.name}, or tiny-imagenet-200, unpacked."
            ) from error


def _unpack(place: Path, folder: Path, known: dict[str, str]) -> None:
    """Write the classes that are lacking, each whole or not at all."""
    from rich.console import Console
    from rich.progress import track

    found = photographs_in(place)
    new = folder / "incomplete"
    for name in track(known, "Sorting photographs", console=Console(stderr=True)):
        photographs = found.get(name, {})
        if write_class(photographs, new) != known[name]:
            shutil.rmtree(new)
            raise FetchError(
                f"{place}: expected the published photographs of {name}, found "
                f"{len(photographs)}, and some are missing or differ; nothing was kept of them. "
                "Get the archive again, over another connection if it stays wrong."
            )
        # What was there is not what was published.
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).parent.mkdir(exist_ok=True)
        new.rename(folder / name)
