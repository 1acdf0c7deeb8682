"""Ctrl-C, SIGTERM and SIGHUP: one request, to end, held back while something must stay whole.

A process that was started with one of them ignored goes on ignoring it: `nohup` does so, and a
shell for what it starts in the background.
"""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from gcbook.files.errors import GcbookError

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def held_back() -> Iterator[list[int]]:
    """Hold back the signals until the block is through or has failed.

    Yields:
        The numbers of the signals that wait; in the end the first is delivered, if the list is not
        emptied before. What puts one into the list asks for the same.
    """
    waiting: list[int] = []
    try:
        with _handled(lambda number, frame: waiting.append(number)):
            yield waiting
    finally:
        if waiting:
            signal.raise_signal(waiting[0])


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM and SIGHUP interrupt as Ctrl-C does; end with the status that shells expect.

    What a library makes of the interruption is not shown, and what it carries no note of is said.

    Raises:
        SystemExit: 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP.
        GcbookError: on the way something failed that the user has to know of.
    """
    came: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        came.append(number)
        # Shells, `timeout` and a terminal that is closed send two of them.
        if len(came) == 1 or number == signal.SIGINT:
            raise KeyboardInterrupt

    try:
        with _handled(stop):
            yield
    except GcbookError:
        raise
    except (KeyboardInterrupt, Exception) as error:
        if not (came or isinstance(error, KeyboardInterrupt)):
            raise
        if not getattr(error, "__notes__", None):
            with suppress(OSError):  # the terminal may be gone
                print("stopped; the same command goes on from what is finished", file=sys.stderr)
        sys.exit(128 + (came[0] if came else signal.SIGINT))


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Handle the signals that are not ignored, and put back the handlers that there were."""
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():  # signals reach no other thread
        there = {number: signal.getsignal(number) for number in SIGNALS}
        before = {n: each for n, each in there.items() if each not in (signal.SIG_IGN, None)}
    for number in before:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, each in before.items():
            signal.signal(number, each)
