"""Ctrl-C, SIGTERM and SIGHUP: held back while something must stay whole, and obeyed in time.

The three are one request, to end, and a second one says nothing new: a shell, `timeout` and a
terminal that is closed send them in pairs. A process that was started with one of them ignored goes
on ignoring it: `nohup` does so, and a shell for what it starts in the background.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn

from gcbook.files.errors import GcbookError

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

ENDING_S = 4.0
"""Seconds that a command may take to end."""

_holding = 0
"""How many blocks hold signals back."""


class Interrupted(SystemExit):
    """The end of a command that was asked to end, with the status that shells expect."""

    code: int


@contextmanager
def held_back() -> Iterator[list[int]]:
    """Hold back the signals until the block is through or has failed.

    Yields:
        The numbers of the signals that wait; in the end the first is delivered, if the list is not
        emptied before. What puts one into the list asks for the same.
    """
    global _holding
    waiting: list[int] = []
    try:
        with _handled(lambda number, frame: waiting.append(number)):
            _holding += 1
            try:
                yield waiting
            finally:
                _holding -= 1
    finally:
        if waiting:
            signal.raise_signal(waiting[0])


@contextmanager
def interruptible(nothing_said: str) -> Iterator[None]:
    """Let SIGTERM and SIGHUP interrupt as Ctrl-C does; end with the status that shells expect.

    What a library makes of the interruption is not shown.

    Args:
        nothing_said: what is said when the interruption carries no note of what was saved.

    Raises:
        Interrupted: 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP.
        GcbookError: on the way something failed that the user has to know of.
    """
    first: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if not first:
            first.append(number)
            raise KeyboardInterrupt

    try:
        with _handled(stop):
            yield
    except GcbookError:
        raise
    except (KeyboardInterrupt, Exception) as error:
        if not (first or isinstance(error, KeyboardInterrupt)):
            raise
        if not getattr(error, "__notes__", None):
            with suppress(OSError):  # the terminal may be gone
                print(nothing_said, file=sys.stderr)
        raise Interrupted(128 + (first[0] if first else signal.SIGINT)) from None


def end_in_time() -> None:
    """Let the process of a command end within `ENDING_S` of a signal, whatever it is doing.

    It may wait for a download, or compute where no handler of a signal is called. What is held back
    has all the time that it needs.
    """
    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    threading.Thread(target=_end_in_time, args=(read,), daemon=True).start()


def _end_in_time(signals: int) -> None:
    # Other signals that have a handler are written here too.
    while (number := os.read(signals, 1)[0]) not in SIGNALS:
        pass
    left = ENDING_S
    while left > 0:
        time.sleep(0.1)
        left = ENDING_S if _holding else left - 0.1
    with suppress(OSError):
        os.write(2, b"stopped\n")
    end_now(128 + number)


def end_now(status: int) -> NoReturn:
    """End this process without waiting for anything; those that it started notice it."""
    # No further signal is to break into this.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, RuntimeError):
            stream.flush()
    if os.isatty(2):
        # Progress bars hide the cursor.
        with suppress(OSError):
            os.write(2, b"\x1b[?25h")
    os._exit(status)


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
