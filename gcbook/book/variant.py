"""A book with other parameters: which chapter takes which, and which need not be executed again."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gcbook.book.chapters import Chapter
from gcbook.book.execute import check_trials
from gcbook.book.project import Project
from gcbook.book.record import executed_notebook, record_file, stale_reason
from gcbook.chapters.parameters import check_parameters, named_trials, parameters_of, paths_in
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
        InputError: no chapter takes a parameter, a chapter does not allow a value, or a path leads
            nowhere.
    """
    taken = {
        each.name: set(parameters_of(each.name).model_fields) & set(values) for each in chapters
    }
    unknown = set(values) - set().union(*taken.values())
    if unknown:
        known = sorted(
            {name for each in chapters for name in parameters_of(each.name).model_fields}
        )
        raise InputError(
            f"-p: no chapter takes {', '.join(map(repr, sorted(unknown)))}; chapters take "
            f"{', '.join(known)} (gcbook chapters)."
        )
    found, trials = {}, set[str]()
    for chapter, names in taken.items():
        if names:
            paths = {name: _absolute(chapter, name, values[name]) for name in names}
            wanted = {name: path or values[name] for name, path in paths.items()}
            try:
                checked = check_parameters(chapter, **wanted)
                trials |= {*named_trials(checked)}
            except InputError as error:
                raise InputError(f"{chapter}: {error}") from None
            plain = checked.as_dict()
            found[chapter] = {name: plain[name] for name in names}
    if trials:
        check_trials(sorted(trials))
    return found


def _absolute(chapter: str, name: str, value: Any) -> str:
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
