"""Show the built book on this machine, to this machine alone.

Pages of other sites in the reader's browser can ask this server too. It answers those who call it
by this machine's own name, so that no other site's name can be led here, and takes nothing in.
"""

import re
import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO

from gcbook.files.errors import GcbookError

HOST = "127.0.0.1"
_OWN_NAME = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)
"""What a request may call this server, at any port: the book may be read through a tunnel."""


class _Quiet(SimpleHTTPRequestHandler):
    timeout = 10
    """Seconds that a connection may be silent."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: every file of a page would be a line."""

    def end_headers(self) -> None:
        # A rebuilt book is seen at once.
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def send_head(self) -> BinaryIO | None:
        """Begin an answer, and return the file that follows, if one does."""
        if not _OWN_NAME.fullmatch(self.headers.get("Host", "").strip()):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:
        """Show no lists of files."""
        self.send_error(HTTPStatus.NOT_FOUND)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that left, or of a name that no file can have."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError | ValueError):
            super().handle_error(request, client_address)


def book_server(html: Path, port: int = 8000) -> ThreadingHTTPServer:
    """A server of a built book, ``_build/html``, not yet running; port 0 is any that is free.

    Raises:
        GcbookError: the book is not built, or the port is taken.
    """
    if not (html / "index.html").is_file():
        raise GcbookError(f"expected a built book in {html}, found none. Run `gcbook build` first.")
    try:
        return _Server((HOST, port), partial(_Quiet, directory=str(html)))
    except OSError as error:
        raise GcbookError(
            f"cannot listen on {HOST}:{port}: {error.strerror}. Choose another --port."
        ) from None
