"""A progress bar of the chapters, on a terminal; one line a chapter elsewhere.

The steps of one chapter likewise: in place on a terminal, a line every few seconds elsewhere.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class ChapterProgress:
    """Shows what happens to each chapter.

    Args:
        progress: the bar, in use.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("Executing chapters", total=0, visible=False)
        self._running: list[str] = []
        self._start = time.monotonic()

    def report(self, name: str, state: str) -> None:
        """Take note of a chapter that is ``fresh``, ``started`` or ``done``."""
        bar, task = self._progress, self._task
        if state == "started":
            self._running.append(name)
            bar.update(task, total=(bar.tasks[0].total or 0) + 1, visible=True)
        elif state == "done":
            self._running.remove(name)
            bar.advance(task)
            done, total = bar.tasks[0].completed, bar.tasks[0].total or 0
            left = (time.monotonic() - self._start) / done * (total - done)
            about = f", about {max(round(left), 1)} s left" if done < total else ""
            words = f"{name}: executed ({done:.0f} of {total:.0f}{about})"
            bar.console.print(words, highlight=False, soft_wrap=True)
        running = ", ".join(self._running) or "done"
        bar.update(task, description=f"Executing chapters ({running})")

    @contextmanager
    def busy(self, message: str) -> Iterator[None]:
        """A context in which something of unknown length goes on."""
        task = self._progress.add_task(message, total=None)
        if not self._progress.console.is_terminal:
            self._progress.console.print(message, highlight=False)
        try:
            yield
        finally:
            self._progress.remove_task(task)


@contextmanager
def chapter_progress() -> Iterator[ChapterProgress]:
    """A progress bar on standard error for the time of a ``with`` block."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        yield ChapterProgress(progress)


LINE_EVERY_S = 5.0
"""Seconds between two lines about one thing, where there is no terminal."""


@contextmanager
def step_progress(doing: str) -> Iterator[Callable[[str], None]]:
    """Show on standard error what goes on for the time of a ``with`` block.

    Args:
        doing: what, in words.

    Yields:
        A function that takes the step which is gone through, in words.
    """
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(doing) as status:
            yield lambda step: status.update(f"{doing}: {step}")
        return
    last = -LINE_EVERY_S

    def line(step: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= LINE_EVERY_S:
            last = now
            console.print(f"{doing}: {step}", highlight=False, markup=False, soft_wrap=True)

    yield line
