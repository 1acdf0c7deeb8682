"""How far a run is: a bar on a terminal, a line now and then elsewhere, or nothing."""

import sys
import time
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["ProgressMode", "RunProgress"]

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
        self._next = self._start + (BAR_EVERY_S if mode == "bar" else LINE_EVERY_S)
        self._bar = self._make_bar() if mode == "bar" else None

    def update(self, n_complete: int, n_evaluations: int) -> None:
        """Take note of the counts of this run; shown when it is time."""
        now = time.monotonic()
        if self.mode == "silent" or now < self._next:
            return
        self._next = now + (BAR_EVERY_S if self._bar else LINE_EVERY_S)
        seconds = now - self._start
        text = self._describe(n_complete, n_evaluations, seconds)
        if self._bar:
            share = self._share(n_complete, n_evaluations)
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

    def _share(self, n_complete: int, n_evaluations: int) -> float:
        if self._n_units is not None:
            return n_evaluations / max(self._n_units, 1)
        return n_complete / max(self._n_images - self._n_done, 1)

    def _describe(self, n_complete: int, n_evaluations: int, seconds: float) -> str:
        share = self._share(n_complete, n_evaluations)
        left = _duration(seconds * (1 - share) / share) if share > 0 else "unknown"
        return (
            f"{self._n_done + n_complete}/{self._n_images} images, {n_evaluations:,} NFE, "
            f"{n_evaluations / max(seconds, 1e-9):,.0f} NFE/s, {left} left"
        )

    def _make_bar(self) -> "Progress":
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        # Transient: what is said last should not stand above a bar that does not move.
        bar = Progress(
            BarColumn(),
            TextColumn("{task.description}"),
            console=Console(stderr=True),
            transient=True,
        )
        bar.add_task("", total=1.0)
        bar.start()
        return bar


def _duration(seconds: float) -> str:
    """Hours, minutes and seconds.

    >>> _duration(3725)
    '1:02:05'
    """
    minutes, rest = divmod(round(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
