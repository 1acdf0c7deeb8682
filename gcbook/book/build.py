"""Build the book: execute what changed, collect the claims, run Jupyter Book strictly.

Jupyter Book runs with warnings as errors into a folder of its own, which takes the place of the
last good book only when it is complete.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from gcbook.book.assets import split_book
from gcbook.book.chapters import Chapter, find_chapters, pick_chapter, read_contents
from gcbook.book.claims import claims_file, collected, read_collected, scorecard_page
from gcbook.book.course import write_course_data
from gcbook.book.execute import execute_chapters
from gcbook.book.project import CONFIGURATION, Project
from gcbook.book.record import pages_fingerprint, read_record, take_executed
from gcbook.book.solutions import STUDENTS
from gcbook.book.standalone import gather
from gcbook.book.status import status_page
from gcbook.claims.paper import paper_claims
from gcbook.files.atomic import write_if_changed, write_text
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.processes import run_process
from gcbook.files.sums import changed_files, listing

_ENTRANCE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={home}">
<title>To the book</title>
<link rel="icon" href="data:,">
</head>
<body><p><a href="{home}">To the book</a></p></body>
</html>
"""


@dataclass(frozen=True)
class Built:
    """What a build did.

    Attributes:
        executed: chapters that were executed.
        pages: whether the pages were written (False: nothing had changed).
    """

    executed: list[str]
    pages: bool


def build_book(
    project: Project,
    only: str = "",
    jobs: int = 0,
    report: Callable[[str], None] = lambda line: None,
    *,
    solutions: bool = True,
) -> Built:
    """Bring ``_build/html`` up to date.

    Args:
        project: the book.
        only: execute just this chapter (and those that were never executed, as the book needs
            them); default: all that changed.
        jobs: chapters to execute at a time; 0 for as many as there are cores.
        report: called with a line for what begins and what is done.
        solutions: whether pages have the solutions of the exercises, and offer notebooks, whose
            solutions cannot be hidden.

    Raises:
        ChapterFailed: a cell failed.
        GcbookError: Jupyter Book warned of something or failed.
    """
    from gcbook.stats.summaries import load_summaries

    _copy_sources(project)
    chapters = find_chapters(project)
    if project.given:
        take_executed(project, chapters)
    chosen = _choose(project, chapters, only)
    executed = execute_chapters(project, chosen, jobs, report)
    _remove_orphans(project, chapters)
    records = {c.name: r for c in chapters if (r := read_record(project, c.name))}
    write_if_changed(
        status_page(chapters, records, load_summaries().provenance),
        project.chapters / "status.md",
    )
    claims = collected({name: each.claims for name, each in records.items()})
    write_if_changed(claims, claims_file(project))
    page = scorecard_page(paper_claims(), read_collected(project))
    write_if_changed(page, project.chapters / "scorecard.md")
    fingerprint = _built_from(project) + ("" if solutions else " without solutions")
    stamp = project.build / "html.fingerprint"
    made = stamp.is_file() and not changed_files(project.html, project.sums)
    if made and stamp.read_text(encoding="utf-8") == fingerprint:
        return Built(executed, pages=False)
    report("writing the pages")
    built = _run_jupyter_book(project, solutions)
    # Between the two the stamp would be that of other pages.
    stamp.unlink(missing_ok=True)
    before = project.html.with_name("html.old")
    shutil.rmtree(before, ignore_errors=True)
    if project.html.exists():
        project.html.rename(before)
    built.rename(project.html)
    shutil.rmtree(before, ignore_errors=True)
    write_text(listing(project.html), project.sums)
    stamp.write_text(fingerprint, encoding="utf-8")
    return Built(executed, pages=True)


