"""Interruptions that wait until a step is whole."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["uninterrupted"]


@contextmanager
def uninterrupted() -> Iterator[list[tuple[int, FrameType | None]]]:
    """Hold back Ctrl-C and SIGTERM until the block is through or has failed.

    Weights and the number of the step must be those of one moment when a state is saved.

    Yields:
        What waits, the number of each signal and where it came; in the end the first is delivered.
    """
    waiting: list[tuple[int, FrameType | None]] = []
    if threading.current_thread() is not threading.main_thread():
        yield waiting  # signals do not reach other threads
        return

    def wait(number: int, frame: FrameType | None) -> None:
        waiting.append((number, frame))

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, wait) for number in numbers}
    try:
        yield waiting
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if waiting:
            came, frame = waiting[0]
            handler = before[signal.Signals(came)]
            if callable(handler):
                handler(came, frame)
            else:
                os.kill(os.getpid(), came)
