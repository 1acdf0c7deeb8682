"""The lab: eight notebooks with gaps, for students, and run through, for whoever teaches.

Their one source lies in ``notebooks/lab``. A cell tagged ``answer-N`` holds the answer to question
N, its solution marked (`gcbook.book.solutions`); the cell tagged ``check-N`` tests it. They import
numpy and the standard library alone, and read files that are made here (`course_data`).
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from gcbook.book.project import Project
from gcbook.files.atomic import check_writable, write_if_changed, write_text
from gcbook.files.errors import GcbookError, InputError

LAB = "gcbook_lab"
"""Key of a notebook's metadata that has the name of the lab."""


def find_labs(project: Project) -> dict[str, Path]:
    """Return the sources of the notebooks by name, in order."""
    found = {path.stem: path for path in sorted(project.lab.glob("*.ipynb"))}
    if not found:
        raise GcbookError(f"expected notebooks of the lab in {project.lab}, found none.")
    return found


def write_course_data(folder: Path) -> None:
    """Write what the notebooks read, each file only if it changed."""
    from gcbook.book.course_data import course_data

    for name, text in course_data().items():
        write_if_changed(text, folder / name)


def write_course(
    project: Project,
    folder: Path,
    *,
    instructor: bool = False,
    report: Callable[[str], None] = lambda name: None,
) -> list[Path]:
    """Write the notebooks and their data into a new folder, all or nothing.

    Args:
        project: the checkout.
        folder: must not be there, or be empty.
        instructor: with solutions, and run through; otherwise with gaps, and not run.
        report: called with the name of each notebook that is done.

    Returns:
        What was written.

    Raises:
        InputError: something is there.
        ChapterFailed: a cell of a notebook that was run through failed.
    """
    import nbformat

    from gcbook.book.execute import run_notebook
    from gcbook.book.solutions import student_notebook

    folder = folder.expanduser().absolute()
    if os.path.lexists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        raise InputError(
            f"{folder}: expected a folder that is not there yet, or an empty one, found something. "
            "Choose another, so that no answers are lost."
        )
    labs = find_labs(project)
    check_writable(folder.parent)
    staging = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        write_course_data(staging)
        for name, source in labs.items():
            if instructor:
                run_notebook(source, staging / source.name, {}, staging)
            else:
                notebook = student_notebook(nbformat.read(source, as_version=4), source)
                write_text(nbformat.writes(notebook) + "\n", staging / source.name)
            report(name)
        # Takes the place of an empty folder, too.
        staging.replace(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return sorted(folder.iterdir())
