"""Chapter templates: which there are, their titles, and what their parameters cells say."""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gcbook.book.project import Project
from gcbook.chapters.parameters import CHAPTERS, check_parameters, paths_in
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.naming import did_you_mean

_PAGES = "book/chapters/"


@dataclass(frozen=True)
class Chapter:
    """One template.

    Attributes:
        name: file name without ending.
        template: the notebook.
        title: its first heading.
    """

    name: str
    template: Path
    title: str


def find_chapters(project: Project) -> list[Chapter]:
    """The templates, in the order of the book."""
    paths = {path.stem: path for path in sorted(project.templates.glob("*.ipynb"))}
    if not paths:
        raise GcbookError(
            f"expected chapter templates (*.ipynb) in {project.templates}; found none."
        )
    pages = read_contents(project)
    order = [page.removeprefix(_PAGES) for page in pages if page.startswith(_PAGES)]
    for name in paths:
        if name not in CHAPTERS:
            raise GcbookError(
                f"{project.templates}: {name} has no parameters. Add a line to CHAPTERS in "
                "gcbook/chapters/parameters.py, or remove the file."
            )
        if name not in order:
            raise GcbookError(
                f"{project.templates}: {name} has no place in the book. Add a line "
                f"`- file: {_PAGES}{name}` to _toc.yml, or remove the file."
            )
    return [Chapter(name, paths[name], _title(paths[name])) for name in order if name in paths]


def pick_chapter(project: Project, name: str) -> Chapter:
    """One chapter by name."""
    chapters = {chapter.name: chapter for chapter in find_chapters(project)}
    if name not in chapters:
        raise InputError(
            f"no chapter is called {name!r}; chapters: {', '.join(chapters)}."
            f"{did_you_mean(name, chapters)}"
        )
    return chapters[name]


def read_parameters(template: Path) -> dict[str, Any]:
    """The names and literal values of a template's cell tagged ``parameters``."""
    cells = [
        "".join(cell["source"])
        for cell in json.loads(template.read_text(encoding="utf-8"))["cells"]
        if "parameters" in cell["metadata"].get("tags", [])
    ]
    if len(cells) != 1:
        raise GcbookError(f"{template}: expected one cell tagged parameters, found {len(cells)}.")
    values = {}
    for statement in ast.parse(cells[0]).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                try:
                    values[name] = ast.literal_eval(value)
                    continue
                except ValueError:
                    pass
        raise GcbookError(
            f"{template}: expected assignments of literals in the parameters cell, found "
            f"{ast.unparse(statement)!r}."
        )
    return values


def parameters_in(project: Project, chapter: Chapter) -> dict[str, Any]:
    """The values that a chapter of a book is executed with: its own, and those given."""
    return read_parameters(chapter.template) | dict(project.given.get(chapter.name, {}))


def given_parameters(
    chapters: Iterable[Chapter], values: Mapping[str, Any]
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
    known = {each.name: CHAPTERS[each.name].model_fields for each in chapters}
    if unknown := values.keys() - set().union(*known.values()):
        raise InputError(
            f"-p: no chapter takes {', '.join(map(repr, sorted(unknown)))}; chapters take "
            f"{', '.join(sorted(set().union(*known.values())))} (gcbook chapters)."
        )
    found = {}
    for chapter, fields in known.items():
        if names := values.keys() & fields:
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


def read_contents(project: Project) -> list[str]:
    """The pages that ``_toc.yml`` names, in its order, the start page first."""
    path = project.root / "_toc.yml"
    try:
        stored = yaml.safe_load(path.read_text(encoding="utf-8"))
        pages = [stored["root"], *_files(stored)]
        return [page.removesuffix(".ipynb") for page in pages]
    except (OSError, yaml.YAMLError, LookupError, TypeError, AttributeError) as error:
        raise GcbookError(
            f"{path}: expected a table of contents with a root and files, found "
            f"{type(error).__name__}: {error}. Restore it."
        ) from None


def page_titles(project: Project) -> dict[str, str]:
    """The titles of the book's chapters and prose pages, by the names that Sphinx has for them."""
    prose = {
        f"book/{path.stem}": _heading(path.read_text(encoding="utf-8"), path.stem)
        for path in project.book.glob("*.md")
    }
    return prose | {f"{_PAGES}{each.name}": each.title for each in find_chapters(project)}


def _files(entry: Any) -> Iterator[str]:
    """The files of a table of contents, in their order; Sphinx checks the rest of it."""
    if isinstance(entry, Mapping):
        if "file" in entry:
            yield entry["file"]
        entry = entry.values()
    if not isinstance(entry, str):
        for each in entry if isinstance(entry, Iterable) else ():
            yield from _files(each)


def _title(template: Path) -> str:
    cells = json.loads(template.read_text(encoding="utf-8"))["cells"]
    prose = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return _heading("\n".join(prose), template.stem)


def _heading(markdown: str, otherwise: str) -> str:
    found = re.search(r"^# +(.+)$", markdown, re.MULTILINE)
    return found[1].strip() if found else otherwise
