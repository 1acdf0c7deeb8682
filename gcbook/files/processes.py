"""Processes that end with the one that started them, whatever ends that one.

Each leads a group of its own, which holds what it starts itself: signals of a terminal go to the
command alone, and the command ends the groups. Each watches its parent: where that is gone, be it
killed, the whole group is killed. Nothing that they write needs an end of its own, for it appears
when it is complete.
"""

import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from gcbook.files.errors import GcbookError
from gcbook.files.interrupts import SIGNALS
from gcbook.files.temporary import temporary_folder

_CONTEXT = multiprocessing.get_context("spawn")
"""Fresh interpreters: a fork would inherit threads, such as those of a progress bar."""


def begin_group() -> None:
    """Let this process lead a group of its own, and end it with the process that started it.

    The first thing that a process does which `multiprocessing` has started.
    """
    os.setsid()
    end_with_parent()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def end_with_parent() -> None:
    """End this process, and the group if it leads one, when the one that started it has ended."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def _end(processes: Iterable[BaseProcess]) -> None:
    for process in processes:
        if process.pid is None:
            continue
        with suppress(OSError):  # it leads no group yet, or has ended
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()


class _Pool(ProcessPoolExecutor):
    def submit(self, call: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        with _signals_wait():
            return super().submit(call, *args, **options)


@contextmanager
def workers(
    number: int, prepare: Callable[..., None], *arguments: object
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
        with _signals_wait():
            pool = _Pool(number, _CONTEXT, _begin_worker, (folder, _packed(prepare, *arguments)))
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
            _end(each for each in multiprocessing.active_children() if each not in others)
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _begin_worker(folder: Path, packed: bytes) -> None:
    begin_group()
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None
    _call(packed)


def run_process(call: Callable[..., object], *arguments: object, said: Path) -> int:
    """Call a function in a process of its own.

    Args:
        call: a function of a module.
        arguments: of the function.
        said: file for what is written to standard output and standard error.

    Returns:
        The process's status: 0, that of a `SystemExit`, or 1 for another exception.
    """
    process = _CONTEXT.Process(target=_begin_process, args=(said, _packed(call, *arguments)))
    try:
        with _signals_wait():
            process.start()
        process.join()
    except BaseException:
        _end([process])
        raise
    assert process.exitcode is not None
    return process.exitcode


def _begin_process(said: Path, packed: bytes) -> None:
    begin_group()
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
    _call(packed)


def _packed(call: Callable[..., object], *arguments: object) -> bytes:
    """A call whose libraries a process imports when it watches its parent, not before."""
    return pickle.dumps((call, arguments))


def _call(packed: bytes) -> None:
    call, arguments = pickle.loads(packed)
    call(*arguments)


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Start processes that signals do not reach before they lead a group of their own."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        # It keeps from its parent what is blocked, and lets through what it ignores itself, which
        # is not SIGHUP.
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
