"""The page of a chapter that was run with other parameters.

The chapter is set by Sphinx within the whole book, so that numbers, references and citations are
those of the book; of the pages only this one and the bibliography are written. Other chapters come
as their templates, whether or not the book was built: a page that was built may be older than they.
"""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_output

from gcbook.book.chapters import Chapter, find_chapters, read_parameters
from gcbook.book.dress import dress, is_caption, is_optional, numbered
from gcbook.book.inline import without_values
from gcbook.book.project import CONFIGURATION, Project
from gcbook.book.standalone import standalone
from gcbook.files.atomic import write_text
from gcbook.files.errors import GcbookError
from gcbook.files.processes import run_process
from gcbook.files.temporary import temporary_folder

_FIGURE = re.compile(r'name="((?:fig|tab)-[\w-]+)"')

_MADE = {
    "status.md": "# How this book was built\n",
    "scorecard.md": "(scorecard)=\n# Scorecard: every claim of the paper\n",
}
"""Pages that a build makes, and what stands for them here."""


def write_page(
    project: Project,
    chapter: Chapter,
    notebook: Path,
    parameters: Mapping[str, Any],
    output: Path,
) -> None:
    """Set an executed notebook as a self-contained page.

    Args:
        project: the checkout that the chapter belongs to.
        chapter: the chapter.
        notebook: its executed notebook.
        parameters: what it was executed with.
        output: the HTML file to write.

    Raises:
        GcbookError: if Sphinx fails, or warns of something in this chapter.
    """
    executed = nbformat.read(notebook, as_version=4)
    dressed = dress(executed, chapter.name, parameters)
    with temporary_folder() as temporary:
        source, built, log = (temporary / name for name in ("source", "html", "log"))
        _copy_sources(project, chapter, dressed, source)
        pages = [f"book/chapters/{chapter.name}.ipynb", "book/references.md"]
        present = [str(source / page) for page in pages if (source / page).is_file()]
        status = run_process(_set_pages, source, built, present, said=log)
        said = log.read_text(encoding="utf-8", errors="replace").splitlines()
        page = built / "book" / "chapters" / f"{chapter.name}.html"
        own = [
            line
            for line in said
            if f"chapters/{chapter.name}.ipynb" in line and ("WARNING" in line or "ERROR" in line)
        ]
        if status or own or not page.is_file():
            shown = "\n".join(own or said[-15:])
            raise GcbookError(
                f"the notebook is in {notebook}, but its page could not be set:\n{shown}"
            )
        text = standalone(page, built / "_static", built / "book" / "references.html")
    write_text(text, output)


def _set_pages(source: Path, built: Path, pages: list[str]) -> None:
    # Sphinx's own program cannot read Jupyter Book's configuration; this function can.
    from jupyter_book.sphinx import build_sphinx

    os.chdir(source)
    status = build_sphinx(
        str(source),
        str(built),
        noconfig=True,
        path_config=str(source / "_config.yml"),
        confoverrides={
            "external_toc_path": str(source / "_toc.yml"),
            "nitpicky": True,
            "latex_individualpages": False,
        },
        filenames=pages,
        quiet=True,
    )
    # It may be an exception, which it has told.
    sys.exit(status if isinstance(status, int) else 1)


def with_places(notebook: Any) -> Any:
    """Give the figures of a chapter that is not executed a place to refer to, and a number.

    Optional figures get none: the book as it comes has none of them. Inline expressions become
    ellipses.

    Args:
        notebook: a template (nbformat 4); changed.
    """
    notebook.cells = [cell for cell in notebook.cells if not is_caption(cell)]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = without_values(cell.source)
        named = _FIGURE.search(cell.source)
        if named and cell.cell_type == "code" and not is_optional(cell):
            data = {"text/html": "<p>Not made yet.</p>"}
            cell.outputs = [new_output("display_data", data=data)]
            kind = "table" if named[1].startswith("tab-") else "chart"
            cell.metadata["mystnb"] = {"figure": numbered(named[1], "Not made yet.", kind)}
    return notebook


def _copy_sources(project: Project, chapter: Chapter, dressed: Any, target: Path) -> None:
    ignored = shutil.ignore_patterns(".*", "__pycache__", "chapters")
    for folder in (project.book, project.templates):
        shutil.copytree(folder, target / folder.name, ignore=ignored)
    for name in CONFIGURATION:
        shutil.copy(project.root / name, target / name)
    chapters = target / "book" / "chapters"
    chapters.mkdir()
    for other in find_chapters(project):
        page = dressed
        if other.name != chapter.name:
            bare = with_places(nbformat.read(other.template, as_version=4))
            page = dress(bare, other.name, read_parameters(other.template))
        nbformat.write(page, chapters / f"{other.name}.ipynb")
    for name, text in _MADE.items():
        (chapters / name).write_text(text, encoding="utf-8")
