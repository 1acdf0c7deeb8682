"""The whole book with other parameters, in a folder of its own.

The folder holds a copy of the book's sources, which is a project like any other: chapters are
executed and kept there, and a build that was stopped goes on. Chapters that take none of the
parameters come from the checkout, where they are up to date there. The checkout stays as it is.

    mybook/index.html        the way in
    mybook/html/             the pages
    mybook/claims.json       what became of the claims
    mybook/executed/         the executed notebooks
    mybook/.source/          the sources, and all that a build can make again
"""

import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from gcbook.book.build import ENTRANCE, Built, build_book
from gcbook.book.chapters import Chapter, find_chapters, read_contents
from gcbook.book.claims import claims_file
from gcbook.book.execute import check_trials
from gcbook.book.project import Project
from gcbook.book.record import (
    executed_notebook,
    package_inputs,
    record_file,
    stale_reason,
)
from gcbook.chapters.parameters import check_parameters, parameters_of, paths_in
from gcbook.files.atomic import unwritable, write_text
from gcbook.files.errors import InputError

SOURCE = ".source"
"""The folder of the sources, by which a book that was built with other parameters is known."""


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
    found = {}
    for chapter, names in taken.items():
        if names:
            paths = {
                name: ",".join(
                    str(path.absolute()) for path in paths_in(chapter, {name: value}).values()
                )
                for name, value in values.items()
                if name in names and paths_in(chapter, {name: value})
            }
            wanted = {name: values[name] for name in names} | paths
            try:
                checked = check_parameters(chapter, **wanted).as_dict()
            except InputError as error:
                raise InputError(f"{chapter}: {error}") from None
            found[chapter] = {name: checked[name] for name in names}
    missing = {
        path
        for chapter, wanted in found.items()
        for path in paths_in(chapter, wanted).values()
        if not path.exists()
    }
    if missing:
        raise InputError(
            f"-p: expected paths of files or folders, found nothing at "
            f"{', '.join(map(str, sorted(missing)))}."
        )
    trials = {each["trials"] for each in found.values() if each.get("trials")}
    for paths in trials:
        check_trials(paths.split(","))
    return found


def build_variant(
    checkout: Project,
    values: Mapping[str, Any],
    folder: Path,
    jobs: int = 0,
    report: Callable[[str, str], None] = lambda name, state: None,
    busy: Callable[[str], AbstractContextManager[object]] = nullcontext,
    *,
    solutions: bool = True,
) -> Built:
    """Build the whole book with other parameters.

    Args:
        checkout: the book as it comes; only read.
        values: parameters, each for the chapters that take it.
        folder: where to build; it is made, or holds such a book.
        jobs, report, busy, solutions: as `gcbook.book.build.build_book` takes them.

    Raises:
        InputError: as by `given_parameters`, or the folder holds something else.
        ChapterFailed, GcbookError: as by `gcbook.book.build.build_book`.
    """
    folder = folder.absolute()  # Jupyter Book runs in the folder of the sources
    chapters = find_chapters(checkout)
    given = given_parameters(chapters, values)
    project = replace(
        checkout, root=folder / SOURCE, given=given, pages=folder / "html", folder=Path.cwd()
    )
    _copy_sources(checkout, project)
    _take_executed(checkout, project, chapters)
    built = build_book(project, "", jobs, report, busy, solutions=solutions)
    home = f"html/{read_contents(project)[0]}.html"
    write_text(ENTRANCE.format(home=home), folder / "index.html")
    shutil.copy(claims_file(project), folder / "claims.json")
    (folder / "executed").mkdir(exist_ok=True)
    for chapter in chapters:
        shutil.copy(executed_notebook(project, chapter.name), folder / "executed")
    return built


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds something else than a book with other parameters.

    Raises:
        InputError: it does, or cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = any(each.name != ".lock" for each in folder.iterdir())
    except OSError as error:
        raise unwritable(folder, error) from error
    if others and not (folder / SOURCE).is_dir():
        raise InputError(
            f"--output: expected a new or empty folder, or a book that was built with -p, found "
            f"other files in {folder}; name another folder."
        )


def _copy_sources(checkout: Project, project: Project) -> None:
    """Copy what changed, so that what was built of the rest is up to date."""
    project.root.mkdir(parents=True, exist_ok=True)
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(checkout.root / name, project.root / name)
    ignored = shutil.ignore_patterns(".*", "chapters", "__pycache__")
    for source, target in ((checkout.book, project.book), (checkout.templates, project.templates)):
        for old in target.iterdir() if target.is_dir() else ():
            if old.name != "chapters":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        shutil.copytree(source, target, ignore=ignored, dirs_exist_ok=True)


def _take_executed(checkout: Project, project: Project, chapters: list[Chapter]) -> None:
    """Copy the chapters that take none of the parameters, where the checkout's are up to date."""
    package = package_inputs()
    project.chapters.mkdir(parents=True, exist_ok=True)
    executed_notebook(project, "").parent.mkdir(parents=True, exist_ok=True)
    for chapter in chapters:
        if chapter.name not in project.given and not stale_reason(checkout, chapter, package):
            for place in (_page, executed_notebook, record_file):
                shutil.copy(place(checkout, chapter.name), place(project, chapter.name))


def _page(project: Project, name: str) -> Path:
    return project.chapters / f"{name}.ipynb"
