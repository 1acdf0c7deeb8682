"""Processes that end with the one that started them, whatever ends that one.

Each leads a session of its own, so that signals of a terminal go to the command alone, and watches
its parent: where that is gone, be it killed, it kills what it has started itself, such as a kernel,
and then itself. Nothing that they write needs an end of its own: it appears when it is complete.
"""

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path

import psutil

from gcbook.files.errors import GcbookError

_FRESH = multiprocessing.get_context("spawn")
"""Interpreters anew: a fork would inherit threads, such as those of a progress bar."""


def kill_with_children(pid: int) -> None:
    """Kill a process and all that it has started."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for each in (*process.children(recursive=True), process):
            with suppress(psutil.NoSuchProcess):
                each.kill()


def end_with_parent() -> None:
    """Kill this process, and what it has started, when the one that started it has ended."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    kill_with_children(os.getpid())


@contextmanager
def workers(
    number: int, prepare: Callable[..., object] | None = None, *arguments: object
) -> Iterator[ProcessPoolExecutor]:
    """Processes that take calls. If the block fails, calls that have begun are finished.

    An interruption ends them in the midst.

    Args:
        number: of processes.
        prepare: called once in each, if it is given.
        arguments: of ``prepare``.

    Raises:
        GcbookError: one of them was killed.
    """
    pool = ProcessPoolExecutor(number, _FRESH, partial(_begin, prepare, *arguments))
    try:
        yield pool
    except BrokenProcessPool as error:
        raise GcbookError(
            "expected the processes that were started for this to go on until they are done, "
            "found one that was killed, perhaps by the system for want of memory. Run fewer "
            "at a time."
        ) from error
    except KeyboardInterrupt:
        for each in multiprocessing.active_children():
            if each.pid:
                kill_with_children(each.pid)
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(prepare: Callable[..., object] | None = None, *arguments: object) -> None:
    os.setsid()
    end_with_parent()
    if prepare:
        prepare(*arguments)


def run_process(call: Callable[..., object], *arguments: object, said: Path) -> int:
    """Call a function in a process of its own.

    Args:
        call: a function of a module.
        arguments: of the function.
        said: file for what is written to standard output and standard error.

    Returns:
        The process's status: 0, that of a `SystemExit`, 1 for another exception, or the number
        of the signal that killed it, below 0.
    """
    process = _FRESH.Process(target=_write_to, args=(said, call, *arguments))
    process.start()
    try:
        process.join()
    except KeyboardInterrupt:
        kill_with_children(process.pid or 0)
        raise
    return int(process.exitcode or 0)


def _write_to(said: Path, call: Callable[..., object], *arguments: object) -> None:
    _begin()
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
    call(*arguments)
