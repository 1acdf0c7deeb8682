"""What the shell is offered where a name is typed."""

import os
import subprocess
import sys

import pytest

from gcbook.chapters.parameters import rooms
from gcbook.classifiers.zoo import zoo
from gcbook.cli import completing


def test_chapters_are_those_that_have_a_room():
    assert completing.chapters("") == list(rooms())
    assert completing.chapters("shape") == ["shape-bias"]
    assert completing.chapters("x") == []


def test_models_are_those_of_the_zoo():
    assert completing.models("") == list(zoo())
    assert all(name.startswith("mini-") for name in completing.models("mini-"))


def test_of_a_list_of_datasets_the_last_is_completed():
    assert completing.datasets("ed") == ["edge"]
    assert completing.datasets("sketch,ed") == ["sketch,edge"]
    assert completing.datasets("edge,ed") == []


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("gcbook run shape", ["shape-bias"]), ("gcbook ser", ["serve"]), ("gcbook run x", [])],
)
def test_the_shell_gets_them(typed, offered):
    shell = {
        "_GCBOOK_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(typed.count(" ")),
    }
    done = subprocess.run(
        [sys.executable, "-c", "from gcbook.cli import main; main()"],
        env={**os.environ, **shell},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == offered
