"""Two editions from one source: what an instructor reads, and the same without the solutions.

A solution stands in the one source, marked:

- in Markdown, pages and notebooks alike, a ``{solution}`` directive;
- in a notebook's code, lines from ``### BEGIN SOLUTION`` to ``### END SOLUTION``, as in nbgrader.

The edition for students is made of a copy of the sources from which they were taken, before Sphinx
reads it: so they are in no page, download, source, search index or script that is made of it. That
is looked up in whatever was made.
"""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gcbook.book.project import CONFIGURATION, Project
from gcbook.files.atomic import write_text
from gcbook.files.errors import GcbookError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

GAP = 'raise NotImplementedError("your answer goes here")'
"""What stands in a student's notebook where a solution was."""

_PHRASE = re.compile(r"[^\\\W_][^\\\"'`$*_<>&{}\n]{18,}[^\\\W_]")
"""Part of a line that is written alike in a source, a page and a script: no markup, no escapes."""

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
    kept: list[str] = []
    closes: re.Pattern[str] | None = None
    for line in text.split("\n"):
        if closes:
            if closes.fullmatch(line):
                closes = None
                # One blank line is enough between what stood around it.
                while kept and not kept[-1].strip():
                    kept.pop()
        elif opens := _OPENS.match(line):
            fence = opens[1]
            closes = re.compile(rf" {{0,3}}{fence[0]}{{{len(fence)},}} *")
        else:
            kept.append(line)
    found = "\n".join(kept)
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
    kept: list[str] = []
    inside = False
    for line in code.split("\n"):
        mark = line.strip()
        if mark in (BEGIN, END):
            if inside == (mark == BEGIN):
                raise GcbookError(f"{place}: expected {BEGIN} and {END} in turns, found {mark}.")
            inside = mark == BEGIN
            if inside:
                kept.append(line.replace(BEGIN, GAP))
        elif not inside:
            kept.append(line)
    if inside:
        raise GcbookError(f"{place}: expected {END} after {BEGIN}, found the end of the cell.")
    return "\n".join(kept)


def student_notebook(notebook: Any, place: str | Path) -> Any:
    """Take the solutions out of a notebook (nbformat 4).

    Markdown cells that held nothing else go; code cells with a gap lose their outputs.

    Args:
        notebook: changed, and returned.
        place: where it is from, for messages.

    Raises:
        GcbookError: see `without_solutions` and `with_gaps`.
    """
    kept = []
    for cell in notebook.cells:
        before = cell.source
        if cell.cell_type == "markdown":
            cell.source = without_solutions(before, place)
        elif cell.cell_type == "code":
            cell.source = with_gaps(before, place)
        if cell.source != before:
            # Values of inline expressions and outputs tell what the solution was.
            cell.metadata.pop("user_expressions", None)
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        if cell.source.strip() or not before.strip():
            kept.append(cell)
    notebook.cells = kept
    return notebook


def copy_sources(project: Project, book: Path, target: Path, *left_out: str) -> None:
    """Copy what Sphinx reads: prose, templates and configuration.

    Args:
        project: the book.
        book: its prose pages, with or without executed chapters.
        target: a new folder.
        left_out: names of folders and files that are not copied.
    """
    ignored = shutil.ignore_patterns(".*", "__pycache__", *left_out)
    for folder in (book, project.templates):
        shutil.copytree(folder, target / folder.name, ignore=ignored)
    for name in CONFIGURATION:
        shutil.copy(project.root / name, target / name)


def remove_solutions(folder: Path) -> set[str]:
    """Take the solutions out of all Markdown files and notebooks below a folder: a copy.

    Returns:
        Phrases that stood in solutions alone, to look for in what is made of the copy.

    Raises:
        GcbookError: see `without_solutions` and `with_gaps`.
    """
    import nbformat

    taken: set[str] = set()
    left: list[str] = []
    for path in sorted(folder.rglob("*.md")):
        before = path.read_text(encoding="utf-8")
        after = without_solutions(before, path)
        write_text(after, path)
        taken |= _lines(before) - _lines(after)
        left.append(after)
    for path in sorted(folder.rglob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        before = "\n".join(cell.source for cell in notebook.cells)
        write_text(nbformat.writes(student_notebook(notebook, path)) + "\n", path)
        after = "\n".join(cell.source for cell in notebook.cells)
        taken |= _lines(before) - _lines(after)
        left.append(after)
    # Sentences of claims may share words with a solution.
    left += [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.json"))]
    phrases = {phrase for line in taken for phrase in _PHRASE.findall(line)}
    rest = "\n".join(left)
    return {phrase for phrase in phrases if phrase not in rest}


def _lines(text: str) -> set[str]:
    return set(text.split("\n"))


def files_with(folder: Path, phrases: Iterable[str]) -> dict[str, str]:
    """Return the files below a folder that hold one of the phrases, each with the first found."""
    looked_for = [(phrase, phrase.encode()) for phrase in sorted(phrases)]
    found = {}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        content = path.read_bytes()
        for phrase, code in looked_for:
            if code in content:
                found[path.relative_to(folder).as_posix()] = phrase
                break
    return found
