"""Commands of the book: build, run a chapter, list chapters, serve, compare; and the lab."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from gcbook.cli.app import AsJson, BuiltBook, Overwrite, app, print_json, say
from gcbook.files.errors import InputError
from gcbook.files.extras import require

Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "-p",
        "--parameter",
        metavar="NAME VALUE",
        help="A parameter; repeatable.",
    ),
]


class _Pairs(TyperCommand):
    """Takes ``-p NAME VALUE``, too, where the parser knows options of one word."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        words, given = list(args), list[str]()
        while words:
            given.append(words.pop(0))
            if given[-1] in ("-p", "--parameter") and len(words) > 1 and "=" not in words[0]:
                given.append(f"{words.pop(0)}={words.pop(0)}")
        parsed: list[str] = super().parse_args(ctx, given)
        return parsed


@app.command(cls=_Pairs, rich_help_panel="Book")
def build(
    only: Annotated[
        str, typer.Option(metavar="CHAPTER", help="Execute only this chapter, then build.")
    ] = "",
    jobs: Annotated[
        int,
        typer.Option("--jobs", "-j", min=0, help="Chapters to execute at a time; 0: all cores."),
    ] = 0,
    parameters: Parameters = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Folder for all of it [_build]."),
    ] = None,
    solutions: Annotated[
        bool,
        typer.Option(
            "--solutions/--no-solutions", help="With or without the exercises' solutions."
        ),
    ] = True,
) -> None:
    """Execute the chapters that changed and build the book, in html of the folder.

    The folder is _build of the checkout, or of the current folder where there is none. With -p,
    which needs --output, all chapters that take a parameter get it, such as your own trials; claims
    that do not hold with them are marked.
    """
    require("papermill", "torch", "diffusers")
    from dataclasses import replace

    from gcbook.book.build import build_book
    from gcbook.book.chapters import find_chapters, given_parameters
    from gcbook.book.project import find_project
    from gcbook.files.locks import locked

    project = find_project(output)
    if parameters and output is None:
        raise InputError(
            "build: expected --output with -p, found none; a book with other parameters has a "
            "folder of its own: gcbook build -p trials my-results -o mybook."
        )
    given = given_parameters(find_chapters(project), _values(parameters))
    project = replace(project, given=given)
    with locked(project.build, "building the book"):
        built = build_book(project, only, jobs, say, solutions=solutions)
    executed = ", ".join(built.executed) or "none"
    typer.echo(f"executed: {executed}; pages {'written' if built.pages else 'unchanged'}")
    typer.echo(str(project.html / "index.html"))


@app.command(cls=_Pairs, rich_help_panel="Book")
def run(
    chapter: Annotated[str, typer.Argument(help="Chapter to run, as listed by gcbook chapters.")],
    parameters: Parameters = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Folder to write to. Default: runs/CHAPTER, replaced each run."
        ),
    ] = None,
    overwrite: Overwrite = False,
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
    values: dict[str, Any] = _values(parameters)
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
        str, typer.Argument(help="Show this chapter's parameters.", metavar="[CHAPTER]")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the chapters, or one chapter's parameters: defaults and meaning."""
    from gcbook.book.chapters import find_chapters, pick_chapter
    from gcbook.book.project import find_project

    project = find_project()
    found = [pick_chapter(project, name)] if name else find_chapters(project)
    details = [
        {"name": each.name, "title": each.title, "parameters": _parameters(each.name)}
        for each in found
    ]
    if as_json:
        print_json(details[0] if name else details)
    elif name:
        typer.echo(f"{name}: {found[0].title}")
        for one in _parameters(name):
            typer.echo(f"  {one['name']} = {one['default']!r}: {one['meaning']}")
    else:
        width = max(len(each.name) for each in found)
        for each in found:
            typer.echo(f"{each.name:{width}}  {each.title}")


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


def _values(parameters: Sequence[str] | None) -> dict[str, str]:
    values: dict[str, str] = {}
    for parameter in parameters or ():
        name, equals, value = parameter.partition("=")
        if not equals:
            raise InputError(f"-p {name}: expected a name and a value, found no value.")
        if name in values:
            raise InputError(f"-p {name}: given twice.")
        values[name] = value
    return values
