"""What students get: notebooks with gaps where solutions stood, and a book that hides them.

A solution stands in the one source, marked:

- in Markdown, pages and notebooks alike, a ``{solution}`` directive;
- in a notebook's code, lines from ``### BEGIN SOLUTION`` to ``### END SOLUTION``, as in nbgrader.
"""

import re
from pathlib import Path
from typing import Any

from gcbook.files.errors import GcbookError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

GAP = 'raise NotImplementedError("your answer goes here")'
"""What stands in a student's notebook where a solution was."""

STUDENTS: dict[str, Any] = {"hide_solutions": True, "html_copy_source": False}
"""Sphinx's settings for the students' edition: sphinx-exercise passes a solution over before it is
parsed, and pages come without their sources. ``gcbook.book.site`` then offers no notebook."""

_OPENS = re.compile(r" {0,3}(`{3,}|:{3,}) *\{solution\}")


def without_solutions(text: str, place: str | Path) -> str:
    """Return Markdown without its ``{solution}`` directives.

    Args:
        text: the Markdown.
        place: where it is from, for the message.

    >>> without_solutions("Why?\\n\\n```{solution} why\\nSo.\\n```\\n\\nOn.", "a page")
    'Why?\\n\\nOn.'

    Raises:
        GcbookError: a directive does not end, or is of a form that would be left.
    """
    left: list[str] = []
    closes: re.Pattern[str] | None = None
    for line in text.split("\n"):
        if closes:
            if closes.fullmatch(line):
                closes = None
                # One blank line is enough between what stood around it.
                while left and not left[-1].strip():
                    left.pop()
        elif opens := _OPENS.match(line):
            fence = opens[1]
            closes = re.compile(rf" {{0,3}}{fence[0]}{{{len(fence)},}} *")
        else:
            left.append(line)
    found = "\n".join(left)
    if closes or "{solution" in found:
        raise GcbookError(
            f"{place}: expected each solution as a directive that opens with ```{{solution}} and "
            "ends with as many backticks, found another form, which would stay in the edition for "
            "students. Write it so."
        )
    return found


def with_gaps(code: str, place: str | Path) -> str:
    """Return code with a gap where a solution stood.

    Args:
        code: of a notebook's cell.
        place: where it is from, for the message.

    >>> print(with_gaps("x = 1\\n### BEGIN SOLUTION\\ny = 2\\n### END SOLUTION\\nz = 3", "a cell"))
    x = 1
    raise NotImplementedError("your answer goes here")
    z = 3

    Raises:
        GcbookError: a mark has no other half.
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
    """Take the solutions out of a notebook (nbformat 4).

    Markdown cells that held nothing else go; code cells with a gap lose their outputs.

    Args:
        notebook: changed, and returned.
        place: where it is from, for messages.

    Raises:
        GcbookError: see `without_solutions` and `with_gaps`.
    """
    left = []
    for cell in notebook.cells:
        before = cell.source
        if cell.cell_type == "markdown":
            cell.source = without_solutions(before, place)
        elif cell.cell_type == "code":
            cell.source = with_gaps(before, place)
        if cell.source != before:
            # Values of inline expressions and outputs show what the solution was.
            cell.metadata.pop("user_expressions", None)
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        if cell.source.strip() or not before.strip():
            left.append(cell)
    notebook.cells = left
    return notebook
