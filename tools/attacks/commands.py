"""The command line, called as a user calls it, and what counts as having held."""

import hashlib
import json
import os
import pty
import re
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from attacks import attempt
from attacks.attempt import end_with_parent, signals_as_usual


@dataclass(frozen=True)
class Ended:
    """A command that has ended.

    Attributes:
        status: exit status, that of a signal negative; None if it did not end by itself.
        said: on standard output and standard error.
    """

    status: int | None
    said: str

    def refused(self, name: str, *, harmless: bool = False) -> str:
        """What is wrong with how a hostile file was refused, "" if nothing is.

        Args:
            name: what the message must say of which file it is.
            harmless: it may have been taken as well.
        """
        if self.status is None:
            return "did not end"
        if "Traceback (most recent call last)" in self.said:
            errors = re.findall(
                r"^[\w.]*(?:Error|Exception|Interrupt)\b.*", self.said, re.MULTILINE
            )
            return f"a traceback: {(errors or [self.last])[-1][:200]}"
        if "[y/N]" in self.said:
            return "asked the user to run the file's code"
        if self.status < 0:
            return f"ended by {signal.Signals(-self.status).name}"
        if self.status == 0:
            return "" if harmless else f"was taken: {self.last[:120]}"
        refusals = [line for line in self.said.splitlines() if line.startswith("gcbook: ")]
        if self.status not in (1, 2) or len(refusals) != 1:
            return f"status {self.status} and no message: {self.last[:120]}"
        return refusal(refusals[0] if name in refusals[0] else self.said, name)

    @property
    def last(self) -> str:
        """The last line that was said."""
        return ([line.strip() for line in self.said.splitlines() if line.strip()] or [""])[-1]


def refusal(said: str, name: str) -> str:
    """What is wrong with a message that refuses a file, "" if nothing is."""
    if "takes more memory than there is" in said:
        return "refused only where memory ended"
    return "" if name in said else f"a message that does not name {name}: {said[:160]}"


def call(
    *arguments: object,
    seconds: float = 30.0,
    typed: bytes = b"",
    environment: Mapping[str, str] | None = None,
    before: Callable[[], object] = lambda: None,
    program: bool = False,
) -> Ended:
    """Call ``gcbook`` in a fork of this process, which has the libraries loaded.

    Args:
        arguments: of the command.
        seconds: after which it is killed.
        typed: what somebody at a terminal types, again and again; nothing for no terminal.
        environment: variables besides those of this process.
        before: called before it in the fork.
        program: call it as a program of its own instead, see `start`.
    """
    said = Path("said.txt")
    words = [str(argument) for argument in arguments]
    if not typed:
        child = start(words, said, environment, before, program=program)
        return _ended(wait(child, seconds), said)
    child, terminal = pty.fork()
    if child == 0:
        _run(words, environment, before)
    heard, end = b"", time.monotonic() + attempt.patience * seconds
    with os.fdopen(terminal, "r+b", buffering=0) as screen, suppress(OSError):
        while time.monotonic() < end:
            if select.select([screen], [], [], 0.5)[0]:
                if not (some := screen.read(65536)):
                    break
                heard += some
            else:
                screen.write(typed)
    said.write_bytes(heard.replace(b"\r\n", b"\n"))
    return _ended(wait(child, 1.0 if time.monotonic() < end else 0.0), said)


def start(
    words: Sequence[str],
    said: Path,
    environment: Mapping[str, str] | None = None,
    before: Callable[[], object] = lambda: None,
    *,
    program: bool = False,
) -> int:
    """Start ``gcbook`` in a fork, or as a program with a group of its own; return its number."""
    said.touch()
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream, file in enumerate((nothing, output, output)):
            os.dup2(file, stream)
        if program:
            end_with_parent()
            command = [sys.executable, "-m", "gcbook", *words]
            os.execve(sys.executable, command, os.environ | dict(environment or {}))
        _run(words, environment, before)
    return child


def _run(
    words: Sequence[str], environment: Mapping[str, str] | None, before: Callable[[], object]
) -> NoReturn:
    status = 1
    try:
        end_with_parent()
        signals_as_usual()
        os.environ.update(environment or {})
        sys.stdin, sys.stdout, sys.stderr = (
            open(stream, mode, closefd=False)  # noqa: SIM115
            for stream, mode in enumerate("rww")
        )
        before()
        from gcbook.cli import main

        main(words)
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def wait(child: int, seconds: float) -> int | None:
    """Wait for a process, and kill it if it takes too long; its status, None if it was killed."""
    end = time.monotonic() + attempt.patience * seconds
    while not (found := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return None
        time.sleep(0.01)
    return os.waitstatus_to_exitcode(found[1])


def _ended(status: int | None, said: Path) -> Ended:
    return Ended(status, said.read_text("utf-8", "replace"))


def files_of(folder: Path) -> dict[str, str]:
    """SHA-256 of the files below a folder by their path in it."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def digest(*values: object) -> str:
    """A hash of tables, arrays, bytes, tensors and what JSON knows: equal for equal results."""
    import pandas as pd

    found = hashlib.sha256()
    for value in values:
        if isinstance(value, pd.DataFrame):
            found.update(repr([*value]).encode())
            found.update(pd.util.hash_pandas_object(value).to_numpy().tobytes())
        elif hasattr(value, "tobytes"):
            found.update(value.tobytes())
        elif isinstance(value, bytes):
            found.update(value)
        else:
            found.update(json.dumps(value, sort_keys=True, default=repr).encode())
    return found.hexdigest()
