"""What students get: notebooks with gaps where solutions stood, and a book that hides them.

A solution stands in the one source, marked: on a page a ``{solution}`` directive, in the code of a
lab's notebook lines from ``### BEGIN SOLUTION`` to ``### END SOLUTION``, as in nbgrader.
"""

from pathlib import Path
from typing import Any

from gcbook.files.errors import GcbookError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

GAP = 'raise NotImplementedError("your answer goes here")'
"""What stands in a student's notebook where a solution was."""

STUDENTS: dict[str, Any] = {"hide_solutions": True, "html_copy_source": False}
"""Sphinx's settings for the students' edition: sphinx-exercise passes a solution over before it is
parsed, and pages come without their sources. ``gcbook.book.site`` then offers no notebook."""


def with_gaps(code: str, place: str | Path) -> str:
    """Return code with a gap where a solution stood.

    Args:
        code: of a notebook's cell.
        place: where it is from, for the message.

    >>> print(with_gaps("x = 1\\n### BEGIN SOLUTION\\ny = 2\\n### END SOLUTION\\nz = 3", "a cell"))
    x = 1
    raise NotImplementedError("your answer goes here")
    z = 3
    """
    left: list[str] = []
    inside = False
    for line in code.split("\n"):
        mark = line.strip()
        if mark in (BEGIN, END):
            if inside == (mark == BEGIN):
                raise GcbookError(f"{place}: expected {BEGIN} and {END} in turns, found {mark}.")
            inside = mark == BEGIN
            if inside:
                left.append(line.replace(BEGIN, GAP))
        elif not inside:
            left.append(line)
    if inside:
        raise GcbookError(f"{place}: expected {END} after {BEGIN}, found the end of the cell.")
    return "\n".join(left)


def student_notebook(notebook: Any, place: str | Path) -> Any:
    """Put gaps into a notebook of the lab (nbformat 4); cells with one lose their outputs.

    Args:
        notebook: changed, and returned.
        place: where it is from, for messages.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code" and (gaps := with_gaps(cell.source, place)) != cell.source:
            cell.source, cell.outputs, cell.execution_count = gaps, [], None
    return notebook
