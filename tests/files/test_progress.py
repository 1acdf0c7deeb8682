"""How far something is, told from one process to another."""

import time

import pytest

from gcbook.files.progress import PLACE, Step, last_step, tell, tell_progress


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv(PLACE, str(tmp_path / "progress"))
    return tmp_path / "progress"


def test_the_last_step_is_read(place):
    assert last_step(place) is None
    tell(Step("cells", 1, 4))
    with tell_progress("résumés") as report:
        for done in range(300):
            report(done, 300)
    step = last_step(place)
    assert (step.what, step.done, step.of) == ("résumés", 299, 300)
    place.write_text("[1, 2")
    assert last_step(place) is None


def test_nothing_is_told_to_nobody(monkeypatch, tmp_path):
    monkeypatch.delenv(PLACE, raising=False)
    monkeypatch.chdir(tmp_path)
    tell(Step("cells", 1, 4))
    assert list(tmp_path.iterdir()) == []


def test_words_have_the_time_that_is_left():
    assert str(Step("cells", 1, 4)) == "cells, 1 of 4"
    assert str(Step("images", 5, 15, time.time() - 10)) == "images, 5 of 15, about 20 s left"
    assert str(Step("images", 15, 15, time.time() - 10)) == "images, 15 of 15"
