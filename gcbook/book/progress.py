"""What goes on, on standard error: in one line on a terminal, elsewhere a line for what is done."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status


class ChapterProgress:
    """Shows what happens to each chapter.

    Args:
        status: the line on a terminal, in use.
    """

    def __init__(self, status: Status) -> None:
        self._status, self._running = status, list[str]()
        self._done = self._total = 0

    def report(self, name: str, state: str) -> None:
        """Take note of a chapter that is ``fresh``, ``started`` or ``done``."""
        if state == "started":
            self._running.append(name)
            self._total += 1
        elif state == "done":
            self._running.remove(name)
            self._done += 1
            words = f"{name}: executed ({self._done} of {self._total})"
            self._status.console.print(words, highlight=False, soft_wrap=True)
        if self._running:
            self._status.update(f"Executing chapters ({', '.join(self._running)})")

    @contextmanager
    def busy(self, message: str) -> Iterator[None]:
        """A context in which something of unknown length goes on."""
        self._status.update(message)
        if not self._status.console.is_terminal:
            self._status.console.print(message, highlight=False)
        yield


@contextmanager
def chapter_progress() -> Iterator[ChapterProgress]:
    """Progress on standard error for the time of a ``with`` block."""
    with Console(stderr=True).status("Looking for what changed") as status:
        yield ChapterProgress(status)
