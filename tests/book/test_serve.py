"""The server of the built book."""

import os
import socket
import threading
import urllib.request
from contextlib import contextmanager

import pytest

from gcbook.book import serve
from gcbook.book.serve import book_server
from gcbook.files.errors import GcbookError


@pytest.fixture
def html(tmp_path):
    made = tmp_path / "book" / "html"
    (made / "pages").mkdir(parents=True)
    (made / "index.html").write_text("hello")
    (made / "pages" / "index.html").write_text("a page")
    (made / "_static").mkdir()
    (made / "_static" / "a b.css").write_text("css")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "index.html").write_text("secret")
    return made


@contextmanager
def running(html):
    with book_server(html, 0) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def port(html):
    with running(html) as port:
        yield port


def asked(port, path="/", method="GET", host="localhost", more=""):
    """Status and body of a request as it is written here."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        lines = f"{method} {path} HTTP/1.1\r\n" + (f"Host: {host}\r\n" if host else "") + more
        client.sendall(lines.encode("latin-1") + b"\r\n")
        # All that comes until the server hangs up.
        with client.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode()


def test_serves_the_book_on_this_machine_only(html):
    with book_server(html, 0) as server:
        host, port = server.server_address[:2]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert host == "127.0.0.1"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
            assert answer.read() == b"hello"
        with pytest.raises(GcbookError, match="Choose another --port"):
            book_server(html, port)
        server.shutdown()


def test_says_what_to_do_when_there_is_no_book(tmp_path):
    with pytest.raises(GcbookError, match="Run `gcbook build` first"):
        book_server(tmp_path)


def test_pages_and_files_are_given(port):
    assert asked(port) == (200, "hello")
    assert asked(port, "/pages/?q=1#top") == (200, "a page")
    assert asked(port, "/pages")[0] == 301
    assert asked(port, "/_static/a%20b.css") == (200, "css")
    assert asked(port, method="HEAD") == (200, "")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:1234", "LocalHost", "[::1]:8000"])
def test_this_machine_has_a_few_names(port, host):
    assert asked(port, host=host) == (200, "hello")


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
        "evil.example@127.0.0.1",
        "10.0.0.1",
        "[",
        "\xff",
    ],
)
def test_no_other_name_leads_here(port, host):
    assert asked(port, host=host)[0] == 421
    assert asked(port, host=host, method="HEAD") == (421, "")


def test_two_names_are_none(port):
    assert asked(port, more="Host: evil.example\r\n")[0] == 421


@pytest.mark.parametrize(
    "path",
    [
        "/_static/",
        "/_static",
        "/none",
        "/index.html/",
        "/../secret/index.html",
        "/..%2f..%2f..%2fsecret/index.html",
        "/%2e%2e/%2e%2e/secret/",
        "/%00",
        "/index.html%00",
        "/%ff",
        "/%ed%a0%80",
        "/%",
        "/" + "a" * 5000,
        "/" + "a/" * 5000,
        "//evil.example/",
        "//evil.example/%2f..",
        "http://evil.example/",
        "/linked",
        "/folder/index.html",
        "/folder/",
        "/shown/",
        "/circle",
        "/pipe",
    ],
)
def test_what_is_no_file_of_the_book_is_not_found(html, port, path, tmp_path, capfd):
    secret = tmp_path / "secret"
    (html / "linked").symlink_to(secret / "index.html")
    (html / "folder").symlink_to(secret)
    (html / "shown").mkdir()
    (html / "shown" / "index.html").symlink_to(secret / "index.html")
    (html / "circle").symlink_to(html / "circle")
    os.mkfifo(html / "pipe")
    status, body = asked(port, path)
    assert status == 404
    assert "secret" not in body and "a b.css" not in body
    assert asked(port)[0] == 200
    assert capfd.readouterr() == ("", "")


def test_links_within_the_book_are_followed(html, port):
    (html / "other.html").symlink_to(html / "index.html")
    assert asked(port, "/other.html") == (200, "hello")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get"])
def test_nothing_but_reading(port, method):
    assert asked(port, method=method)[0] == 501


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 505),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nA: " + b"b" * 70_000 + b"\r\n\r\n", 431),
    ],
)
def test_what_is_no_request_is_refused(port, sent, status, capfd):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(sent)
        assert f" {status} ".encode() in client.recv(4096)
    assert asked(port)[0] == 200
    assert capfd.readouterr() == ("", "")


def test_a_silent_client_is_left(html, monkeypatch, capfd):
    monkeypatch.setattr(serve._Quiet, "timeout", 0.1)
    with running(html) as port, socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(20)
        client.sendall(b"GET / HTTP/1.1\r\nHost: local")
        assert client.recv(4096) == b""
    assert capfd.readouterr() == ("", "")
