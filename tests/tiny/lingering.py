"""``gcbook`` with commands that go on until they are told to end.

Each writes a file as soon as it is where it is to be told.
"""

import subprocess
import time
from pathlib import Path

from gcbook.cli import app, main
from gcbook.files.interrupts import held_back
from gcbook.files.processes import run_process, workers


def go_on(note: Path) -> None:
    """What a process does that was started: it starts another one."""
    with subprocess.Popen(["sleep", "600"]):
        note.write_text("there")


@app.command()
def pool(note: Path) -> None:
    """Wait for a worker."""
    with workers(1) as started:
        started.submit(go_on, note).result()


@app.command()
def process(note: Path) -> None:
    """Wait for a process."""
    run_process(go_on, note, said=note.with_suffix(".log"))


@app.command()
def whole(note: Path) -> None:
    """Hold back what tells it to end."""
    with held_back() as waiting:
        note.write_text("there")
        while not waiting:
            time.sleep(0.01)
        time.sleep(0.5)
        note.write_text("saved")


if __name__ == "__main__":
    main()
