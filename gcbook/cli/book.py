"""Commands of the book: build, run a chapter, list chapters, serve, compare; and the lab."""

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gcbook.cli.app import AsJson, BuiltBook, OpenCommand, app, print_json, say
from gcbook.files.errors import InputError
from gcbook.files.extras import require


class _Pairs(OpenCommand):
    """``-p NAME VALUE`` and ``-p NAME=VALUE``."""

    names = ("-p", "--parameter")

    def take(self, words: list[str]) -> Iterator[str]:
        word = words.pop(0)
        whole = re.match(r"[A-Za-z_]\w*=", word) or not words
        yield word if whole else f"{word}={words.pop(0)}"


@app.command(cls=_Pairs, rich_help_panel="Book")
def build(
    only: Annotated[
        str,
        typer.Option(
            metavar="CHAPTER",
            help="Execute only this chapter, then build.",
        ),
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
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="Folder for the book and all that is made on the way [_build].",
        ),
    ] = None,
    solutions: Annotated[
        bool,
        typer.Option(
            "--solutions/--no-solutions", help="With or without the exercises' solutions."
        ),
    ] = True,
) -> None:
    """Execute the chapters that changed and build the book, in html of the folder.

    The folder is _build of the checkout, or of the current folder where there is none. With -p, the
    whole book is built with other parameters, such as your own trials; claims that do not hold with
    them are marked.
    """
    require("papermill", "torch", "diffusers")
    from dataclasses import replace

    from gcbook.book.build import build_book
    from gcbook.book.chapters import find_chapters
    from gcbook.book.project import find_project
    from gcbook.book.variant import given_parameters
    from gcbook.files.locks import locked

    project = find_project(output)
    if parameters and output is None:
        raise InputError(
            "build: expected --output with -p, found none; a book with other parameters has a "
            "folder of its own: gcbook build -p trials my-results -o mybook."
        )
    given = given_parameters(find_chapters(project), _pairs(parameters or []))
    project = replace(project, given=given)
    with locked(project.build, "building the book"):
        built = build_book(project, only, jobs, say, solutions=solutions)
    executed = ", ".join(built.executed) or "none"
    typer.echo(f"executed: {executed}; pages {'written' if built.pages else 'unchanged'}")
    typer.echo(str(project.html / "index.html"))


@app.command(cls=_Pairs, rich_help_panel="Book")
def run(
    chapter: Annotated[
        str,
        typer.Argument(
            help="Chapter to run, as listed by gcbook chapters.",
        ),
    ],
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
) -> None:
    """Run one chapter with other parameters: an executed notebook and a self-contained page."""
    require("papermill")
    from gcbook.book.chapters import pick_chapter
    from gcbook.book.project import find_project
    from gcbook.book.run import run_chapter
    from gcbook.chapters.parameters import CHAPTERS, SMOKE

    project = find_project()
    values: dict[str, Any] = _pairs(parameters or [])
    if smoke:
        taken = CHAPTERS[pick_chapter(project, chapter).name].model_fields
        values = {name: SMOKE[name] for name in taken if name in SMOKE} | values
    folder, replace = output or Path("runs") / chapter, overwrite or output is None
    bar = sys.stderr.isatty()
    for path in run_chapter(project, chapter, values, folder, overwrite=replace, progress=bar):
        typer.echo(str(path))


@app.command(rich_help_panel="Book")
def chapters(
    name: Annotated[
        str,
        typer.Argument(
            help="Show this chapter's parameters.",
            metavar="[CHAPTER]",
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the chapters, or one chapter's parameters: defaults and meaning."""
    from gcbook.book.chapters import find_chapters, pick_chapter
    from gcbook.book.project import find_project

    project = find_project()
    found = [pick_chapter(project, name)] if name else find_chapters(project)
    if as_json:
        details = [
            {"name": chapter.name, "title": chapter.title, "parameters": _parameters(chapter.name)}
            for chapter in found
        ]
        print_json(details[0] if name else details)
    elif name:
        typer.echo(f"{name}: {found[0].title}")
        for each in _parameters(name):
            typer.echo(f"  {each['name']} = {each['default']!r}: {each['meaning']}")
    else:
        width = max(len(chapter.name) for chapter in found)
        for chapter in found:
            typer.echo(f"{chapter.name:{width}}  {chapter.title}")


def _parameters(chapter: str) -> list[dict[str, Any]]:
    """What a chapter can be asked to do differently, ready for JSON."""
    from gcbook.chapters.parameters import CHAPTERS, defaults

    fields = CHAPTERS[chapter].model_fields
    return [
        {"name": name, "default": default, "meaning": fields[name].description}
        for name, default in defaults(chapter).items()
    ]


@app.command(rich_help_panel="Book")
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: any that is free.")] = 8000,
    book: BuiltBook = None,
) -> None:
    """Show the built book on this machine, to this machine alone."""
    from gcbook.book.project import find_project
    from gcbook.book.serve import HOST, book_server

    with book_server(find_project(book).html, port) as server:
        typer.echo(f"http://{HOST}:{server.server_address[1]}/ (Ctrl-C ends it)")
        server.serve_forever()


@app.command(rich_help_panel="Results")
def compare(before: Path, after: Path) -> None:
    """Print which numbers of two books or runs differ beyond their intervals; status 1 if any."""
    from gcbook.book.compare import compare_builds
    from gcbook.files.markdown import one_line

    for line in (lines := compare_builds(before, after)):
        typer.echo(one_line(line))
    raise typer.Exit(min(len(lines), 1))


@app.command(rich_help_panel="Book")
def course(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder to write to, not there yet or empty.")
    ],
    instructor: Annotated[
        bool, typer.Option("--instructor", help="With solutions, and run through.")
    ] = False,
) -> None:
    """Write the lab: eight notebooks with gaps to fill and checks, and the data they read.

    `gcbook check NOTEBOOK` says what the answers in one get.
    """
    from gcbook.book.course import write_course
    from gcbook.book.project import find_project

    made = write_course(find_project(), folder, instructor=instructor, report=say)
    for path in made:
        typer.echo(str(path))


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
