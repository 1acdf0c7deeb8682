"""The built book in Chromium: from its files and from a server, in both themes and two widths."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from gcbook.book.project import find_project
from gcbook.book.serve import book_server

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HTML = find_project().html
# Pages that Sphinx makes of itself count too; what lies in _static are pieces of the theme.
_WRITTEN = sorted(
    str(path.relative_to(HTML))
    for path in HTML.rglob("*.html")
    if not path.relative_to(HTML).parts[0].startswith("_")
)
FORWARDS = [path for path in _WRITTEN if 'http-equiv="refresh"' in (HTML / path).read_text("utf-8")]
"""The entrance and the addresses of pages that are no more: each leads to a page at once."""
EXTRA = [
    str(path.relative_to(find_project().book / "extra"))
    for path in (find_project().book / "extra").rglob("*.html")
]
"""Pages without the book's theme, which have tests of their own."""
PAGES = [path for path in _WRITTEN if path not in [*FORWARDS, *EXTRA]]
CENTRAL = [
    f"book/chapters/{name}.html"
    for name in ("home", "shape-bias", "weighting", "photographs", "observer")
]
"""Pages that are seen whole at every change; the others at night."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker have all tests of a file, which share a page, but for visits of the pages."""
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.stem != "test_pages":
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "page_path" in metafunc.fixturenames:
        metafunc.parametrize("page_path", PAGES)
    if "whole_path" in metafunc.fixturenames:
        at_night = [path for path in PAGES if path not in CENTRAL]
        nightly = [pytest.param(path, marks=pytest.mark.nightly) for path in at_night]
        metafunc.parametrize("whole_path", [*CENTRAL, *nightly])


@pytest.fixture(scope="session")
def html() -> Path:
    """The folder of the built book."""
    if not PAGES:
        pytest.fail(f"no book in {HTML}; run `gcbook build` (or `make book`) first")
    return HTML


@pytest.fixture(scope="session")
def forwards() -> list[str]:
    """`FORWARDS`, of which there are some."""
    assert FORWARDS
    return FORWARDS


@pytest.fixture(scope="session")
def origins(html: Path) -> Iterator[dict[str, str]]:
    """Where the book is read from: its files, and a server on this machine."""
    with book_server(html, 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield {"file": html.as_uri(), "http": f"http://127.0.0.1:{server.server_address[1]}"}
        server.shutdown()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@dataclass
class Opened:
    """A page with what went wrong while it was open."""

    page: Page
    base: str
    problems: list[str] = field(default_factory=list)

    def goto(self, path: str) -> Page:
        self.page.goto(f"{self.base}/{path}", wait_until="load")
        return self.page

    def watch(self) -> None:
        """Note from now on what goes wrong."""
        page = self.page
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("request", self._request)
        page.on("requestfailed", self._failed)
        page.on("response", self._response)

    def _console(self, message: object) -> None:
        if message.type == "error":  # type: ignore[attr-defined]
            self.problems.append(f"console: {message.text}")  # type: ignore[attr-defined]

    def _failed(self, request: object) -> None:
        # What is still loading when the page is left is aborted: its icon, say. That is no fault.
        if request.failure != "net::ERR_ABORTED":  # type: ignore[attr-defined]
            self.problems.append(f"failed: {request.url[:200]}")  # type: ignore[attr-defined]

    def _response(self, response: object) -> None:
        if response.status >= 400:  # type: ignore[attr-defined]
            self.problems.append(f"missing: {response.url[:200]}")  # type: ignore[attr-defined]

    def _request(self, request: object) -> None:
        url = request.url  # type: ignore[attr-defined]
        if not url.startswith((self.base, "data:", "blob:", "about:")):
            self.problems.append(f"outside request: {url[:200]}")


class Opener:
    """Opens pages; all are closed when the test ends."""

    def __init__(self, browser: Browser, origins: dict[str, str]) -> None:
        self._browser, self._origins, self._contexts = browser, origins, []  # type: ignore[var-annotated]

    def __call__(
        self, origin: str = "file", theme: str = "light", width: int = 1280, scripts: bool = True
    ) -> Opened:
        context = self._browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(20_000)
        self._contexts.append(context)
        opened = Opened(context.new_page(), self._origins[origin])
        opened.watch()
        return opened

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture(scope="session")
def on_time() -> Callable[[Path], Path]:
    """Make of a file of answers one whose images were shown for as long as in the laboratory.

    Tests hurry: to the package, their images come and go too early, and do not count.
    """

    def made(file: Path) -> Path:
        trials = pd.read_csv(file, keep_default_na=False, dtype=str)
        trials.assign(image_ms="200").to_csv(file, index=False)
        return file

    return made


@pytest.fixture
def open_book(browser: Browser, origins: dict[str, str]) -> Iterator[Opener]:
    opener = Opener(browser, origins)
    yield opener
    opener.close()


@pytest.fixture(scope="module")
def phone(browser: Browser, origins: dict[str, str]) -> Iterator[Opened]:
    """A phone that visits one page after another."""
    opener = Opener(browser, origins)
    yield opener(width=390)
    opener.close()
