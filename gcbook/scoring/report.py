"""The progress of a run, and its report: what it did, what it cost, and what to look at."""

import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rich.progress import Progress

ProgressMode = Literal["auto", "bar", "lines", "silent"]

LINE_EVERY_S = 30.0
BAR_EVERY_S = 0.2


class RunProgress:
    """Shows images completed, network evaluations, their rate, and the time left.

    Args:
        mode: "auto" is a bar where standard error is a terminal, else lines.
        n_images: images in all.
        n_done: images that were complete before.
        n_units: network evaluations to come, None if only a race can tell.
    """

    def __init__(self, mode: ProgressMode, n_images: int, n_done: int, n_units: int | None) -> None:
        if mode == "auto":
            mode = "bar" if sys.stderr.isatty() else "lines"
        self.mode = mode
        self._n_images, self._n_done, self._n_units = n_images, n_done, n_units
        self._start = time.monotonic()
        self._bar = _started_bar() if mode == "bar" else None
        self._every = BAR_EVERY_S if self._bar else LINE_EVERY_S
        self._next = self._start + self._every

    def update(self, n_complete: int, n_evaluations: int | None) -> None:
        """Update the counts of this run, which are shown at intervals; None is not shown."""
        now = time.monotonic()
        if self.mode == "silent" or now < self._next:
            return
        self._next = now + self._every
        seconds = now - self._start
        if self._n_units is None or n_evaluations is None:
            share = n_complete / max(self._n_images - self._n_done, 1)
        else:
            share = n_evaluations / max(self._n_units, 1)
        left = round(seconds * max(1 - share, 0) / share) if share > 0 else None
        text = f"{self._n_done + n_complete}/{self._n_images} images, "
        if n_evaluations is not None:
            rate = n_evaluations / max(seconds, 1e-9)
            text += f"{n_evaluations:,} NFE, {rate:,.0f} NFE/s, "
        text += f"{'unknown' if left is None else timedelta(seconds=left)} left"
        if self._bar:
            self._bar.update(self._bar.task_ids[0], completed=share, description=text)
        else:
            print(text, file=sys.stderr, flush=True)

    def note(self, message: str) -> None:
        """Show a message at once."""
        if self._bar:
            self._bar.console.print(message, highlight=False, markup=False, soft_wrap=True)
        elif self.mode == "lines":
            print(message, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar:
            self._bar.stop()


def _started_bar() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = BarColumn(), TextColumn("{task.description}")
    # Transient: what is said last should not stand above a bar that does not move.
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    bar.add_task("", total=1.0)
    bar.start()
    return bar


@dataclass(frozen=True)
class ScoreReport:
    """The result of `gcbook.scoring.engine.score`.

    Attributes:
        store: where the scores are.
        n_images: images in the set.
        n_complete: images whose scores are complete now.
        n_decisions: images that this run completed.
        failed: reason why not, by the name of the image.
        n_evaluations: network evaluations (NFE) of this run.
        seconds: of this run, reading and saving included.
        network_seconds: in the network, up to its results being back.
    """

    store: Path
    n_images: int
    n_complete: int
    n_decisions: int
    failed: dict[str, str]
    n_evaluations: int
    seconds: float
    network_seconds: float

    @property
    def outside_share(self) -> float:
        """Share of the time that was not spent in the network, in [0, 1]."""
        return 1 - self.network_seconds / self.seconds if self.seconds else 0.0

    def lines(self) -> list[str]:
        """The report in words, one sentence a line."""
        lines = [
            f"{self.n_complete} of {self.n_images} images scored, {self.n_decisions} of them now"
        ]
        if self.n_evaluations and self.seconds:
            lines.append(
                f"{self.n_evaluations:,} network evaluations (NFE) in {self.seconds:,.1f} s: "
                f"{_rate(self.n_decisions / self.seconds)} images/s, "
                f"{_rate(self.n_evaluations / self.seconds)} NFE/s; "
                f"{self.outside_share:.1%} of the time outside the network"
            )
        return lines


def _rate(number: float) -> str:
    return f"{number:,.1f}" if number >= 1 else f"{number:.2g}"
