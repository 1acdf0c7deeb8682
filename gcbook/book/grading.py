"""What a student's answers get: the notebook is run, and each question has its check.

The checks are those of the lab's own source, whatever the file says in their place. A check that
was deleted runs at the end. The code runs in a kernel, with the lab's data, with the rights of
whoever asked, and not longer than allowed; it is no sandbox, and a check is no exam.
"""

import re
import tempfile
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from gcbook.book.course import LAB, find_labs, write_course_data
from gcbook.book.project import Project
from gcbook.files.errors import InputError
from gcbook.files.untrusted import parse_json, read_text, refused

State = Literal["passed", "failed", "open", "not reached"]
_TAG = re.compile(r"(answer|check)-(\d+)")
_HEADING = re.compile(r"^## (\d+) (.+)$", re.MULTILINE)


class Question(NamedTuple):
    """What an answer got.

    Attributes:
        number: of the question, from 1.
        title: its heading.
        state: "open": the gap is still there; "not reached": the time was up, or the kernel ended.
        said: why it failed, or was not reached; "" otherwise.
    """

    number: int
    title: str
    state: State
    said: str = ""


class Grade(NamedTuple):
    """What a notebook got: the lab's name, and its questions in order."""

    lab: str
    questions: tuple[Question, ...]


def grade_notebook(project: Project, path: Path, seconds: float) -> Grade:
    """Run a student's notebook and return what its answers get.

    Args:
        project: the checkout, which has the lab's source.
        path: the notebook.
        seconds: that it may take in all.

    Raises:
        InputError: it is no notebook of the lab.
    """
    import nbformat

    text = read_text(path)
    parse_json(text, path, "Give the path of a notebook.")
    with (
        refused(path, "a notebook", "Give the path of a notebook of the lab."),
        warnings.catch_warnings(action="ignore"),
    ):
        given = nbformat.reads(text, as_version=4)
        name = str(given.metadata.get(LAB, ""))
        cells = [
            (cell.source, _tag(cell))
            for cell in given.cells
            if cell.cell_type == "code" and cell.source.strip()
        ]
    labs = find_labs(project)
    if name not in labs:
        raise InputError(
            f"{path}: expected a notebook of the lab, whose metadata have {LAB!r}, one of "
            f"{', '.join(labs)}; found {name!r}. `gcbook course DIR` writes them."
        )
    source = nbformat.read(labs[name], as_version=4)
    prose = "\n".join(cell.source for cell in source.cells if cell.cell_type == "markdown")
    titles = {int(number): title for number, title in _HEADING.findall(prose)}
    checks = {tag[1]: cell.source for cell in source.cells if (tag := _tag(cell))[0] == "check"}
    run = [
        (checks.get(number, code) if kind == "check" else code, (kind, number))
        for code, (kind, number) in cells
    ]
    there = {number for _, (kind, number) in run if kind == "check"}
    run += [(check, ("check", n)) for n, check in checks.items() if n not in there]
    errors, why = _ended([code for code, _ in run], seconds)
    found = []
    for number in checks:
        places = {kind: i for i, (_, (kind, n)) in enumerate(run) if n == number}
        found.append(_judge(number, titles.get(number, ""), places, errors, why))
    return Grade(name, tuple(found))


def _tag(cell: Any) -> tuple[str, int]:
    """Whether a cell answers or checks, and which question; ("", 0) if it does neither."""
    tags = " ".join(str(tag) for tag in cell.metadata.get("tags", []))
    found = _TAG.search(tags)
    return (found[1], int(found[2])) if found else ("", 0)


def _judge(
    number: int,
    title: str,
    places: Mapping[str, int],
    errors: list[list[str]],
    why: str,
) -> Question:
    """Judge by the errors of the cells that ran: [] for none, else a name and what it says."""
    answer = errors[places["answer"]] if places.get("answer", len(errors)) < len(errors) else []
    if places["check"] >= len(errors):
        return Question(number, title, "not reached", why)
    check = errors[places["check"]]
    if not check:
        return Question(number, title, "passed")
    # Without an answer the check fails, too, but on a name that is not there.
    kind, said = answer or check
    if "NotImplementedError" in (kind, check[0]):
        return Question(number, title, "open")
    why = said if kind == "AssertionError" else f"{kind}: {said}"
    return Question(number, title, "failed", why)


def _ended(codes: list[str], seconds: float) -> tuple[list[list[str]], str]:
    """Run code, cell by cell: the errors of the cells that ended, and why it went no further."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from nbformat.v4 import new_code_cell, new_notebook

    errors: list[list[str]] = []
    end = 0.0

    def begin(**_: object) -> None:
        nonlocal end
        end = time.monotonic() + seconds

    def note(cell: Any, **_: object) -> None:
        raised = [out for out in cell.outputs if out.output_type == "error"]
        errors.append([raised[0].ename, raised[0].evalue] if raised else [])

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # What a student handed in is one file.
        write_course_data(Path(folder))
        client = NotebookClient(
            new_notebook(cells=[new_code_cell(code) for code in codes]),
            allow_errors=True,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            timeout_func=lambda _: max(end - time.monotonic(), 0.1),
            shell_timeout_interval=1,
            on_notebook_start=begin,  # when the kernel is there
            on_cell_executed=note,
            shutdown_kernel="immediate",
        )
        try:
            client.execute()
        except CellTimeoutError:
            why = f"had not ended after {seconds:g} seconds in all"
        except DeadKernelError:
            why = "ended the kernel"
        else:
            return errors, ""
    return errors, f"cell {len(errors) + 1} with code {why}"
