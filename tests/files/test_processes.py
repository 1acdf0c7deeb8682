"""Commands that are told to end, with all that they have started; real processes, real signals."""

import os
import signal
import sys

import pytest
from tiny.processes import Command

from gcbook.files.errors import GcbookError
from gcbook.files.processes import run_process, workers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")


@pytest.fixture
def lingering(tmp_path):
    """Starts a command of `tiny.lingering`; it has written its file."""
    running = []

    def start(name, *before):
        note = tmp_path / "note"
        command = [*before, sys.executable, "-m", "tiny.lingering", name, note]
        running.append(Command(command, tmp_path / "said"))
        running[0].note = note
        running[0].until(lambda: note.is_file() and note.read_text())
        return running[0]

    yield start
    for each in running:
        each.__exit__()


@pytest.mark.parametrize(
    ("kind", "number", "status"),
    [
        ("pool", signal.SIGINT, 130),
        ("process", signal.SIGTERM, 143),
        ("process", signal.SIGKILL, 137),
    ],
)
def test_what_a_command_has_started_ends_with_it(lingering, kind, number, status):
    command = lingering(kind)
    assert len(command.alive()) >= 3, "itself, its process, and what that has started"
    if number == signal.SIGKILL:
        os.kill(command.process.pid, number)
    else:
        os.killpg(command.process.pid, number)  # as a terminal and `timeout` do
    assert command.ended() == status
    said = command.said.read_text()
    assert "Traceback" not in said
    assert said.startswith("stopped") or number == signal.SIGKILL


def test_what_must_stay_whole_has_the_time_that_it_needs(lingering):
    command = lingering("whole")
    for number in (signal.SIGHUP, signal.SIGTERM):  # as when a terminal is closed
        os.kill(command.process.pid, number)
    assert command.ended() in (129, 143)
    assert command.note.read_text() == "saved"


def test_a_process_tells_its_status_and_what_it_said(tmp_path):
    said = tmp_path / "said"
    assert run_process(os.write, 2, b"well", said=said) == 0
    assert said.read_text() == "well"
    assert run_process(sys.exit, 3, said=said) == 3
    assert run_process(int, "x", said=said) == 1
    assert "invalid literal" in said.read_text()


def test_a_worker_that_was_killed_is_an_error_in_words():
    with (
        pytest.raises(GcbookError, match=r"found one that was killed(.|\n)*Run fewer at a time"),
        workers(1) as pool,
    ):
        pool.submit(signal.raise_signal, signal.SIGKILL).result()
