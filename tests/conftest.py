"""What all tests share: the published data, Chromium, and the rule that CI skips nothing."""

import os
import shutil
import signal
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tiny.ci import CI

if TYPE_CHECKING:
    import pandas as pd

    from gcbook.trials.originals import Kind

PUBLISHED = {"published_trials", "published_stimuli"}
"""Fixtures of what is published; tests that use one carry the marker ``published``."""

NEVER_SKIPPED_IN_CI = (
    "browser",
    "cluster",
    *(["published"] if os.environ.get("GCBOOK_DATA_DIR") else []),
)
"""Published data may be lacking where nobody says where they are, as on a newcomer's machine."""

# Networks this small lose more than they gain by several threads, and tests that run side by side
# would wait for each other. Workers and the processes that tests start take this over. It must be
# set before NumPy is imported, whose BLAS starts its threads then.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Under `nohup`, all processes ignore it, and tests ask what it does.
if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def _published(kind: "Kind") -> list[Path]:
    """Where published data lie; the test is skipped if they do not."""
    from gcbook.files.errors import DataNotFoundError
    from gcbook.trials.originals import locate

    try:
        return locate(kind)
    except DataNotFoundError as error:
        pytest.skip(str(error).partition(":")[0])


@pytest.fixture(scope="session")
def published_trials() -> "pd.DataFrame":
    """All published trials: 90 humans, nine networks on 17 datasets, 25 CNNs on three."""
    from gcbook.trials.table import read_trials

    return read_trials(*_published("trials"))


@pytest.fixture(scope="session")
def published_stimuli() -> list[Path]:
    """Where the published cue conflicts, edges and silhouettes lie."""
    return _published("stimuli")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the Chromium that the browser tests drive."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no chromium on the PATH (Debian: apt-get install chromium)")
    return found


def pytest_configure() -> None:
    # A shell ignores Ctrl-C on behalf of what it starts in the background, and so would the tests
    # of interruption, and the processes that they start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    browser_tests = Path(__file__).parent / "browser"
    for item in items:
        if PUBLISHED.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("published")
        if browser_tests in item.path.parents:
            item.add_marker("browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure in CI, where nothing that these tests need may be missing."""
    report = yield
    skipped = report.skipped and not hasattr(report, "wasxfail")
    if CI and skipped and any(item.get_closest_marker(mark) for mark in NEVER_SKIPPED_IN_CI):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} must not be skipped when CI=true. {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    """What a test made the package remember of other data is nothing to the next one."""
    yield
    if "tiny.shipped" in sys.modules:
        sys.modules["tiny.shipped"].forget_used()
