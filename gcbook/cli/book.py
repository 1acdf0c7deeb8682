"""Commands of the book: build it, run a chapter, list the chapters, serve."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gcbook.cli.app import OpenCommand, app
from gcbook.files.errors import InputError
from gcbook.files.interrupts import interruptible

Solutions = Annotated[
    bool,
    typer.Option("--solutions/--no-solutions", help="Show or leave out solutions of exercises."),
]


class _Pairs(OpenCommand):
    """``-p NAME VALUE`` and ``-p NAME=VALUE``."""

    option = "--parameter"

    def take(self, word: str, rest: list[str]) -> Iterator[str]:
        whole = re.match(r"[A-Za-z_]\w*=", word) or not rest
        yield word if whole else f"{word}={rest.pop(0)}"


_STOPPED = "stopped; the same command goes on with the chapters that are not finished"


@app.command(cls=_Pairs)
def build(
    only: Annotated[
        str, typer.Option(metavar="CHAPTER", help="Execute only this chapter, then build.")
    ] = "",
    jobs: Annotated[
        int,
        typer.Option("--jobs", "-j", min=0, help="Chapters to execute at a time; 0: all cores."),
    ] = 0,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "-p",
            "--parameter",
            metavar="NAME VALUE",
            help="A parameter, for all chapters that take it; repeatable; needs --output.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for a book with other parameters."),
    ] = None,
    solutions: Solutions = True,
) -> None:
    """Execute the chapters that changed and build the book in _build/html.

    With -p, build the whole book with other parameters, such as your own trials, in a folder of its
    own. Claims that do not hold with them are marked.
    """
    from gcbook.book.build import build_book
    from gcbook.book.progress import chapter_progress
    from gcbook.book.project import find_project
    from gcbook.book.variant import build_variant, check_folder
    from gcbook.files.locks import locked

    project = find_project()
    if (output is None) != (not parameters):
        found = "no folder" if output is None else "no parameter"
        raise InputError(
            f"build: expected -p with --output, found {found}; a book with other parameters takes "
            "both: gcbook build -p trials my-results -o mybook."
        )
    if output and only:
        raise InputError("--only: of a book with other parameters, all chapters are built.")
    if output:
        check_folder(output)
    with (
        interruptible(_STOPPED),
        locked(output or project.build, "building the book"),
        chapter_progress() as progress,
    ):
        shown = progress.report, progress.busy
        if output:
            values = _pairs(parameters or [])
            built = build_variant(project, values, output, jobs, *shown, solutions=solutions)
        else:
            built = build_book(project, only, jobs, *shown, solutions=solutions)
    executed = ", ".join(built.executed) or "none"
    typer.echo(f"executed: {executed}; pages {'written' if built.pages else 'unchanged'}")
    typer.echo(str((output or project.html) / "index.html"))


@app.command(cls=_Pairs)
def run(
    chapter: Annotated[str, typer.Argument(help="Chapter to run, as listed by gcbook chapters.")],
    parameters: Annotated[
        list[str] | None,
        typer.Option("-p", "--parameter", metavar="NAME VALUE", help="A parameter; repeatable."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Folder to write to. Default: runs/CHAPTER, replaced each run."
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace existing results.")
    ] = False,
    smoke: Annotated[
        bool,
        typer.Option("--smoke", help="Few draws and images: checks that it runs, no results."),
    ] = False,
    solutions: Solutions = True,
) -> None:
    """Run one chapter with other parameters: an executed notebook and a self-contained page."""
    from gcbook.book.chapters import pick_chapter
    from gcbook.book.progress import step_progress
    from gcbook.book.project import find_project
    from gcbook.book.run import run_chapter
    from gcbook.chapters.parameters import smoke_values

    project = find_project()
    values: dict[str, Any] = _pairs(parameters or [])
    if smoke:
        values = smoke_values(pick_chapter(project, chapter).name) | values
    folder = output or Path("runs") / chapter
    with (
        interruptible("stopped; what an earlier run left is there"),
        step_progress(f"Running {chapter}") as shown,
    ):
        made = run_chapter(
            project,
            chapter,
            values,
            folder,
            overwrite=overwrite or output is None,
            solutions=solutions,
            shown=shown,
        )
    for path in made:
        typer.echo(str(path))


@app.command()
def chapters(
    name: Annotated[str, typer.Argument(help="Show only this chapter.", metavar="[CHAPTER]")] = "",
) -> None:
    """List the chapters and their parameters, with defaults, allowed values and meaning."""
    from gcbook.book.chapters import find_chapters, pick_chapter
    from gcbook.book.project import find_project
    from gcbook.chapters.parameters import allowed, parameters_of

    project = find_project()
    found = [pick_chapter(project, name)] if name else find_chapters(project)
    for chapter in found:
        typer.echo(f"{chapter.name}: {chapter.title}")
        model = parameters_of(chapter.name)
        for parameter, info in model.model_fields.items():
            typer.echo(f"  {parameter} = {info.default!r}: {info.description}")
            typer.echo(f"      {allowed(model, parameter)}")


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1.")] = 8000,
) -> None:
    """Show the built book on this machine."""
    from gcbook.book.project import find_project
    from gcbook.book.serve import book_server

    with book_server(find_project(), port) as server:
        typer.echo(f"http://127.0.0.1:{server.server_address[1]}/ (Ctrl-C ends it)")
        server.serve_forever()


def _pairs(parameters: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals:
            raise InputError(f"-p {name}: expected a name and a value, found no value.")
        if name in values:
            raise InputError(f"-p {name}: given twice.")
        values[name] = value
    return values
