"""Command that checks whether what gcbook reads is what was published, shipped or made."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from gcbook.cli.app import app
from gcbook.files.errors import GcbookError, InputError

SHOWN = 20
"""Problems of one thing that are printed."""


class Checked(NamedTuple):
    """Something that was checked: where it lies, what it is, and what is wrong with it."""

    path: Path
    about: str
    wrong: list[str]


@app.command(rich_help_panel="Data")
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Stores, runs of training, built books, or folders of them [what gcbook uses].",
        ),
    ] = None,
) -> None:
    """Check that no file was changed, lost or added since it was made, a line each.

    Without PATH: what ships with gcbook, what was fetched, GCBOOK_DATA_DIR, and the built book. The
    exit status is 1 if anything is wrong.
    """
    wrong = False
    for path, about, found in _made(paths) if paths else _used():
        said = f"{len(found)} {'problem' if len(found) == 1 else 'problems'}" if found else "whole"
        typer.echo(f"{path}: {about}: {said}")
        for line in found[:SHOWN]:
            typer.echo(f"  {line}")
        if len(found) > SHOWN:
            typer.echo(f"  and {len(found) - SHOWN} more")
        wrong = wrong or bool(found)
    if wrong:
        raise typer.Exit(1)


def _used() -> Iterator[Checked]:
    """Check what the program reads by itself."""
    import gcbook
    from gcbook.book.project import find_project
    from gcbook.book.whole import chapter_problems
    from gcbook.files.manifest import DATA
    from gcbook.illusions.commons import illusion_problems
    from gcbook.trials.originals import SOURCES, copies, problems

    about = f"what ships with gcbook {gcbook.__version__}"
    yield Checked(DATA.folder, about, _look(DATA.problems))
    for kind, sources in SOURCES.items():
        for source in sources:
            for place in copies(kind, source):
                about = f"published {kind}, {source.content}"
                look = partial(problems, kind, source, place, rehash=True)
                yield Checked(place, about, _look(look))
    if pictures := illusion_problems():
        yield Checked(pictures[0], "fetched illusions", pictures[1])
    try:
        project = find_project()
    except GcbookError:
        return
    if project.chapters.is_dir():
        look = partial(chapter_problems, project)
        yield Checked(project.chapters, "executed chapters", _look(look))
    if project.html.is_dir():
        yield _book(project.html)


def _look(look: Callable[[], list[str]]) -> list[str]:
    try:
        return look()
    except GcbookError as error:
        return [str(error)]


def _made(paths: list[Path]) -> Iterator[Checked]:
    """Check what users made: what a path is, or all that lies below it."""
    for path in paths:
        found = False
        for folder in _folders(path):
            for checked in _checked(folder):
                found = True
                yield checked
        if not found:
            raise InputError(
                f"{path}: expected a store of scores, a run of training or a built book, or a "
                "folder that holds some, found none; of other files gcbook keeps no hashes."
            )


def _folders(path: Path) -> Iterator[Path]:
    for folder, below, _ in os.walk(path.expanduser()):
        below[:] = sorted(name for name in below if not name.startswith("."))
        yield Path(folder)


def _checked(folder: Path) -> Iterator[Checked]:
    from gcbook.files.artefacts import is_run, is_store

    if is_store(folder):
        from gcbook.scoring.store import store_problems

        yield Checked(folder, "a store of scores", store_problems(folder))
    if is_run(folder):
        from gcbook.miniworld.training.run import run_problems

        yield Checked(folder, "a run of training", run_problems(folder))
    if (folder / "index.html").is_file() and folder.with_name(f"{folder.name}.sha256").is_file():
        yield _book(folder)


def _book(html: Path) -> Checked:
    from gcbook.book.whole import book_problems

    return Checked(html, "the built book", book_problems(html))