def _built_from(project: Project) -> str:
    """A hash of all that the pages are made from."""
    digest = hashlib.sha256(pages_fingerprint(project).encode())
    for path in sorted(project.chapters.glob("[!.]*.*")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _copy_sources(project: Project) -> None:
    """Copy the sources where the book is made elsewhere; executed chapters stay."""
    if project.pages == project.root:
        return
    made = all((project.pages / name).is_file() for name in CONFIGURATION)
    if not made and (there := [each.name for each in project.build.glob("[!.]*")]):
        raise InputError(
            f"{project.build}: expected a new folder, or one with an earlier build of the book, "
            f"found another ({min(there)}, …). Choose another --output."
        )
    # First what shows that the folder is a book's, for this may be interrupted.
    project.pages.mkdir(parents=True, exist_ok=True)
    for name in CONFIGURATION:
        shutil.copy(project.root / name, project.pages / name)
    ignored = shutil.ignore_patterns(".*", "chapters", "__pycache__")
    for old in (project.pages / "book").glob("*"):
        if old.name != project.chapters.name:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    shutil.copytree(project.book, project.pages / "book", ignore=ignored, dirs_exist_ok=True)
    # Pages offer their templates for download.
    shutil.rmtree(project.pages / "notebooks", ignore_errors=True)
    shutil.copytree(project.templates, project.pages / "notebooks", ignore=ignored)


def _choose(project: Project, chapters: list[Chapter], only: str) -> list[Chapter]:
    if not only:
        return chapters
    wanted = pick_chapter(project, only)
    return [
        chapter
        for chapter in chapters
        if chapter == wanted or not project.page(chapter.name).is_file()
    ]


def _remove_orphans(project: Project, chapters: list[Chapter]) -> None:
    names = {chapter.name for chapter in chapters}
    for page in project.chapters.glob("*.ipynb"):
        if page.stem not in names:
            page.unlink()
            project.record(page.stem).unlink(missing_ok=True)


def _run_jupyter_book(project: Project, solutions: bool) -> Path:
    """Write the pages; return their folder."""
    staging = project.build / "staging"
    built = staging / "_build" / "html"
    shutil.rmtree(built, ignore_errors=True)
    staging.mkdir(parents=True, exist_ok=True)
    write_course_data(project.chapters / "lab")
    options = ["--path-output", str(staging), "--all", "-W", "-n", "--keep-going"]
    if not solutions:
        options += ["--config", str(_students_configuration(project))]
    log = project.build / "jupyter-book.log"
    status = run_process(_jupyter_book, project.pages, options, said=log)
    if status or not (built / "index.html").is_file():
        raise GcbookError(_complaints(log))
    split_book(built)
    extra = project.book / "extra"
    for page in sorted(extra.rglob("*.html")):
        # One file, to hand out.
        alone = built / page.relative_to(extra)
        text = gather(alone.read_text(encoding="utf-8"), alone.parent, built)
        alone.write_text(text, encoding="utf-8")
    # A hash of the configuration, with the folder that the pages were written in.
    (built / ".buildinfo").unlink(missing_ok=True)
    entrance = _ENTRANCE.format(home=f"{read_contents(project)[0]}.html")
    (built / "index.html").write_text(entrance, encoding="utf-8")
    return built


def _jupyter_book(root: Path, options: list[str]) -> None:
    from jupyter_book.cli.main import main

    os.chdir(root)
    main(["build", str(root), *options])


def _students_configuration(project: Project) -> Path:
    """Write the book's configuration with the settings of the students' edition."""
    settings = yaml.safe_load((project.pages / "_config.yml").read_text(encoding="utf-8"))
    settings.setdefault("sphinx", {}).setdefault("config", {}).update(STUDENTS)
    path = project.build / "students.yml"
    write_text(yaml.safe_dump(settings), path)
    return path


def _complaints(log: Path) -> str:
    output = log.read_text(encoding="utf-8", errors="replace")
    marks = ("WARNING", "ERROR", "CRITICAL", "Exception", "Error:")
    lines = [line for line in output.splitlines() if any(mark in line for mark in marks)]
    shown = lines[:20] or output.splitlines()[-20:]
    return "\n".join(
        ["Jupyter Book did not build the pages without warnings:", *shown, f"Full log: {log}"]
    )
