"""Show the built book on this machine.

Other programs on this machine, and pages of other sites in the reader's browser, can ask this
server too. It answers those who call it by this machine's own name, so that no other site's name
can be led here, and gives out files of the book's folder alone.
"""

import re
import socket
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from gcbook.book.project import Project
from gcbook.files.errors import GcbookError

HOST = "127.0.0.1"
_OWN_NAME = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)
"""What a request may call this server: another site's name would let its pages read the book."""
_PATIENCE = 10
"""Seconds that a connection may be silent."""
_LONGEST = 30
"""Seconds that it may take in all: a file of the book is sent in less than one."""
_MOST = 100
"""Connections at a time; a browser opens about six."""


class _Quiet(SimpleHTTPRequestHandler):
    timeout = _PATIENCE

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: every file of a page would be a line."""

    def end_headers(self) -> None:
        # A rebuilt book is seen at once.
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def send_head(self) -> BinaryIO | None:
        """Begin an answer, and return the file that follows, if one does."""
        if not self._is_called_by_its_name():
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        elif not self._is_of_the_folder():
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            return super().send_head()
        return None

    def _is_called_by_its_name(self) -> bool:
        hosts = self.headers.get_all("Host", [])
        # Any port, since the book may be read through a tunnel.
        return len(hosts) == 1 and _OWN_NAME.fullmatch(hosts[0].strip()) is not None

    def _is_of_the_folder(self) -> bool:
        """Whether the path leads to a file in the folder, through links too, or to a page there."""
        if ".." in unquote(self.path).split("/"):
            return False
        try:
            place = Path(self.translate_path(self.path)).resolve(strict=True)
            page = (place / "index.html").resolve(strict=True) if place.is_dir() else place
            return page.is_file() and page.is_relative_to(Path(self.directory).resolve())
        except (OSError, ValueError, RuntimeError):
            # Nothing there, a name that no file can have, a circle of links.
            return False


class _Server(ThreadingHTTPServer):
    request_queue_size = _MOST

    def __init__(self, *args: object) -> None:
        self._since: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        super().__init__(*args)  # type: ignore[arg-type]

    def process_request(self, request: object, client_address: object) -> None:
        with self._lock:
            self._since[request] = time.monotonic()  # type: ignore[index]
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def shutdown_request(self, request: object) -> None:
        with self._lock:
            self._since.pop(request, None)  # type: ignore[call-overload]
        super().shutdown_request(request)  # type: ignore[arg-type]

    def service_actions(self) -> None:
        """End connections that take too long and, of too many, those that began first."""
        with self._lock:
            latest = time.monotonic() - _LONGEST
            for request, since in list(self._since.items()):
                if since > latest and len(self._since) <= _MOST:
                    return
                del self._since[request]
                # Its thread finds it closed, and ends; or the other side has left already.
                with suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that left before the answer was complete."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def book_server(project: Project, port: int = 8000) -> ThreadingHTTPServer:
    """A server of ``_build/html`` on 127.0.0.1, not yet running.

    Args:
        project: the checkout.
        port: 0 for any that is free.

    Raises:
        GcbookError: the book is not built, or the port is taken.
    """
    if not (project.html / "index.html").is_file():
        raise GcbookError(
            f"expected a built book in {project.html}, found none. Run `gcbook build` first."
        )
    return folder_server(project.html, port)


def folder_server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A quiet server of one folder on 127.0.0.1."""
    try:
        return _Server((HOST, port), partial(_Quiet, directory=str(folder)))
    except OSError as error:
        raise GcbookError(
            f"cannot listen on {HOST}:{port}: {error.strerror}. Choose another --port."
        ) from None
