"""Run one chapter with other parameters: papermill, and one Sphinx build of its page.

The page is one file that stands alone: what refers to other pages of the book stays as words.
"""

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from gcbook.book.chapters import Chapter, page_titles, pick_chapter
from gcbook.book.execute import run_notebook
from gcbook.book.project import Project
from gcbook.book.record import chapter_inputs
from gcbook.chapters.parameters import check_parameters
from gcbook.files.atomic import check_free, write_text
from gcbook.files.errors import GcbookError
from gcbook.files.locks import locked
from gcbook.files.processes import run_process


def run_chapter(
    project: Project,
    name: str,
    values: Mapping[str, Any],
    folder: Path,
    *,
    overwrite: bool = False,
    progress: bool = False,
) -> tuple[Path, Path]:
    """Execute a chapter and set its page.

    Args:
        project: the checkout.
        name: the chapter.
        values: parameters that differ from the chapter's defaults, as values or as strings.
        folder: where to write; made if need be.
        overwrite: replace a notebook or page that is there.
        progress: show papermill's bar on standard error.

    Returns:
        The executed notebook and the self-contained HTML page.

    Raises:
        InputError: no such chapter, a parameter that is not allowed, no such folder, a file that
            would be replaced, or another process writes to the folder.
        ChapterFailed: a cell failed.
        GcbookError: the page could not be set.
    """
    chapter = pick_chapter(project, name)
    plain = check_parameters(name, **values).model_dump()
    notebook, page = folder / f"{name}.ipynb", folder / f"{name}.html"
    with locked(folder, "running a chapter into it"):
        if not overwrite:
            for path in (notebook, page):
                check_free(path)
        given = {key: plain[key] for key in values}
        inputs = chapter_inputs(chapter, plain)
        run_notebook(chapter.template, notebook, given, inputs=inputs, progress=progress)
        write_page(project, chapter, notebook, plain, page)
    return notebook, page


def write_page(
    project: Project, chapter: Chapter, notebook: Path, parameters: Mapping[str, Any], output: Path
) -> None:
    """Set an executed notebook as a self-contained page.

    Args:
        project: the checkout that the chapter belongs to.
        chapter: the chapter.
        notebook: its executed notebook.
        parameters: what it was executed with.
        output: the HTML file to write.
    """
    import nbformat
    from nbformat.v4 import new_markdown_cell

    from gcbook.book.page import page_of
    from gcbook.book.standalone import standalone

    made = page_of(nbformat.read(notebook, as_version=4), chapter.name, parameters)
    if any("{cite" in cell.source for cell in made.cells):
        made.cells.append(new_markdown_cell(_REFERENCES, id="references"))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        source, built, log = (Path(temporary) / name for name in ("source", "html", "log"))
        inner = f"book/chapters/{chapter.name}"
        (source / "book" / "chapters").mkdir(parents=True)
        for name in _SHARED:
            (source / name).symlink_to((project.root / name).resolve())
        (source / "_toc.yml").write_text(yaml.safe_dump({"format": "jb-book", "root": inner}))
        nbformat.write(made, source / f"{inner}.ipynb")
        titles = page_titles(project)
        status = run_process(_build_page, source, built, titles, said=log)
        said = log.read_text(encoding="utf-8", errors="replace").splitlines()
        page = built / f"{inner}.html"
        own = [
            line
            for line in said
            if f"{inner}.ipynb" in line and ("WARNING" in line or "ERROR" in line)
        ]
        if status or own or not page.is_file():
            shown = "\n".join(own or said[-15:])
            raise GcbookError(
                f"the notebook is in {notebook}, but its page could not be set:\n{shown}"
            )
        text = standalone(page, built)
    write_text(text, output)


_SHARED = ("_config.yml", "book/_static", "book/forward.html", "book/references.bib")
"""What the configuration names, and a page that is built alone has from the book."""

_REFERENCES = """## References

```{bibliography}
:style: plain
:filter: docname in docnames
```
"""


def _build_page(source: Path, built: Path, titles: Mapping[str, str]) -> None:
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
            "html_extra_path": [],
            "latex_individualpages": False,
            "redirects": {},
            "titles_of_other_pages": dict(titles),
        },
        quiet=True,
    )
    # It may be an exception, which it has shown.
    sys.exit(status if isinstance(status, int) else 1)
