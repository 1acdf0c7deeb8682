"""Fetch the published originals into the cache.

The originals stay where their authors keep them. What is checked is what can be checked honestly:
GitHub does not promise that the archive of a commit keeps its bytes, so files are fetched one by
one from the repository at its commit, and each is compared with the SHA-256 that
``gcbook/data/registry`` holds for it. A file that is complete is never fetched again, a download
that breaks off leaves no file behind, and a damaged copy in the cache is replaced.

`gcbook.trials.originals` knows the sources and finds copies that are already at hand.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gcbook.files.cache import cache_dir
from gcbook.files.errors import GcbookError
from gcbook.files.locks import locked
from gcbook.files.untrusted import MIB
from gcbook.trials.originals import (
    SOURCES,
    Kind,
    how_to_get,
    in_data_dir,
    locate,
    read_registry,
)

if TYPE_CHECKING:
    import pooch
    import requests

SERVER = "https://raw.githubusercontent.com"
"""Answers ``/<repository>/<commit>/<path>``."""

WORKERS = 8  # downloads at a time
RETRIES = 2
LARGEST_FILE = 128 * MIB
TIMEOUT_S = (10, 60)  # to connect, and between two pieces of an answer


class FetchError(GcbookError):
    """The originals could not be fetched, or what came is not what was published."""


def fetch_originals(kind: Kind) -> list[Path]:
    """Fetch the published trials or stimuli into the cache.

    Trials are those of 90 humans and 32 networks (318 CSV files). Stimuli are 1,600 PNGs of
    224 x 224 pixels: 1,280 cue conflicts, 160 edges and 160 filled silhouettes.

    What ``GCBOOK_DATA_DIR`` holds is not fetched. Every file is verified, also those of an earlier
    run; only missing or damaged ones are requested.

    Returns:
        Folders and archives: those of trials are for `gcbook.trials.table.read_trials`.

    Raises:
        FetchError: no connection, an unexpected answer, a wrong hash, or a cache that cannot be
            written. Complete files are kept, as they are when the user interrupts.
        InputError: another process fetches them.
    """
    import pooch
    import requests

    caches = [
        pooch.create(
            path=cache_dir() / kind / source.folder,
            base_url=f"{SERVER}/{source.repository}/{source.commit}/",
            registry=read_registry(source),
            retry_if_failed=RETRIES,
        )
        for source in SOURCES[kind]
        if not in_data_dir(source)
    ]
    with fetching(kind):
        try:
            _download(kind, caches)
        except requests.RequestException as error:
            raise FetchError(
                f"Fetching the {kind} stopped because {failure(error)}: {how_to_get(kind)}."
            ) from error
    return locate(kind)


def _download(kind: Kind, caches: list["pooch.Pooch"]) -> None:
    from rich.console import Console
    from rich.progress import track

    # pooch makes missing folders too, but not safely from several threads at once.
    for folder in {(cache.abspath / path).parent for cache in caches for path in cache.registry}:
        folder.mkdir(parents=True, exist_ok=True)
    with quiet_pooch(), ThreadPoolExecutor(WORKERS) as pool:
        downloads = [
            pool.submit(fetch_file, cache, path, kind)
            for cache in caches
            for path in cache.registry
        ]
        try:
            for download in track(
                as_completed(downloads),
                description=f"Fetching {kind}",
                total=len(downloads),
                console=Console(stderr=True),
            ):
                download.result()
        except BaseException:  # an interruption too: let what is under way end, start nothing new
            pool.shutdown(wait=True, cancel_futures=True)
            raise


@contextmanager
def fetching(what: str) -> Iterator[Path]:
    """Hold a folder of the cache; what a fetch that was killed has left in it is removed.

    Args:
        what: is fetched, as ``gcbook fetch`` calls it, and the name of the folder.

    Yields:
        The folder.

    Raises:
        FetchError: it cannot be written.
        InputError: another process fetches into it.
    """
    folder = cache_dir() / what
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder, "fetching into it"):
            # The names of pooch's temporary files, and of our own.
            for name in ("tmp" + "[a-z0-9_]" * 8, ".*.tmp"):
                for left in folder.rglob(name):
                    left.unlink()
            yield folder
    except OSError as error:
        raise FetchError(
            f"Fetching the {what} stopped because {folder} cannot be written ({error}); mend "
            "that, or set GCBOOK_CACHE_DIR to another folder."
        ) from error


def fetch_file(
    cache: "pooch.Pooch", name: str, kind: str, downloader: Callable[..., None] | None = None
) -> Path:
    """Return a file of a cache, fetched if it is not there or damaged.

    Args:
        cache: knows its place and hash.
        name: in the registry of the cache.
        kind: what ``gcbook fetch`` calls it.
        downloader: pooch's by default.

    Raises:
        FetchError: what came has another hash.
        requests.RequestException: it did not come.
        OSError: it cannot be written.
    """
    try:
        url = cache.get_url(name)
        return Path(cache.fetch(name, downloader=downloader or limited_downloader(url, kind)))
    except ValueError as error:
        raise FetchError(
            f"{cache.get_url(name)}: {error} Nothing was kept of it. Run `gcbook fetch {kind}` "
            "again; if the hash stays wrong, something between here and the server alters the "
            "file (a proxy, a sign-in page): fetch over another connection."
        ) from error


def limited_downloader(
    url: str,
    kind: str,
    limit: int | None = None,
    report: Callable[[int], object] = lambda n_bytes: None,
    **options: Any,
) -> "pooch.HTTPDownloader":
    """Return pooch's downloader for one file, which stops after so many bytes.

    Args:
        url: for the message.
        kind: what ``gcbook fetch`` calls it.
        limit: the most bytes; by default `LARGEST_FILE`.
        report: is called with the number of bytes that came.
        options: for requests.
    """
    import pooch

    meter = _Meter(url, kind, limit or LARGEST_FILE, report)
    return pooch.HTTPDownloader(timeout=TIMEOUT_S, progressbar=meter, **options)


class _Meter:
    """Counts what comes, where pooch would have a bar: a server may send without end."""

    total = 0

    def __init__(self, url: str, kind: str, limit: int, report: Callable[[int], object]) -> None:
        self._url, self._kind, self._limit, self._report = url, kind, limit, report
        self._n_bytes = 0

    def update(self, n_bytes: int) -> None:
        self._n_bytes += n_bytes
        self._report(self._n_bytes)
        if self._n_bytes > self._limit:
            raise FetchError(
                f"{self._url}: expected a file of {self._limit / MIB:g} MiB at most, found more; "
                "nothing was kept of it. Something between here and the server may answer in its "
                f"place: run `gcbook fetch {self._kind}` over another connection."
            )

    def reset(self) -> None:
        self._n_bytes = 0

    def close(self) -> None:
        pass


@contextmanager
def quiet_pooch() -> Iterator[None]:
    """Hold back pooch's line for every file, which would break into what is reported."""
    import pooch

    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel("ERROR")
    try:
        yield
    finally:
        logger.setLevel(level)


def failure(error: "requests.RequestException") -> str:
    """Say, as part of a sentence, why a request came to nothing."""
    if error.response is not None:
        return f"{error.response.url} answered {error.response.status_code} {error.response.reason}"
    url = "the repository" if error.request is None else str(error.request.url)
    return f"{url} could not be reached or broke off ({type(error).__name__})"
