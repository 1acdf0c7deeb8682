"""Show the built book on this machine or, if that is asked for, to the network it is in.

Other programs on this machine, and pages of other sites in the reader's browser, can ask this
server too. It answers those who call it by this machine's own name, so that no other site's name
can be led here, and gives out files of one folder alone: it takes nothing in. In a network it
listens on one address, and that address is its only name.
"""

import io
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
from typing import Any, BinaryIO
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
_ROOM = 10
"""Times as patient, and as many connections, in a network: thirty phones load at once, by radio."""
_ELSEWHERE = ("192.0.2.1", 9)
"""An address for documentation (RFC 5737), to ask which way leads out; nothing is sent to it."""


class _Quiet(SimpleHTTPRequestHandler):
    timeout = _PATIENCE
    server: "_Server"

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
        return len(hosts) == 1 and self.server.own_name.fullmatch(hosts[0].strip()) is not None

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

    def __init__(self, address: tuple[str, int], handler: Any) -> None:
        self._since: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        own = address[0] == HOST
        self._scale = 1 if own else _ROOM
        self.own_name = _OWN_NAME if own else re.compile(rf"{re.escape(address[0])}(:\d{{1,5}})?")
        super().__init__(address, handler)

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
            latest = time.monotonic() - _LONGEST * self._scale
            for request, since in list(self._since.items()):
                if since > latest and len(self._since) <= _MOST * self._scale:
                    return
                del self._since[request]
                # Its thread finds it closed, and ends; or the other side has left already.
                with suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that left before the answer was complete."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def book_server(
    project: Project, port: int = 8000, host: str = HOST, *, participant: bool = False
) -> ThreadingHTTPServer:
    """A server of ``_build/html``, not yet running.

    Args:
        project: the checkout.
        port: 0 for any that is free.
        host: the address of this machine to listen on.
        participant: give out the participant's page alone, so that nobody reads in the book what
            is measured.

    Raises:
        GcbookError: the book is not built, or the port is taken.
    """
    first = project.participant if participant else project.html / "index.html"
    if not first.is_file():
        raise GcbookError(
            f"expected a built book in {project.html}, found none. Run `gcbook build` first."
        )
    return folder_server(first.parent, port, host)


def folder_server(folder: Path, port: int, host: str = HOST) -> ThreadingHTTPServer:
    """A quiet server of one folder on one address of this machine."""
    try:
        return _Server((host, port), partial(_Quiet, directory=str(folder)))
    except OSError as error:
        address = "" if host == HOST else ", or another --address"
        raise GcbookError(
            f"cannot listen on {host}:{port}: {error.strerror}. Choose another --port{address}."
        ) from None


def lan_address() -> str:
    """The IPv4 address that this machine has in the network it is in.

    Raises:
        GcbookError: it is in none, or in one that leads nowhere.
    """
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        # A datagram socket only chooses a way; nothing is sent.
        asking.connect(_ELSEWHERE)
        found = str(asking.getsockname()[0])
        if not found.startswith("127."):
            return found
    raise GcbookError(
        "expected this machine to be in a network, found none that leads anywhere. In one that it "
        "opens itself, name its own address there: --lan --address 10.42.0.1."
    )


def qr_code(text: str) -> str:
    """A QR code as text, two of its rows a line, for a terminal."""
    import segno

    drawn = io.StringIO()
    segno.make_qr(text).terminal(drawn, compact=True)
    return drawn.getvalue()
