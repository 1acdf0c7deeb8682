"""Ctrl-C and SIGTERM: held back while something must stay whole, and told in one line.

A process that was started with an interruption ignored (a shell does so for what it starts in the
background) goes on ignoring it.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["held_back", "interruptible"]


@contextmanager
def held_back() -> Iterator[list[int]]:
    """Hold back Ctrl-C and SIGTERM until the block is through or has failed.

    Yields:
        The numbers of the signals that wait; in the end the first is delivered, if the list is not
        emptied before. What puts one into the list asks for the same.
    """
    waiting: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield waiting  # signals do not reach other threads
        return

    def wait(number: int, frame: FrameType | None) -> None:
        waiting.append(number)

    before = {
        number: handler
        for number in (signal.SIGINT, signal.SIGTERM)
        if (handler := signal.getsignal(number)) not in (signal.SIG_IGN, None)
    }
    for number in before:
        signal.signal(number, wait)
    try:
        yield waiting
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if waiting:
            deliver = before.get(signal.Signals(waiting[0]))
            if callable(deliver):
                deliver(waiting[0], None)
            else:
                os.kill(os.getpid(), waiting[0])


class _Terminated(KeyboardInterrupt):
    """SIGTERM, on the way of Ctrl-C."""


@contextmanager
def interruptible(nothing_said: str) -> Iterator[None]:
    """Let SIGTERM interrupt as Ctrl-C does, and end the program with the status shells expect.

    Args:
        nothing_said: what is said when the interruption carries no note of what was saved.

    Raises:
        SystemExit: 130 for Ctrl-C, 143 for SIGTERM.
    """
    try:
        before = signal.signal(signal.SIGTERM, _terminate)
    except ValueError:  # not the main thread, which signals do not reach
        before = None
    try:
        yield
    except KeyboardInterrupt as stop:
        if not getattr(stop, "__notes__", None):
            print(nothing_said, file=sys.stderr)
        raise SystemExit(143 if isinstance(stop, _Terminated) else 130) from None
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise _Terminated
