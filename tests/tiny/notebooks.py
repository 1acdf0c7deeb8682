"""Chapters as the build executes them, and their cells run without a kernel."""

import ast
from collections.abc import Mapping
from functools import cache
from typing import Any

import nbformat

from gcbook.book.chapters import pick_chapter, read_parameters
from gcbook.book.execute import execute_chapters
from gcbook.book.inline import expressions_in
from gcbook.book.project import find_project
from gcbook.files.locks import lock_folder

TESTED = (
    "discussion",
    "home",
    "introduction",
    "observer",
    "photographs",
    "shape-bias",
    "tables",
    "worked-example",
)
"""Chapters whose words are tested, which are executed together."""


@cache
def said_by(chapter: str) -> dict[str, str]:
    """The values of the inline expressions of a chapter's text, by expression.

    Chapters are executed where and as `gcbook build` does it, and only if they have changed since:
    what a test has executed a build takes over, and the other way round.
    """
    project = find_project()
    project.build.mkdir(exist_ok=True)
    with lock_folder(project.build, "executing chapters", wait_s=600):
        execute_chapters(project, [pick_chapter(project, each) for each in TESTED])
    cells = nbformat.read(project.executed(chapter), as_version=4).cells
    return {
        each["expression"]: _plain(each["result"]["data"]["text/plain"])
        for cell in cells
        for each in cell.metadata.get("user_expressions", [])
    }


def _plain(shown: str) -> str:
    return str(ast.literal_eval(shown)) if shown.startswith(("'", '"')) else shown


def said_with(chapter: str, **parameters: Any) -> dict[str, str]:
    """As `said_by`, with other parameters, without a kernel."""
    template = pick_chapter(find_project(), chapter).template
    names: dict[str, Any] = {}
    said: dict[str, str] = {}
    for each in nbformat.read(template, as_version=4).cells:
        if each.cell_type == "markdown":
            said |= {one: str(eval(one, names)) for one in expressions_in(each.source)}
        elif "parameters" in each.metadata.get("tags", []):
            names |= read_parameters(template) | parameters
        else:
            _run(chapter, each, names)
    return said


def names_after(chapter: str, cell: str, **parameters: Any) -> dict[str, Any]:
    """The names of a chapter's notebook after a cell, by its id; parameters may differ."""
    names: dict[str, Any] = {}
    for each in _code(chapter):
        if "parameters" in each.metadata.get("tags", []):
            names |= read_parameters(pick_chapter(find_project(), chapter).template) | parameters
        else:
            _run(chapter, each, names)
        if each.id == cell:
            return names
    raise KeyError(f"{chapter} has no cell {cell}")


def names_of_cell(chapter: str, cell: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The names after one cell alone, which finds those that are given."""
    names = dict(given)
    (found,) = (each for each in _code(chapter) if each.id == cell)
    _run(chapter, found, names)
    return names


def _code(chapter: str) -> list[Any]:
    path = pick_chapter(find_project(), chapter).template
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def _run(chapter: str, cell: Any, names: dict[str, Any]) -> None:
    exec(compile(cell.source, f"{chapter}, cell {cell.id}", "exec"), names)
