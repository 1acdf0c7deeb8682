"""Cells of a chapter, run without a kernel, for tests of what they compute."""

from collections.abc import Mapping
from typing import Any

import nbformat

from gcbook.book.project import find_project


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
