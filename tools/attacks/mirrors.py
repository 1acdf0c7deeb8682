"""Servers that give other files than those that were published."""

import gzip
import hashlib
import os
import random
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from attacks.attempt import Attack
from attacks.commands import files_of, refusal
from attacks.mutants import flipped, mutated

PATHS = ("raw-data/edge/edge_a_session-1.csv", "raw-data/sketch/sketch_a_session-1.csv")


def attacks(made: Path, seed: int) -> Iterator[Attack]:
    """All attacks with tampered answers."""

    def fetched(answer: Callable[[Any, bytes], None]) -> Callable[[Path, int], str]:
        return lambda folder, number: _fetch(folder, answer)

    for name, answer in _answers().items():
        yield Attack("mirrors", name, fetched(answer), seconds=90)

    def changed(folder: Path, number: int) -> str:
        chance = random.Random(f"{seed} {number}")
        change = (
            lambda content: flipped(content, chance.randrange(8 * len(content))),
            lambda content: mutated(content, chance) + b"x",
            lambda content: content[: chance.randrange(len(content))],
        )[number % 3]
        return _fetch(folder, lambda self, content: _send(self, change(content)))

    yield Attack("mirrors", "another file", changed, 30, 6)


def _fetch(folder: Path, answer: Callable[[Any, bytes], None]) -> str:
    """Fetch trials from a server that answers so to one of the requests."""
    from gcbook.files.errors import GcbookError
    from gcbook.files.locks import LOCK
    from gcbook.files.manifest import Manifest
    from gcbook.trials import fetch, originals

    registry, content = folder / "data" / "registry", {}
    registry.mkdir(parents=True)
    for source in originals.SOURCES["trials"]:
        lines = []
        for path in PATHS:
            body = f"subj,session\n{source.name},{path}\n".encode() * 50
            content[f"/{source.repository}/{source.commit}/{path}"] = body
            lines.append(f"{path} {hashlib.sha256(body).hexdigest()}\n")
        (registry / f"{source.name}.txt").write_text("".join(lines))
    hit = sorted(content)[2]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = content.get(self.path, b"")
            answer(self, body) if self.path == hit else _send(self, body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    server.handle_error = lambda *about: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    cache = folder / "cache"
    os.environ["GCBOOK_CACHE_DIR"] = str(cache)
    originals.DATA = Manifest(registry.parent)
    originals.DATA.write()
    fetch.SERVER = f"http://127.0.0.1:{server.server_port}"
    fetch.RETRIES, fetch.TIMEOUT_S = 0, (3, 3)
    what = ""
    try:
        fetch.fetch_originals("trials")
    except GcbookError as error:
        what = refusal(str(error), "trials")
    if _taken_whole.is_set():
        what = "took 256 MiB where a file has a few kB"
    known = {hashlib.sha256(body).hexdigest() for body in content.values()}
    # The lock of a fetch, and what is remembered of whole files.
    ours = (LOCK, "whole.txt")
    found = {name: sha for name, sha in files_of(cache).items() if Path(name).name not in ours}
    left = [name for name, sha in found.items() if sha not in known]
    return "; ".join(filter(None, [what, f"left behind: {', '.join(left)}" if left else ""]))


def _send(
    self: Any, body: bytes, status: int = 200, length: int | None = None, **more: str
) -> None:
    self.send_response(status)
    self.send_header("Content-Length", str(len(body) if length is None else length))
    for name, value in more.items():
        self.send_header(name.replace("_", "-"), value)
    self.end_headers()
    self.wfile.write(body)


_taken_whole = threading.Event()


def _answers() -> dict[str, Callable[[Any, bytes], None]]:
    def endless(self: Any, body: bytes) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(256):
            self.wfile.write(bytes(2**20))
        _taken_whole.set()

    def bomb(self: Any, body: bytes) -> None:
        packed = gzip.compress(bytes(2**28), 9)
        _send(self, packed * 12, Content_Encoding="gzip")

    return {
        "a page to sign in": lambda self, body: _send(
            self, b"<html>Sign in</html>", Content_Type="text/html"
        ),
        "nothing": lambda self, body: _send(self, b""),
        "no answer": lambda self, body: self.connection.close(),
        "half of a file": lambda self, body: _send(self, body[:99], length=len(body)),
        "a file and more": lambda self, body: _send(self, body + b"x"),
        "a length below nothing": lambda self, body: _send(self, body, length=-1),
        "a length of 10¹⁸": lambda self, body: _send(self, body, length=10**18),
        "a redirection to itself": lambda self, body: _send(self, b"", 302, Location=self.path),
        "a redirection to a file of this machine": lambda self, body: _send(
            self, b"", 302, Location="file:///etc/passwd"
        ),
        "404": lambda self, body: _send(self, body, 404),
        "500": lambda self, body: _send(self, body, 500),
        "206": lambda self, body: _send(self, body[:9], 206, Content_Range="bytes 0-8/999"),
        "what says to be packed and is not": lambda self, body: _send(
            self, body, Content_Encoding="gzip"
        ),
        "3 GB in 3 MB": bomb,
        "a file without end": endless,
    }
