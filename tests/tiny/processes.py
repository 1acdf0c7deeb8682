"""Processes that a test starts: forks of one that has the libraries imported, which takes seconds.

It begins with the first of them, in the folder and with the environment that the tests have then.
How an interpreter ends is not told by them; for that a test needs one of its own.
"""

import os
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

__all__ = ["started"]

_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(
    ["accelerate", "gcbook.miniworld.training.resnet", "gcbook.scoring.engine"]
)


def started(
    run: Callable[..., None],
    *arguments: object,
    environment: Mapping[str, str] | None = None,
    said: Path = Path(os.devnull),
) -> BaseProcess:
    """A process that runs a function of a module, and writes what it says into a file."""
    process = _FORKS.Process(target=_call, args=(run, arguments, environment or {}, said))
    process.start()
    return process


def _call(
    run: Callable[..., None], arguments: tuple, environment: Mapping[str, str], said: Path
) -> None:
    os.environ.update(environment)
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(output, stream)
    run(*arguments)
