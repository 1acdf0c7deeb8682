"""Runs that Ctrl-C or SIGTERM ends with one line and the status that shells expect."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import typer

__all__ = ["interruptible"]


class _Terminated(KeyboardInterrupt):
    """SIGTERM, on the way of Ctrl-C."""


@contextmanager
def interruptible(nothing_done: str) -> Iterator[None]:
    """Let SIGTERM interrupt as Ctrl-C does; status 143 and 130.

    Args:
        nothing_done: what is said when the interruption carries no note of what was saved.
    """
    try:
        before = signal.signal(signal.SIGTERM, _terminate)
    except ValueError:  # not the main thread, which signals do not reach
        before = None
    try:
        yield
    except KeyboardInterrupt as stop:
        if not getattr(stop, "__notes__", None):
            typer.echo(nothing_done, err=True)
        raise typer.Exit(143 if isinstance(stop, _Terminated) else 130) from None
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise _Terminated
