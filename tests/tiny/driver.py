"""Firefox and WebKit, driven by what Debian has: Marionette, and WebDriver over HTTP."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

START_S = 60
SCRIPT_S = 120


class Driven(ABC):
    """A browser with one window."""

    @abstractmethod
    def goto(self, url: str) -> None:
        """Open a page, and wait until it is loaded."""

    @abstractmethod
    def run(self, script: str) -> Any:
        """Return what the body of an async function returns in the page."""


# Errors are handed back as values, so that either browser tells them alike.
_ASYNC = """const done = arguments[arguments.length - 1];
(async () => { %s })().then(
  (value) => done([true, value]), (error) => done([false, String(error)]));"""


def _value(answer: Any) -> Any:
    fine, value = answer
    assert fine, value
    return value


class _Firefox(Driven):
    """Marionette: messages [0, number, command, parameters], each after its length and a colon."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=SCRIPT_S + START_S)
        self._file, self._number = self._socket.makefile("rb"), 0
        self._read()
        self._call("NewSession", {"strictFileInteractability": False})
        self._call("SetTimeouts", {"script": 1000 * SCRIPT_S})

    def _read(self) -> Any:
        length = b""
        while (byte := self._file.read(1)) != b":":
            assert byte, "Firefox closed the connection"
            length += byte
        return json.loads(self._file.read(int(length)))

    def _call(self, command: str, parameters: dict[str, Any]) -> Any:
        self._number += 1
        text = json.dumps([0, self._number, f"WebDriver:{command}", parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(text), text))
        _, _, error, result = self._read()
        assert error is None, error
        return result

    def goto(self, url: str) -> None:
        self._call("Navigate", {"url": url})

    def run(self, script: str) -> Any:
        answer = self._call("ExecuteAsyncScript", {"script": _ASYNC % script, "args": []})
        return _value(answer["value"])

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class _WebKit(Driven):
    def __init__(self, port: int, browser: str) -> None:
        self._base = f"http://127.0.0.1:{port}/session"
        wanted = {"webkitgtk:browserOptions": {"binary": browser, "args": ["--automation"]}}
        made = self._call("", {"capabilities": {"alwaysMatch": wanted}})
        self._base += f"/{made['sessionId']}"
        self._call("/timeouts", {"script": 1000 * SCRIPT_S})

    def _call(self, path: str, parameters: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            self._base + path, json.dumps(parameters).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=SCRIPT_S + START_S) as answer:
            return json.load(answer)["value"]

    def goto(self, url: str) -> None:
        self._call("/url", {"url": url})

    def run(self, script: str) -> Any:
        return _value(self._call("/execute/async", {"script": _ASYNC % script, "args": []}))

    def close(self) -> None:
        request = urllib.request.Request(self._base, method="DELETE")
        urllib.request.urlopen(request, timeout=START_S).close()


def missing_firefox() -> str:
    """Return what Firefox lacks here, and how to get it; nothing if it is there."""
    if shutil.which("firefox-esr"):
        return ""
    return "no firefox-esr on the PATH (Debian: apt-get install firefox-esr)"


def missing_webkit() -> str:
    """Return what WebKit lacks here, and how to get it; nothing if it is there."""
    for program, package in (("WebKitWebDriver", "webkit2gtk-driver"), ("Xvfb", "xvfb")):
        if not shutil.which(program):
            return f"no {program} on the PATH (Debian: apt-get install {package})"
    return "" if _mini_browser() else "no MiniBrowser of webkit2gtk under /usr/lib"


def _mini_browser() -> str:
    found = sorted(Path("/usr/lib").glob("*/webkit*gtk-*/MiniBrowser"))
    return str(found[-1]) if found else ""


@contextmanager
def firefox() -> Iterator[Driven]:
    """Firefox with a fresh profile, closed in the end."""
    with TemporaryDirectory() as folder:
        # With port 0 it takes a free one, and says in a file which.
        prefs = {"marionette.port": 0, "browser.shell.checkDefaultBrowser": False}
        lines = [f"user_pref({json.dumps(key)}, {json.dumps(prefs[key])});" for key in prefs]
        (Path(folder) / "user.js").write_text("\n".join(lines), encoding="utf-8")
        said = Path(folder) / "MarionetteActivePort"
        command = ["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", folder]
        with _started(command, {"HOME": folder}):
            port = _wait(lambda: int(said.read_text() or 0) if said.exists() else 0)
            driven = _Firefox(port)
            try:
                yield driven
            finally:
                driven.close()


@contextmanager
def webkit() -> Iterator[Driven]:
    """WebKitGTK's MiniBrowser on a display of its own, closed in the end."""
    with TemporaryDirectory() as folder:
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24"]
        with _started([*command, "-nolisten", "tcp"], {}, pass_fds=(writing,)):
            # Once it is closed here, too, reading ends if Xvfb does.
            os.close(writing)
            with os.fdopen(reading) as said:
                display = said.readline().strip()
            if not display:
                raise TimeoutError("Xvfb ended before it had a display")
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            more = {
                "DISPLAY": f":{display}",
                "HOME": folder,
                # Without a session bus and a graphics card.
                "GTK_A11Y": "none",
                "NO_AT_BRIDGE": "1",
                "LIBGL_ALWAYS_SOFTWARE": "1",
                "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
                "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
            }
            with _started(["WebKitWebDriver", f"--port={port}"], more):
                _wait(lambda: _listens(port))
                driven = _WebKit(port, _mini_browser())
                try:
                    yield driven
                finally:
                    driven.close()


@contextmanager
def _started(command: list[str], more: dict[str, str], **given: Any) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        env=os.environ | more,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **given,
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _listens(port: int) -> int:
    with socket.socket() as asked:
        return port if asked.connect_ex(("127.0.0.1", port)) == 0 else 0


def _wait(until: Callable[[], int]) -> int:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if found := until():
            return found
        time.sleep(0.1)
    raise TimeoutError(f"the browser did not start within {START_S} s")
