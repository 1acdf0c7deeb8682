"""``gcbook`` with commands that go on until they are told to end.

Each writes a file as soon as it is where it is to be told. ``ENDING_S`` of the
environment stands for that of `gcbook.files.interrupts`.
"""

import hashlib
import os
import subprocess
import time
from contextlib import nullcontext
from pathlib import Path

from gcbook.cli import app, main
from gcbook.files import interrupts
from gcbook.files.interrupts import held_back
from gcbook.files.processes import run_process, workers
from gcbook.files.temporary import temporary_folder


def go_on(note: Path) -> None:
    """What a process does that was started: it starts another one."""
    with subprocess.Popen(["sleep", "600"]):
        note.write_text("there")


@app.command()
def pool(note: Path) -> None:
    """Wait for a worker."""
    with workers(1, nullcontext) as started:
        started.submit(go_on, note).result()


@app.command()
def process(note: Path) -> None:
    """Wait for a process."""
    run_process(go_on, note, said=note.with_suffix(".log"))


@app.command()
def folder(note: Path) -> None:
    """Hold a temporary folder."""
    with temporary_folder() as made:
        note.write_text(str(made))
        time.sleep(600)


@app.command()
def stubborn(note: Path) -> None:
    """Compute where no handler of a signal is called."""
    note.write_text("there")
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)


@app.command()
def whole(note: Path) -> None:
    """Hold back what tells it to end."""
    with held_back() as waiting:
        note.write_text("there")
        while not waiting:
            time.sleep(0.01)
        note.write_text("ending")
        time.sleep(float(os.environ["SAVING_S"]))
        note.write_text("saved")


if __name__ == "__main__":
    interrupts.ENDING_S = float(os.environ.get("ENDING_S", interrupts.ENDING_S))
    main()
