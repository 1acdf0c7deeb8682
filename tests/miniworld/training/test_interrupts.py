"""Interruptions wait for the end of a step."""

import os
import signal

import pytest

from gcbook.miniworld.training.interrupts import uninterrupted


def test_a_step_is_finished_before_the_interruption_comes():
    done = []

    def step():
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("weights")
            done.append("number")

    with pytest.raises(KeyboardInterrupt):
        step()
    assert done == ["weights", "number"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_own_handlers_are_called_and_put_back():
    heard = []

    def handler(number, frame):
        heard.append(number)

    before = signal.signal(signal.SIGTERM, handler)
    try:
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGTERM)
            assert not heard
        assert heard == [signal.SIGTERM]
        assert signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_block_that_fails_is_interrupted_all_the_same():
    def step():
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            raise ValueError("own")

    with pytest.raises(KeyboardInterrupt) as stop:
        step()
    assert isinstance(stop.value.__context__, ValueError)


def test_what_waits_is_known_in_the_block():
    known = []

    def step():
        with uninterrupted() as waiting:
            os.kill(os.getpid(), signal.SIGINT)
            known.extend(number for number, _ in waiting)

    with pytest.raises(KeyboardInterrupt):
        step()
    assert known == [signal.SIGINT]


def test_without_interruption_nothing_happens():
    with uninterrupted():
        pass
    with pytest.raises(ValueError, match="own"), uninterrupted():
        raise ValueError("own")
