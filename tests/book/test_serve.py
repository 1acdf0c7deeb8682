"""The server of the built book: this machine's, for reading, under its own name."""

import socket
import threading

import pytest

from gcbook.book.serve import book_server
from gcbook.files.errors import GcbookError


@pytest.fixture
def html(tmp_path):
    made = tmp_path / "html"
    (made / "pages").mkdir(parents=True)
    (made / "index.html").write_text("hello")
    (made / "pages" / "index.html").write_text("a page")
    (made / "_static").mkdir()
    (made / "_static" / "a b.css").write_text("css")
    (tmp_path / "index.html").write_text("secret")
    return made


@pytest.fixture
def port(html):
    with book_server(html, 0) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def asked(port, path="/", method="GET", host="localhost"):
    """Status and body of a request as it is written here."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        lines = f"{method} {path} HTTP/1.1\r\n" + (f"Host: {host}\r\n" if host else "")
        client.sendall(lines.encode("latin-1") + b"\r\n")
        # All that comes until the server hangs up.
        with client.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode()


def test_what_to_do_is_said_without_a_book_or_a_free_port(html, port, tmp_path):
    with pytest.raises(GcbookError, match="Run `gcbook build` first"):
        book_server(tmp_path / "none")
    with pytest.raises(GcbookError, match="Choose another --port"):
        book_server(html, port)


def test_pages_and_files_are_given(port):
    assert asked(port) == (200, "hello")
    assert asked(port, "/pages/?q=1#top") == (200, "a page")
    assert asked(port, "/_static/a%20b.css") == (200, "css")
    assert asked(port, method="HEAD") == (200, "")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:1234", "LocalHost", "[::1]:8000"])
def test_this_machine_has_a_few_names(port, host):
    assert asked(port, host=host) == (200, "hello")


@pytest.mark.parametrize("host", ["", "evil.example", "localhost.evil.example", "10.0.0.1", "\xff"])
def test_no_other_name_leads_here(port, host):
    assert asked(port, host=host)[0] == 421
    assert asked(port, host=host, method="HEAD") == (421, "")


@pytest.mark.parametrize(
    "path", ["/_static/", "/none", "/index.html/", "/../index.html", "/..%2findex.html", "/%ff"]
)
def test_nothing_but_files_of_the_book_is_given(port, path, capfd):
    status, body = asked(port, path)
    # Steps up lead no higher than the start.
    assert (status, body) == (200, "hello") if ".." in path else status == 404
    assert "secret" not in body and "a b.css" not in body
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_but_reading(port, method):
    assert asked(port, method=method)[0] == 501
