"""What answers get: by the source's own checks, question by question, whatever the code does."""

import json
from itertools import chain, repeat
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from tiny.command import call

from gcbook.book import grading
from gcbook.book.course import LAB
from gcbook.book.grading import Question, grade_notebook
from gcbook.book.project import Project
from gcbook.book.solutions import BEGIN, END, student_notebook
from gcbook.files.errors import InputError

PARTS = (
    ("One", "a = 1", "assert a == 1, 'one is one'"),
    ("Two", "b = a + 1", "assert b == 2"),
    ("Three", "def c():\n    return 3", "assert c() == 3"),
)


def cell(kind, number, code):
    return new_code_cell(code, metadata={"tags": [f"{kind}-{number}"]})


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A lab of one notebook with three questions."""
    made = Project(tmp_path / "book")
    made.lab.mkdir(parents=True)
    (made.root / "_config.yml").touch()
    monkeypatch.setenv("GCBOOK_PROJECT", str(made.root))
    cells = [new_markdown_cell("# Lab")]
    for number, (title, answer, check) in enumerate(PARTS, 1):
        cells.append(new_markdown_cell(f"## {number} {title}"))
        cells.append(cell("answer", number, f"{BEGIN}\n{answer}\n{END}"))
        cells.append(cell("check", number, check))
    made_of = new_notebook(cells=cells, metadata={LAB: "1-numbers"})
    nbformat.write(made_of, made.lab / "1-numbers.ipynb")
    return made


@pytest.fixture
def without_kernel(monkeypatch):
    """Cells run in this process, and the code that ran is kept."""
    ran = []

    def ended(codes, seconds):
        names, errors = {}, []
        ran[:] = codes
        for code in codes:
            try:
                exec(code, names)
                errors.append([])
            except Exception as error:
                errors.append([type(error).__name__, str(error)])
        return errors, ""

    monkeypatch.setattr(grading, "_ended", ended)
    return ran


def answered(project, path, **answers):
    """A student's notebook: code by question, the gap where there is none."""
    source = project.lab / "1-numbers.ipynb"
    notebook = student_notebook(nbformat.read(source, as_version=4), "here")
    for each in notebook.cells:
        for number, code in answers.items():
            if each.metadata.get("tags") == [f"answer-{number[1:]}"]:
                each.source = code
    nbformat.write(notebook, path)
    return notebook


def states(grade):
    return [each.state for each in grade.questions]


def test_right_wrong_and_open_answers(project, tmp_path, without_kernel):
    path = tmp_path / "my.ipynb"
    answered(project, path, _1="a = 1", _2="b = 7")
    grade = grade_notebook(project, path, 60)
    assert grade.lab == "1-numbers"
    assert grade.questions == (
        Question(1, "One", "passed"),
        Question(2, "Two", "failed", ""),
        Question(3, "Three", "open"),
    )
    answered(project, path, _1="a = 2", _2="b = a / 0", _3="def c():\n    return 3")
    grade = grade_notebook(project, path, 60)
    assert states(grade) == ["failed", "failed", "passed"]
    assert [each.said for each in grade.questions[:2]] == [
        "one is one",
        "ZeroDivisionError: division by zero",
    ]


def test_checks_are_the_source_s_whatever_the_file_says(project, tmp_path, without_kernel):
    path = tmp_path / "my.ipynb"
    notebook = answered(project, path, _1="a = 5", _2="b = 5", _3="def c():\n    return 3")
    notebook.cells.insert(1, new_code_cell("a = b = 0  # a note of mine"))
    kept = []
    for each in notebook.cells:
        if each.metadata.get("tags") == ["check-1"]:
            each.source = "pass"
        if each.metadata.get("tags") != ["check-2"]:
            kept.append(each)
    notebook.cells = kept
    nbformat.write(notebook, path)
    assert states(grade_notebook(project, path, 60)) == ["failed", "failed", "passed"]
    assert without_kernel[-1] == PARTS[1][2], "a check that was deleted runs at the end"
    assert "pass" not in without_kernel


def test_what_is_no_notebook_of_the_lab_is_refused(project, tmp_path, without_kernel):
    path = tmp_path / "my.ipynb"
    with pytest.raises(InputError, match="expected a file that can be read"):
        grade_notebook(project, path, 60)
    for text, found in (
        ("{", "expected JSON text"),
        ("[1]", "expected a notebook"),
        ('{"cells": 5, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "a notebook"),
        (json.dumps(new_notebook()), "expected a notebook of the lab"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=found):
            grade_notebook(project, path, 60)
    assert without_kernel == []


def test_the_command_runs_it_in_a_kernel_that_a_loop_does_not_hold(
    project, tmp_path, capfd, monkeypatch
):
    # However slow the machine: the clock is read as the notebook begins and for each cell, and from
    # the fifth on a second is left.
    clock = chain([0] * 5, repeat(59))
    monkeypatch.setattr(grading, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    path = tmp_path / "my.ipynb"
    loop = "while True:\n    pass"
    answered(
        project,
        path,
        _1="%time a = len(open('trials.csv').readline().split(',')) - 5",
        _2="b = 3",
        _3=loop,
    )
    status, said, told = call(capfd, "check", path, "--seconds", 60, "--json")
    (found,) = json.loads(said)
    assert (status, found["path"], found["about"]) == (1, str(path), "lab 1-numbers")
    assert [each["state"] for each in found["questions"]] == ["passed", "failed", "not reached"]
    assert found["questions"][2]["said"] == "cell 5 with code had not ended after 60 seconds in all"
    assert "running its code, with your rights" in told


def test_the_command_says_what_each_answer_gets(project, tmp_path, without_kernel, capsys):
    path = tmp_path / "my.ipynb"
    answered(project, path, _1="a = 1", _2="b = 9 / 0")
    status, said, _ = call(capsys, "check", path)
    assert status == 1
    assert said.splitlines() == [
        f"{path}: lab 1-numbers: 1 of 3 passed",
        "  1 One: passed",
        "  2 Two: failed: ZeroDivisionError: division by zero",
        "  3 Three: open",
    ]
    answered(project, path, _1="a = 1", _2="b = 2", _3="c = lambda: 3")
    assert call(capsys, "check", path)[:2][0] == 0
