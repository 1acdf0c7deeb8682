"""Interruptions wait until a step is whole, and end a program with the status shells expect."""

import os
import signal

import pytest

from gcbook.files.errors import GcbookError
from gcbook.files.interrupts import SIGNALS, held_back, interruptible


def test_a_step_is_finished_before_the_interruption_comes():
    done = []

    def step():
        with held_back() as waiting:
            os.kill(os.getpid(), signal.SIGINT)
            done.extend(waiting)

    with pytest.raises(KeyboardInterrupt):
        step()
    assert done == [signal.SIGINT]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_own_handlers_are_called_and_put_back():
    heard = []

    def handler(number, frame):
        heard.append(number)

    before = signal.signal(signal.SIGTERM, handler)
    try:
        with held_back():
            os.kill(os.getpid(), signal.SIGTERM)
            assert not heard
        assert heard == [signal.SIGTERM]
        assert signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_signal_that_is_ignored_stays_ignored():
    """As in what a script starts in the background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with held_back() as waiting:
            os.kill(os.getpid(), signal.SIGINT)
            assert not waiting
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def again():
    try:
        signal.raise_signal(signal.SIGTERM)
    finally:
        signal.raise_signal(signal.SIGHUP)


def changed():
    try:
        signal.raise_signal(signal.SIGTERM)
    except KeyboardInterrupt:
        raise RuntimeError("the kernel died") from None


@pytest.mark.parametrize(
    ("stop", "status"),
    [
        (lambda: signal.raise_signal(signal.SIGINT), 130),
        (lambda: signal.raise_signal(signal.SIGTERM), 143),
        (lambda: signal.raise_signal(signal.SIGHUP), 129),
        (again, 143),
        (changed, 143),
    ],
    ids=["ctrl-c", "sigterm", "sighup", "two", "what a library makes of it"],
)
def test_an_interrupted_program_has_the_status_of_the_first_signal(stop, status, capsys):
    before = [signal.getsignal(number) for number in SIGNALS]
    with pytest.raises(SystemExit) as ended, interruptible():
        stop()
    assert ended.value.code == status
    assert capsys.readouterr().err.startswith("stopped")
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_an_error_that_the_user_can_mend_is_told_all_the_same():
    def saves():
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt:
            raise GcbookError("the disk is full") from None

    with pytest.raises(GcbookError, match="disk is full"), interruptible():
        saves()


def test_a_note_of_what_was_saved_is_enough(capsys):
    stopped = KeyboardInterrupt()
    stopped.add_note("saved")
    with pytest.raises(SystemExit), interruptible():
        raise stopped
    assert capsys.readouterr().err == ""
