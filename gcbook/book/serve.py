"""Show the built book on this machine."""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from gcbook.book.project import Project
from gcbook.files.errors import GcbookError

__all__ = ["book_server", "folder_server"]

HOST = "127.0.0.1"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: every file of a page would be a line."""

    def end_headers(self) -> None:
        # A rebuilt book is seen at once.
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that left before the answer was complete."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
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
