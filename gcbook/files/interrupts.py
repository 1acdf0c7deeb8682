"""Ctrl-C, SIGTERM and SIGHUP: held back while something must stay whole, and obeyed in time.

The three are one request, to end. A process that was started with one of them ignored goes on
ignoring it: `nohup` does so, and a shell for what it starts in the background. A second one says
nothing new: a shell, `timeout` and a terminal that is closed send them in pairs.
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
"""What tells a command to end."""

ENDING_S = 4.0
"""What a command may take to end once it is told to."""

_holding = 0
"""How many blocks hold signals back."""


class Interrupted(SystemExit):
    """The end of a command that was told to end, with the status that shells expect."""

    code: int


@contextmanager
def held_back() -> Iterator[list[int]]:
    """Hold back Ctrl-C, SIGTERM and SIGHUP until the block is through or has failed.

    Yields:
        The numbers of the signals that wait; in the end the first is delivered, if the list is not
        emptied before. What puts one into the list asks for the same.
    """
    global _holding
    waiting: list[int] = []

    def wait(number: int, frame: FrameType | None) -> None:
        waiting.append(number)

    before = _handle(wait)
    _holding += 1
    try:
        yield waiting
    finally:
        _holding -= 1
        _put_back(before)
        if waiting:
            _deliver(waiting[0], before)


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
    told: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if not told:
            told.append(number)
            raise KeyboardInterrupt

    before = _handle(stop)
    try:
        yield
    except GcbookError:
        raise
    except (KeyboardInterrupt, Exception) as error:
        if not (told or isinstance(error, KeyboardInterrupt)):
            raise
        if not getattr(error, "__notes__", None):
            with suppress(OSError):  # the terminal may be gone
                print(nothing_said, file=sys.stderr)
        raise Interrupted(128 + (told[0] if told else signal.SIGINT)) from None
    finally:
        _put_back(before)


def end_in_time() -> None:
    """Let this process end within `ENDING_S` of being told to, whatever it is doing.

    It may be waiting for a download, or compute where no handler of a signal is called. What is
    held back (`held_back`) has all the time that it needs. For the process of a command.
    """
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    threading.Thread(target=_end_in_time, args=(told,), daemon=True).start()


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


def _end_in_time(told: int) -> None:
    # Other signals that have a handler are told here too.
    while (number := os.read(told, 1)[0]) not in SIGNALS:
        pass
    left = ENDING_S
    while left > 0:
        time.sleep(0.1)
        left = ENDING_S if _holding else left - 0.1
    with suppress(OSError):
        os.write(2, b"stopped\n")
    end_now(128 + number)


def _handle(handler: Callable[[int, FrameType | None], object]) -> dict[int, Any]:
    """Set a handler of the signals that are not ignored; return those that there were."""
    if threading.current_thread() is not threading.main_thread():
        return {}  # signals do not reach other threads
    before: dict[int, Any] = {
        number: there
        for number in SIGNALS
        if (there := signal.getsignal(number)) not in (signal.SIG_IGN, None)
    }
    for number in before:
        signal.signal(number, handler)
    return before


def _put_back(handlers: dict[int, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _deliver(number: int, handlers: dict[int, Any]) -> None:
    handler = handlers.get(number)
    if callable(handler):
        handler(number, None)
    else:
        os.kill(os.getpid(), number)
