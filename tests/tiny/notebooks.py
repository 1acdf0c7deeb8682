"""Chapters run without a kernel: their code, and the values in their text."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import nbformat

from gcbook.book.chapters import pick_chapter, read_parameters
from gcbook.book.inline import expressions_in
from gcbook.book.project import find_project


@cache
def run_chapter(name: str, **parameters: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Run a chapter's cells in their order, once for the same parameters.

    Returns:
        Its variables, and the values of the text's inline expressions, by expression.
    """
    template = pick_chapter(find_project(), name).template
    variables: dict[str, Any] = {}
    text: dict[str, str] = {}
    for cell in nbformat.read(template, as_version=4).cells:
        if cell.cell_type == "markdown":
            text |= {each: str(eval(each, variables)) for each in expressions_in(cell.source)}
        elif "parameters" in cell.metadata.get("tags", []):
            variables |= read_parameters(template) | parameters
        else:
            exec(cell.source, variables)
    return variables, text


def names_after(chapter: str, cell: str) -> dict[str, Any]:
    """The names of a chapter's notebook after a cell, by its id, with the chapter's parameters."""
    names: dict[str, Any] = {}
    for each in _code(chapter):
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
    path = find_project().root / "notebooks" / f"{chapter}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def _run(chapter: str, cell: Any, names: dict[str, Any]) -> None:
    exec(compile(cell.source, f"{chapter}, cell {cell.id}", "exec"), names)
