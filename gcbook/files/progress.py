"""Progress that another process shows: a kernel tells how far it is, the command says so.

What a kernel prints goes into its notebook. So it writes lines to a file that the command which
started it has named in the environment; where none is named, nothing is told.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

Report = Callable[[int, int], None]
"""Is called with the number of parts that are done, and of all."""

PLACE = "GCBOOK_PROGRESS"
"""The variable of the environment that names the file."""

_LAST = 4096
"""Bytes at the end of the file among which its last line is."""


@dataclass(frozen=True)
class Step:
    """How far something is.

    Attributes:
        what: is done.
        done, of: how many parts of it are, and how many there are.
        since: when it began, in seconds of the clock that `time.time` reads, if that tells when
            it will be done.
    """

    what: str
    done: int
    of: int
    since: float | None = None

    def __str__(self) -> str:
        """Return the step in words, with the time that it will take if that can be told."""
        words = f"{self.what}, {self.done} of {self.of}"
        if self.since and 0 < self.done < self.of:
            left = (time.time() - self.since) / self.done * (self.of - self.done)
            words += f", about {max(round(left), 1)} s left"
        return words


def tell(step: Step) -> None:
    """Tell whoever shows it."""
    place = os.environ.get(PLACE)
    if place:
        line = json.dumps([step.what, step.done, step.of, step.since])
        with suppress(OSError), Path(place).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


@contextmanager
def tell_progress(what: str) -> Iterator[Report]:
    """A context in which something is done, with a function that tells how much of it is."""
    since = time.time()
    yield lambda done, of: tell(Step(what, done, of, since))


def last_step(place: Path) -> Step | None:
    """What was told last, None if nothing was."""
    try:
        with place.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - _LAST, 0))
            *_, last = file.read().decode("utf-8").splitlines()
        return Step(*json.loads(last))
    except (OSError, ValueError, TypeError):
        return None
