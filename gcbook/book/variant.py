"""A book with other parameters: which chapter takes which, and which need not be executed again."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gcbook.book.chapters import Chapter
from gcbook.book.project import Project
from gcbook.book.record import executed_notebook, record_file, stale_reason
from gcbook.chapters.parameters import CHAPTERS, check_parameters, paths_in
from gcbook.files.errors import InputError


def given_parameters(
    chapters: list[Chapter], values: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The parameters of each chapter that takes some of those given.

    Args:
        chapters: all chapters.
        values: by name, as values or as strings.

    Returns:
        By chapter, plain values, with paths made absolute; chapters that take none are left out.

    Raises:
        InputError: no chapter takes a parameter, or a chapter does not allow a value.
    """
    taken = {each.name: values.keys() & CHAPTERS[each.name].model_fields for each in chapters}
    if unknown := values.keys() - set().union(*taken.values()):
        known = sorted({name for each in chapters for name in CHAPTERS[each.name].model_fields})
        raise InputError(
            f"-p: no chapter takes {', '.join(map(repr, sorted(unknown)))}; chapters take "
            f"{', '.join(known)} (gcbook chapters)."
        )
    found = {}
    for chapter, names in taken.items():
        if names:
            wanted = {name: _absolute(name, values[name]) or values[name] for name in names}
            try:
                plain = check_parameters(chapter, **wanted).model_dump()
            except InputError as error:
                raise InputError(f"{chapter}: {error}") from None
            found[chapter] = {name: plain[name] for name in names}
    return found


def _absolute(name: str, value: Any) -> str:
    """The paths that a parameter names, made absolute: kernels run elsewhere."""
    return ",".join(str(path.absolute()) for path in paths_in({name: value}).values())


def take_executed(project: Project, chapters: list[Chapter]) -> None:
    """Copy the chapters that take none of the parameters, where the checkout's are up to date."""
    checkout = Project(project.root)
    project.chapters.mkdir(parents=True, exist_ok=True)
    executed_notebook(project, "").parent.mkdir(parents=True, exist_ok=True)
    for chapter in chapters:
        if chapter.name not in project.given and not stale_reason(checkout, chapter):
            for place in (_page, executed_notebook, record_file):
                shutil.copy(place(checkout, chapter.name), place(project, chapter.name))


def _page(project: Project, name: str) -> Path:
    return project.chapters / f"{name}.ipynb"
