"""Cells of a chapter, run without a kernel, for tests of what they compute."""

from typing import Any

import nbformat

from gcbook.book.project import find_project


def names_after(chapter: str, cell: str) -> dict[str, Any]:
    """The names of a chapter's notebook after a cell, by its id, with the chapter's parameters."""
    path = find_project().root / "notebooks" / f"{chapter}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    names: dict[str, Any] = {}
    for each in cells:
        if each.cell_type == "code":
            exec(compile(each.source, f"{chapter}, cell {each.id}", "exec"), names)
        if each.id == cell:
            return names
    raise KeyError(f"{chapter} has no cell {cell}")
