"""One attack, tried where it can do no harm: in a process and a folder of its own, with limits.

Whatever an attack starts is found again, since orphans are handed to the process that tries it
(a "child subreaper"), and is ended. So there must be Linux.
"""

import ctypes
import json
import os
import re
import resource
import select
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

GIB = 2**30
MOST_MEMORY = 2.5 * GIB
"""Bytes that an attack may make the program take, beside the libraries."""
HARD_LIMIT = 4 * GIB
"""Bytes from which on the system refuses more, for the sake of what else runs on the machine."""
GRACE = 5.0
"""Seconds in which what a command has started must be gone once it has ended."""
CANARY = "canary"
"""A file in the folder of an attack that nothing but the attacker's code would write."""

patience = 1.0
"""Factor of all time limits."""

_TEMPORARY = re.compile(r"\..*\.(tmp|probe|part)|\..+\.\d+\.ipynb|tmp\w{8}")
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


@dataclass(frozen=True)
class Attack:
    """Something hostile that is done to the program.

    Attributes:
        kind: its class.
        name: what it is.
        run: does it in a folder, the current one; all chance comes from the number. Says what went
            wrong, "" if the program held.
        count: how many variants there are, numbered from 0.
        quick: how many of them a small campaign tries.
        seconds: after which a variant is taken for endless.
        needs: what `attacks.made` makes before.
        mend: puts right what a variant that was killed has left outside its folder.
    """

    kind: str
    name: str
    run: Callable[[Path, int], str]
    count: int = 1
    quick: int = 0
    seconds: float = 60.0
    needs: tuple[str, ...] = ()
    mend: Callable[[], object] = lambda: None


@dataclass(frozen=True)
class Failure:
    """A variant of an attack before which the program did not hold."""

    kind: str
    name: str
    number: int
    what: str


def failures(attack: Attack, numbers: Sequence[int], place: Path) -> list[Failure]:
    """Try variants of an attack, one after another, in a fork of this process.

    Args:
        attack: what is tried.
        numbers: of its variants.
        place: an empty folder.
    """
    found, left = [], list(numbers)
    while left:
        # Whatever made one fail shall not make the next one fail: that gets another fork.
        held, what = _try_in_fork(attack, left, place)
        if what:
            found.append(Failure(attack.kind, attack.name, left[held], what))
        left = left[held + 1 :]
    return found


def _try_in_fork(attack: Attack, numbers: Sequence[int], place: Path) -> tuple[int, str]:
    """How many variants held, and what the next one did."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.close(reader)
        _try_here(attack, numbers, place, writer)
    os.close(writer)
    held, what = 0, ""
    with os.fdopen(reader, "rb", buffering=0) as told:
        while held < len(numbers) and not what:
            if not select.select([told], [], [], patience * attack.seconds)[0]:
                what = f"did not end in {attack.seconds:g} s"
            elif line := told.readline():
                what = json.loads(line)
            else:
                what = "took its process with it"
            held += not what
    end_descendants()
    if what:
        attack.mend()
        for left in place.iterdir():
            shutil.rmtree(left, ignore_errors=True)
    return held, what


def _try_here(attack: Attack, numbers: Sequence[int], place: Path, writer: int) -> NoReturn:
    try:
        os.setsid()
        adopt_orphans()
        end_with_parent()
        signals_as_usual()
        page = resource.getpagesize()
        _, resident, _, _, _, data, _ = map(int, Path("/proc/self/statm").read_text().split())
        # Not RLIMIT_AS: engines of JavaScript reserve far more addresses than they ever use.
        resource.setrlimit(resource.RLIMIT_DATA, (data * page + HARD_LIMIT,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        for number in numbers:
            what = _verdict(attack, number, place / str(number), resident * page)
            os.write(writer, json.dumps(what).encode() + b"\n")
            if what:
                break
    finally:
        os._exit(0)


def _verdict(attack: Attack, number: int, folder: Path, resident: int) -> str:
    (folder / "tmp").mkdir(parents=True)
    os.environ["TMPDIR"] = str(folder / "tmp")
    tempfile.tempdir = None
    os.chdir(folder)
    try:
        what = attack.run(folder, number)
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{in_short(error)} ({Path(where.filename).name}:{where.lineno})"
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    taken = peak * 1024 - resident
    found = [what, "ran the attacker's code" if (folder / CANARY).exists() else ""]
    found.append(f"took {taken / GIB:.1f} GiB" if taken > MOST_MEMORY else "")
    found.append(f"left running: {', '.join(left)}" if (left := survivors(GRACE)) else "")
    found.append(f"left behind: {', '.join(stray)}" if (stray := temporaries(folder)) else "")
    os.chdir(folder.parent)
    shutil.rmtree(folder, ignore_errors=True)
    return "; ".join(filter(None, found))


def in_short(error: BaseException) -> str:
    """An exception in a line."""
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said[:160]}"


def temporaries(folder: Path) -> list[str]:
    """Files of a folder that somebody meant to remove."""
    found = [path for path in folder.rglob("*") if _TEMPORARY.fullmatch(path.name)]
    return sorted(str(path.relative_to(folder)) for path in found)[:5]


def survivors(seconds: float) -> list[str]:
    """Commands of the processes below this one that are still alive after some seconds."""
    end = time.monotonic() + patience * seconds
    while True:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return []
        if time.monotonic() > end:
            return [_command(pid) for pid in descendants(os.getpid())]
        time.sleep(0.02)


def descendants(ancestor: int) -> list[int]:
    """Processes that are alive below one, the nearest first."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            state, parent = entry.read_text("utf-8", "replace").rpartition(")")[2].split()[:2]
            if state not in "ZX":
                parents.setdefault(int(parent), []).append(int(entry.parent.name))
    found = [ancestor]
    for pid in found:
        found += parents.get(pid, [])
    return found[1:]


def end_descendants() -> None:
    """Kill everything below this process, and wait until it is gone."""
    while True:
        for pid in descendants(os.getpid()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.005)


def _command(pid: int) -> str:
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b" ".join(words).decode("utf-8", "replace").strip()[:80]
    return str(pid)


def adopt_orphans() -> None:
    """Become the parent of processes below this one whose own parent ends."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_with_parent() -> None:
    """Be killed when the process that started this one ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def signals_as_usual() -> None:
    """Take signals as a program does that was started from a terminal."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
