"""Requests to the server of the built book that no browser of its reader makes."""

import contextlib
import os
import random
import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from attacks.attempt import Attack

SECRET = b"nobody's business"
PAGE = b"<p>the book</p>"
SLOW = 45
"""Seconds after which a client that sends nothing must have been left."""


def attacks(made: Path, seed: int) -> Iterator[Attack]:
    """All attacks on the server."""

    def asked(request: bytes, *, allowed: bool = False) -> Callable[[Path, int], str]:
        """Held: the answer is an error, or nothing; and the next reader is served."""

        def run(folder: Path, number: int) -> str:
            with _server(folder) as (port, said):
                answer = _ask(port, request.replace(b"PORT", str(port).encode()))
                return _wrong(answer, allowed) or _after(port, said)

        return run

    for name, request, allowed in _requests():
        yield Attack("serve", name, asked(request, allowed=allowed), quick=1)

    def noise(folder: Path, number: int) -> str:
        chance = random.Random(f"{seed} {number}")
        plain = b"GET /sub/page.html HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n\r\n"
        with _server(folder) as (port, said):
            for _ in range(20):
                request = bytearray(plain.replace(b"PORT", str(port).encode()))
                for _ in range(chance.randint(1, 9)):
                    at = chance.randrange(len(request))
                    request[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(4))
                answer = _ask(port, bytes(request), seconds=0.5)
                if SECRET in answer:
                    return "gave out what is not the book's"
            return _after(port, said)

    yield Attack("serve", "20 requests of noise", noise, 20, 3)

    def crowd(folder: Path, number: int) -> str:
        with _server(folder) as (port, said), contextlib.ExitStack() as stack:
            for _ in range(200):
                idle = stack.enter_context(socket.create_connection(("127.0.0.1", port), 5))
                idle.sendall(b"GET / HT")
            return _after(port, said)

    yield Attack("serve", "200 readers who do not go on", crowd, quick=1)

    def slow(folder: Path, number: int) -> str:
        said_first = (b"", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")[number]
        with _server(folder) as (port, said):
            with socket.create_connection(("127.0.0.1", port), SLOW) as client:
                client.sendall(said_first)
                begun = time.monotonic()
                with contextlib.suppress(ConnectionError):
                    while time.monotonic() < begun + SLOW:
                        client.settimeout(1)
                        with contextlib.suppress(TimeoutError):
                            if not client.recv(4096):
                                return _after(port, said)
                        if number:
                            client.sendall(b"x")
            return f"a slow reader is waited for longer than {SLOW} s"

    yield Attack("serve", "a reader who sends nothing, or a letter a second", slow, 2, seconds=120)


def _requests() -> Iterator[tuple[str, bytes, bool]]:
    def get(path: str, host: str = "127.0.0.1:PORT", verb: str = "GET") -> bytes:
        return f"{verb} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()

    for host in (
        "evil.example",
        "evil.example:PORT",
        "127.0.0.1.evil.example",
        "localhost.evil.example:PORT",
        "evil.example@127.0.0.1:PORT",
        "",
        "127.0.0.1:PORT\r\nHost: evil.example",
        "[::ffff:1.2.3.4]:PORT",
        "0.0.0.0:PORT",
    ):
        yield f"for the host {host!r}", get("/index.html", host), False
    yield "for no host", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", False
    yield "a listing", get("/sub/"), False
    yield "a listing without a slash", get("/sub"), False
    for path in (
        "/out.txt",
        "/outside/secret.txt",
        "/../../secret.txt",
        "/..%2f..%2fsecret.txt",
        "/%2e%2e/%2e%2e/secret.txt",
        "/sub/..%5c..%5c..%5csecret.txt",
        "/sub/../../../secret.txt",
        "//secret.txt",
        "/%00",
        "/index.html%00.png",
        "/%",
        "/%zz",
        "/%ff%fe",
        "/con",
        "/index.html/",
        "/index.html/x",
        f"/{'a' * 5_000}",
        f"/{'a/' * 3_000}",
        f"/{'a' * 100_000}",
        "http://evil.example/",
        "*",
        "/pipe",
        "/zero",
    ):
        yield f"GET {path[:40]}", get(path), False
    for verb in (
        "POST",
        "PUT",
        "DELETE",
        "TRACE",
        "OPTIONS",
        "CONNECT",
        "PROPFIND",
        "GE\0T",
        "x" * 70_000,
    ):
        yield f"{verb[:20]!r} /", get("/", verb=verb), False
    for name, request in {
        "no request": b"\r\n\r\n",
        "zeros": bytes(1000),
        "a request without end": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000,
        "a header without end": b"GET / HTTP/1.1\r\nX: " + b"y" * 200_000,
        "a header that is folded": b"GET / HTTP/1.1\r\n Host: 127.0.0.1\r\n\r\n",
        "another protocol": b"GET / HTTP/9.9\r\n\r\n",
        "a protocol of no number": b"GET / HTTP/a.b\r\n\r\n",
        "a protocol of 10,000 digits": b"GET / HTTP/1." + b"9" * 10_000 + b"\r\n\r\n",
        "TLS": b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + bytes(99),
        "a redirection": get("//evil.example/%2f.."),
        "a redirection that splits the answer": get("/sub%0d%0aX-Evil:%20yes"),
    }.items():
        yield name, request, False
    yield (
        "a part of nothing",
        get("/index.html").replace(b"\r\n\r\n", b"\r\nRange: bytes=9-1\r\n\r\n"),
        True,
    )
    late = b"If-Modified-Since: Sat, 99 Feb 99999 99:99:99 GMT\r\n\r\n"
    yield "a date that is none", get("/index.html").replace(b"\r\n\r\n", b"\r\n" + late), True


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[tuple[int, list[str]]]:
    """The server of a small book: its port, and what it reports of errors."""
    from gcbook.book.project import Project
    from gcbook.book.serve import book_server

    book = Project(folder).html
    (book / "sub").mkdir(parents=True)
    (book / "index.html").write_bytes(PAGE)
    (book / "sub" / "page.html").write_bytes(PAGE)
    (folder / "secret.txt").write_bytes(SECRET)
    (book / "out.txt").symlink_to(folder / "secret.txt")
    (book / "outside").symlink_to(folder, target_is_directory=True)
    (book / "zero").symlink_to("/dev/zero")
    os.mkfifo(book / "pipe")
    said: list[str] = []
    threading.excepthook = lambda error: said.append(repr(error.exc_value))
    with book_server(Project(folder), 0) as server:
        noted = server.handle_error

        def note(*about: object) -> None:
            said.append(repr(sys.exc_info()[1]))
            noted(*about)  # type: ignore[arg-type]

        server.handle_error = note  # type: ignore[method-assign]
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1], said
        server.block_on_close = False
        server.shutdown()


