"""Processes that end with the one that started them, whatever ends that one.

Each leads a session of its own, so that signals of a terminal go to the command alone, and watches
its parent: where that is gone, be it killed, it kills what it has started itself, such as a kernel,
and then itself. Nothing that they write needs an end of its own: it appears when it is complete.
"""

import multiprocessing
import os
import pickle
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from pathlib import Path

import psutil

from gcbook.files.errors import GcbookError
from gcbook.files.temporary import temporary_folder

_CONTEXT = multiprocessing.get_context("spawn")
"""Fresh interpreters: a fork would inherit threads, such as those of a progress bar."""


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
    number: int, prepare: Callable[..., object], *arguments: object
) -> Iterator[ProcessPoolExecutor]:
    """Processes that take calls. If the block fails, calls that have begun are finished.

    An interruption ends them in the midst. Their temporary files lie in a folder that goes with
    them.

    Args:
        number: of processes.
        prepare: called once in each.
        arguments: of ``prepare``.

    Raises:
        GcbookError: one of them was killed.
    """
    others = multiprocessing.active_children()
    with temporary_folder() as folder:
        # Packed, so that its libraries are imported when the process already watches its parent.
        packed = pickle.dumps((prepare, arguments))
        pool = ProcessPoolExecutor(number, _CONTEXT, _begin_worker, (folder, packed))
        try:
            yield pool
        except BrokenProcessPool as error:
            raise GcbookError(
                "expected the processes that were started for this to go on until they are done, "
                "found one that was killed, perhaps by the system for want of memory. Run fewer "
                "at a time."
            ) from error
        except Exception:
            raise
        except BaseException:
            for each in multiprocessing.active_children():
                if each not in others and each.pid:
                    kill_with_children(each.pid)
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _begin_worker(folder: Path, packed: bytes) -> None:
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None
    _begin(packed)


def run_process(call: Callable[..., object], *arguments: object, said: Path) -> int:
    """Call a function in a process of its own.

    Args:
        call: a function of a module.
        arguments: of the function.
        said: file for what is written to standard output and standard error.

    Returns:
        The process's status: 0, that of a `SystemExit`, or 1 for another exception.
    """
    packed = pickle.dumps((call, arguments))
    process = _CONTEXT.Process(target=_begin_process, args=(said, packed))
    try:
        process.start()
        process.join()
    except BaseException:
        if process.pid:
            kill_with_children(process.pid)
        raise
    assert process.exitcode is not None
    return process.exitcode


def _begin_process(said: Path, packed: bytes) -> None:
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
    _begin(packed)


def _begin(packed: bytes) -> None:
    os.setsid()
    end_with_parent()
    call, arguments = pickle.loads(packed)
    call(*arguments)
