"""Processes that a test starts.

Most are forks of one that has the libraries imported, which takes seconds. It begins with the first
of them, in the folder and with the environment that the tests have then. How an interpreter ends is
not told by them; for that there is `Command`.
"""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Self

TESTS = Path(__file__).parents[1]

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


class Command:
    """A command in an interpreter of its own, leading a group as in a shell.

    Args:
        command: what is run.
        environment: added to that of this process.
        said: file for its output.
    """

    def __init__(self, command: Sequence[object], said: Path, **environment: str) -> None:
        self._mark = uuid.uuid4().hex
        self.said = said
        with said.open("w") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                cwd=TESTS,
                env=os.environ
                | {"PYTHONPATH": os.pathsep.join(sys.path), "MARK": self._mark}
                | environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        for pid in self.alive():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def alive(self) -> list[int]:
        """Those of its processes that live, itself among them, whoever their parent is now."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                mine = self._mark.encode() in (folder / "environ").read_bytes()
                state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if mine and state != "Z":
                found.append(int(folder.name))
        return found

    def until(self, there: Callable[[], object], seconds: float = 120) -> None:
        """Wait for a condition, which comes while the command runs."""
        end = time.monotonic() + seconds
        while not there():
            assert self.process.poll() is None, self.said.read_text()
            assert time.monotonic() < end, self.said.read_text()
            time.sleep(0.02)

    def ended(self, seconds: float = 60) -> int:
        """Wait until all of its processes have ended; return its status, as a shell tells it."""
        status = self.process.wait(seconds)
        end = time.monotonic() + seconds
        while left := self.alive():
            assert time.monotonic() < end, left
            time.sleep(0.02)
        return status if status >= 0 else 128 - status