def _ask(port: int, request: bytes, seconds: float = 5.0) -> bytes:
    """All of the answer, up to 1 MiB and a time."""
    answer, end = b"", time.monotonic() + seconds
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port), seconds) as client,
    ):
        with contextlib.suppress(OSError):
            client.sendall(request)
        client.settimeout(0.5 if seconds < 1 else seconds)
        while len(answer) < 2**20 and time.monotonic() < end and (some := client.recv(65536)):
            answer += some
    return answer


def _wrong(answer: bytes, allowed: bool) -> str:
    status = re.match(rb"HTTP/1\.[01] (\d{3}) ", answer)
    number = int(status[1]) if status else 0
    head = answer.partition(b"\r\n\r\n")[0].lower()
    if SECRET in answer or len(answer) >= 2**20:
        return "gave out what is not the book's"
    if b"evil" in head:
        return f"sent the reader elsewhere: {head.splitlines()[0].decode('latin-1')}"
    if b"directory listing" in answer.lower():
        return "a listing"
    if number == 200 and not allowed:
        return "was answered with 200"
    return f"failed with {number}" if number >= 500 and number != 501 and number != 505 else ""


def _after(port: int, said: list[str]) -> str:
    """What is wrong with the server after an attack."""
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
    answer = _ask(port, request)
    if PAGE not in answer:
        return f"the next reader gets {answer[:60]!r}"
    harmless = ("BrokenPipeError", "ConnectionResetError", "TimeoutError")
    told = [each for each in said if not each.startswith(harmless)]
    return f"an error in the server: {told[0][:120]}" if told else ""
