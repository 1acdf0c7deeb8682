"""The server of the built book."""

import threading
import urllib.error
import urllib.request

import pytest

from gcbook.book.project import Project
from gcbook.book.serve import book_server
from gcbook.files.errors import GcbookError


def test_serves_the_book_on_this_machine_only(tmp_path):
    project = Project(tmp_path)
    project.html.mkdir(parents=True)
    (project.html / "index.html").write_text("hello")
    (tmp_path / "secret").write_text("no")
    with book_server(project, 0) as server:
        host, port = server.server_address[:2]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert host == "127.0.0.1"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
            assert answer.read() == b"hello"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/../../secret")
        with pytest.raises(GcbookError, match="Choose another --port"):
            book_server(project, port)
        server.shutdown()


def test_says_what_to_do_when_there_is_no_book(tmp_path):
    with pytest.raises(GcbookError, match="Run `gcbook build` first"):
        book_server(Project(tmp_path))
