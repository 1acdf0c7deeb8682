"""Processes that stop together, and the processes that read images for them."""

import atexit
import multiprocessing
import signal
import sys
from collections.abc import Iterable, Iterator
from types import FrameType, TracebackType
from typing import Any

import torch

from gcbook.miniworld.training.imagefolder import UnreadableImageError

__all__ = ["ignore_interruptions", "in_step"]


def ignore_interruptions(worker: int) -> None:
    """Let a reader of images live on when all processes of a group are told to stop.

    Else torch raises the reader's death in its parent, in the midst of whatever that does.

    Args:
        worker: its number, which torch gives.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # What a reader raises reaches its parent another way. The hook is for the thread that hands
    # images over, which finds its parent gone when that stops while it takes one.
    sys.excepthook = _unless_left


def _unless_left(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if not issubclass(kind, ConnectionError | EOFError):
        sys.__excepthook__(kind, error, trace)


@atexit.register
def _end_readers() -> None:
    # Python ends what still reads with SIGTERM, and waits for it, which would be for ever.
    for process in multiprocessing.active_children():
        if process.daemon:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # torch's raises a killed reader
            process.kill()


def in_step(
    batches: Iterable[Any], accelerator: Any, waiting: list[tuple[int, FrameType | None]]
) -> Iterator[Any]:
    """Yield a process's batches until there are no more, or one of the processes has to stop.

    Of several processes, one that stopped alone would leave the others waiting for it.

    Args:
        batches: of this process, as many in each.
        accelerator: accelerate's.
        waiting: signals that are held back, as `uninterrupted` yields them; gets that of another
            process.

    Raises:
        KeyboardInterrupt: a signal waits in one of several processes.
        UnreadableImageError: one of them has found such an image; its own error names it.
    """
    source = iter(batches)
    while True:
        batch = unreadable = None
        try:
            batch = next(source, None)
        except UnreadableImageError as error:
            unreadable = error.alone()
        if accelerator.num_processes > 1:
            mine = [[waiting[0][0] if waiting else 0, int(unreadable is not None)]]
            told = accelerator.gather(torch.tensor(mine, device=accelerator.device))
            number, found = told.amax(0).tolist()
            if number:
                if not waiting:
                    waiting.append((number, None))
                raise KeyboardInterrupt
            if found and unreadable is None:
                unreadable = UnreadableImageError(
                    "another process has found an image that it cannot read, and names it."
                )
        if unreadable is not None:
            raise unreadable
        if batch is None:
            return
        yield batch
