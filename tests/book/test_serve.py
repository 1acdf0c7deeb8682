"""The server of the built book."""

import os
import socket
import threading
import urllib.request
from contextlib import contextmanager

import pytest
import segno

from gcbook.book import serve
from gcbook.book.project import Project
from gcbook.book.serve import book_server
from gcbook.files.errors import GcbookError


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path / "book")
    made.html.mkdir(parents=True)
    (made.html / "index.html").write_text("hello")
    (made.html / "pages").mkdir()
    (made.html / "pages" / "index.html").write_text("a page")
    (made.html / "_static").mkdir()
    (made.html / "_static" / "a b.css").write_text("css")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "index.html").write_text("secret")
    return made


@contextmanager
def running(project, **more):
    with book_server(project, 0, **more) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def port(project):
    with running(project) as port:
        yield port


def asked(port, path="/", method="GET", host="localhost", more="", at="127.0.0.1"):
    """Status and body of a request as it is written here."""
    with socket.create_connection((at, port), timeout=20) as client:
        lines = f"{method} {path} HTTP/1.1\r\n" + (f"Host: {host}\r\n" if host else "") + more
        client.sendall(lines.encode("latin-1") + b"\r\n")
        # All that comes until the server hangs up.
        with client.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode()


def test_serves_the_book_on_this_machine_only(project):
    with book_server(project, 0) as server:
        host, port = server.server_address[:2]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert host == "127.0.0.1"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
            assert answer.read() == b"hello"
        with pytest.raises(GcbookError, match="Choose another --port"):
            book_server(project, port)
        server.shutdown()


def test_says_what_to_do_when_there_is_no_book(tmp_path):
    with pytest.raises(GcbookError, match="Run `gcbook build` first"):
        book_server(Project(tmp_path))


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
def test_what_is_no_file_of_the_book_is_not_found(project, port, path, tmp_path, capfd):
    secret = tmp_path / "secret"
    (project.html / "linked").symlink_to(secret / "index.html")
    (project.html / "folder").symlink_to(secret)
    (project.html / "shown").mkdir()
    (project.html / "shown" / "index.html").symlink_to(secret / "index.html")
    (project.html / "circle").symlink_to(project.html / "circle")
    os.mkfifo(project.html / "pipe")
    status, body = asked(port, path)
    assert status == 404
    assert "secret" not in body and "a b.css" not in body
    assert asked(port)[0] == 200
    assert capfd.readouterr() == ("", "")


def test_links_within_the_book_are_followed(project, port):
    (project.html / "other.html").symlink_to(project.html / "index.html")
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


def test_a_silent_client_is_left(project, monkeypatch, capfd):
    monkeypatch.setattr(serve._Quiet, "timeout", 0.1)
    with running(project) as port, socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(20)
        client.sendall(b"GET / HTTP/1.1\r\nHost: local")
        assert client.recv(4096) == b""
    assert capfd.readouterr() == ("", "")


def dripped(client):
    """Send byte after byte until the server hangs up."""
    while True:
        try:
            client.sendall(b"a")
            if client.recv(1) == b"":
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True


def test_one_that_sends_a_little_at_a_time_is_left_too(project, monkeypatch, capfd):
    monkeypatch.setattr(serve, "_LONGEST", 0.2)
    with running(project) as port, socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(0.02)
        assert dripped(client)
    assert capfd.readouterr() == ("", "")


ROOM = "127.0.0.2"
"""Stands for this machine's address in a network: another one that only this machine has."""


def test_in_a_network_its_address_is_its_only_name(project):
    with running(project, host=ROOM) as port:
        assert asked(port, host=f"{ROOM}:{port}", at=ROOM) == (200, "hello")
        for host in ("localhost", "127.0.0.1", "127x0x0x2", "evil.example", f"{ROOM}.evil.example"):
            assert asked(port, host=host, at=ROOM)[0] == 421
        assert asked(port, method="POST", host=ROOM, at=ROOM)[0] == 501
        # It listens there and nowhere else.
        with pytest.raises(ConnectionRefusedError):
            asked(port)


def test_a_room_of_phones_is_more_than_one_browser(project, monkeypatch):
    monkeypatch.setattr(serve, "_MOST", 2)
    with running(project, host=ROOM) as port:
        waiting = [socket.create_connection((ROOM, port)) for _ in range(15)]
        assert asked(port, host=ROOM, at=ROOM) == (200, "hello")
        waiting[0].settimeout(1)
        with pytest.raises(TimeoutError):
            waiting[0].recv(1)
        for each in waiting:
            each.close()


def test_those_who_take_part_get_no_other_page(project):
    page = project.participant
    with pytest.raises(GcbookError, match="Run `gcbook build` first"):
        book_server(project, 0, participant=True)
    page.parent.mkdir()
    page.write_text("take part")
    with running(project, participant=True) as port:
        assert asked(port, f"/{page.name}?seed=7&set=cue") == (200, "take part")
        for path in ("/", "/index.html", "/../index.html", "/pages/", "/_static/a%20b.css"):
            assert asked(port, path)[0] == 404


def test_a_machine_without_a_network_is_told_what_to_do(monkeypatch):
    def nowhere(self, address):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", nowhere)
    with pytest.raises(GcbookError, match="--lan --address"):
        serve.lan_address()


def test_a_code_is_the_address():
    address = "http://192.168.100.25:8000/experiment.html?seed=7&set=cue"
    lines = serve.qr_code(address).splitlines()
    light = [[c in halves for c in line] for line in lines for halves in ("█▀", "█▄")]
    dark = [[not cell for cell in row] for row in light]
    ours = [list(map(bool, row)) for row in segno.make_qr(address).matrix_iter(border=4)]
    assert dark[: len(ours)] == ours


def test_idle_connections_keep_nobody_else_out(project, monkeypatch):
    monkeypatch.setattr(serve, "_MOST", 8)
    with running(project) as port:
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
        assert asked(port) == (200, "hello")
        # Those that began first had to go.
        idle[0].settimeout(20)
        assert idle[0].recv(1) == b""
        for each in idle:
            each.close()
