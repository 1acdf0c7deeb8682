"""Command that checks files: whether they are as they were made, and what answers get."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from gcbook.cli.app import AsJson, app, print_json, say
from gcbook.files.errors import GcbookError, InputError

if TYPE_CHECKING:
    from gcbook.book.grading import Question

SHOWN = 20
"""Problems of one thing that are printed."""


class Checked(NamedTuple):
    """Something that was checked: where it lies, what it is, and what is wrong with it.

    Of a notebook with answers, ``questions`` has what each got.
    """

    path: Path
    about: str
    wrong: list[str]
    questions: "tuple[Question, ...]" = ()

    def lines(self) -> list[str]:
        """What is printed."""
        if self.questions:
            passed = sum(each.state == "passed" for each in self.questions)
            lines = [f"{passed} of {len(self.questions)} passed"]
            for each in self.questions:
                said = f": {each.said}" if each.said else ""
                lines.append(f"  {each.number} {each.title}: {each.state}{said}")
        else:
            n_wrong = len(self.wrong)
            lines = [f"{n_wrong} problem{'s' * (n_wrong != 1)}" if n_wrong else "whole"]
            lines += [f"  {line}" for line in self.wrong[:SHOWN]]
            if n_wrong > SHOWN:
                lines.append(f"  and {n_wrong - SHOWN} more")
        lines[0] = f"{self.path}: {self.about}: {lines[0]}"
        return lines

    def as_dict(self) -> dict[str, object]:
        """The same for scripts."""
        found = {"path": str(self.path), "about": self.about}
        if self.questions:
            return {**found, "questions": [each._asdict() for each in self.questions]}
        return {**found, "problems": self.wrong}


@app.command(rich_help_panel="Data")
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Stores, runs of training, built books, or folders of them; notebooks of the lab "
            "[what gcbook uses].",
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=1, help="Time that each notebook may take, in all.")
    ] = 120,
    as_json: AsJson = False,
) -> None:
    """Check that no file was changed, lost or added since it was made, a line each.

    Without PATH: what ships with gcbook, what was fetched, GCBOOK_DATA_DIR, and the built book.

    A notebook of the lab (`gcbook course`) is run, and says what each of its answers gets. Its code
    runs with your rights: check only notebooks that you would run yourself.

    The exit status is 1 if anything is wrong.
    """
    results = []
    for checked in _made(paths, seconds) if paths else _used():
        results.append(checked)
        if not as_json:
            typer.echo("\n".join(checked.lines()))
    if as_json:
        print_json([each.as_dict() for each in results])
    if any(each.wrong for each in results):
        raise typer.Exit(1)


def _used() -> Iterator[Checked]:
    """Check what the program reads by itself."""
    from gcbook.book.project import find_project
    from gcbook.files.manifest import DATA
    from gcbook.files.version import VERSION
    from gcbook.stimuli.photographs import photograph_folders, photograph_problems
    from gcbook.trials.originals import SOURCES, copies, problems

    yield _looked_at(DATA.folder, f"what ships with gcbook {VERSION}", DATA.problems)
    for kind, sources in SOURCES.items():
        for source in sources:
            for place in copies(kind, source):
                look = partial(problems, source, place)
                yield _looked_at(place, f"published {kind}, {source.content}", look)
    for folder in photograph_folders():
        yield Checked(folder, "fetched photographs", list(photograph_problems(folder)))
    try:
        html = find_project().html
    except GcbookError:
        return
    if html.is_dir():
        yield _book(html)


def _looked_at(path: Path, about: str, look: Callable[[], list[str]]) -> Checked:
    try:
        return Checked(path, about, look())
    except GcbookError as error:
        return Checked(path, about, [str(error)])


def _made(paths: list[Path], seconds: float) -> Iterator[Checked]:
    """Check what users made: what a path is, or all that lies below it."""
    for path in paths:
        if path.suffix == ".ipynb":
            yield _graded(path, seconds)
            continue
        found = False
        for folder, below, _ in os.walk(path.expanduser()):
            below[:] = sorted(name for name in below if not name.startswith("."))
            for checked in _checked(Path(folder)):
                found = True
                yield checked
        if not found:
            raise InputError(
                f"{path}: expected a store of scores, a run of training or a built book, or a "
                "folder that holds some, or a notebook of the lab, found none; of other files "
                "gcbook has no hashes."
            )


def _graded(path: Path, seconds: float) -> Checked:
    from gcbook.book.grading import grade_notebook
    from gcbook.book.project import find_project

    say(f"{path}: running its code, with your rights, for {seconds:g} seconds at most")
    lab, questions = grade_notebook(find_project(), path.expanduser(), seconds)
    wrong = [each.title for each in questions if each.state != "passed"]
    return Checked(path, f"lab {lab}", wrong, questions)


def _checked(folder: Path) -> Iterator[Checked]:
    from gcbook.files.artefacts import RUN_STATE, is_run, is_store

    if is_store(folder):
        from gcbook.scoring.store import store_problems

        yield Checked(folder, "a store of scores", store_problems(folder))
    if is_run(folder):
        from gcbook.miniworld.training.state import read_about

        def damage() -> list[str]:
            read_about(folder / RUN_STATE)
            return []

        yield _looked_at(folder, "a run of training", damage)
    if (folder / "index.html").is_file() and folder.with_name(f"{folder.name}.sha256").is_file():
        yield _book(folder)


def _book(html: Path) -> Checked:
    """Compare the files of a built book with the list that the build left next to it."""
    from gcbook.files.sums import changed_files

    listed = html.with_name(f"{html.name}.sha256")
    wrong = [f"{listed}: expected the hashes of the book's files, found none; build it again"]
    if listed.is_file():
        wrong = [
            f"{html / name}: expected the book's files as they were built, found one that was "
            "changed, added or removed"
            for name in changed_files(html, listed)
        ]
    return Checked(html, "the built book", wrong)
