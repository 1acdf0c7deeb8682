"""A small server on this machine, in the place of one on the network."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar


class Server:
    """Answers with what ``answer`` has for a path, notes what it is asked for, and can break off.

    Attributes:
        requests: paths with their queries, in order.
        agents: what the programs that asked called themselves.
        cut_short: paths whose files break off.
        before_answer: is called with the number of requests.
    """

    def __init__(self, answer: Callable[[str], bytes | None]) -> None:
        self.requests: list[str] = []
        self.agents: set[str] = set()
        self.cut_short: set[str] = set()
        self.before_answer: Callable[[int], None] = lambda n_requests: None
        lock, noted = threading.Lock(), self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with lock:
                    noted.requests.append(self.path)
                    noted.agents.add(self.headers["User-Agent"])
                    noted.before_answer(len(noted.requests))
                body = answer(self.path)
                if body is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[:100] if self.path in noted.cut_short else body)

            def log_message(self, *arguments: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()


S = TypeVar("S", bound=Server)


@contextmanager
def running(server: S) -> Iterator[S]:
    """Let a server answer."""
    thread = threading.Thread(target=server.http.serve_forever, args=[0.01], daemon=True)
    thread.start()
    yield server
    server.stop()
    thread.join()
