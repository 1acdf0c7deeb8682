"""The command line: options to calls. What is heavy is imported inside the commands."""

import re
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from gcbook.errors import GcbookError, InputError

__all__ = ["app", "main"]

app = typer.Typer(
    name="gcbook",
    help="Build, rerun and serve the book; score other models' trials with its benchmark.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        import gcbook

        typer.echo(f"gcbook {gcbook.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def build(
    only: Annotated[
        str, typer.Option(metavar="CHAPTER", help="Execute just this chapter, then set the pages.")
    ] = "",
    jobs: Annotated[
        int,
        typer.Option("--jobs", "-j", min=0, help="Chapters to execute at a time; 0: all cores."),
    ] = 0,
) -> None:
    """Execute the chapters that changed and build the book in _build/html."""
    from gcbook.book.build import build_book
    from gcbook.book.progress import chapter_progress
    from gcbook.book.project import find_project

    project = find_project()
    with chapter_progress() as progress:
        built = build_book(project, only, jobs, progress.report, progress.busy)
    executed = ", ".join(built.executed) or "none"
    typer.echo(f"executed: {executed}; pages {'written' if built.pages else 'unchanged'}")
    typer.echo(str(built.html / "index.html"))


@app.command()
def run(
    chapter: Annotated[str, typer.Argument(help="Chapter to run, as listed by gcbook chapters.")],
    parameters: Annotated[
        list[str] | None,
        typer.Option("-p", "--parameter", metavar="NAME VALUE", help="A parameter; repeatable."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder to write to. Default: runs/CHAPTER."),
    ] = None,
) -> None:
    """Run one chapter with other parameters: an executed notebook and a self-contained page."""
    from gcbook.book.project import find_project
    from gcbook.book.run import run_chapter

    project = find_project()
    values = _pairs(parameters or [])
    folder = output or Path("runs") / chapter
    with _notice(f"Running {chapter}"):
        made = run_chapter(project, chapter, values, folder)
    for path in made:
        typer.echo(str(path))


@app.command()
def chapters(
    name: Annotated[str, typer.Argument(help="Show this chapter alone.", metavar="[CHAPTER]")] = "",
) -> None:
    """List the chapters and their parameters, with defaults, allowed values and meaning."""
    from gcbook.book.chapters import find_chapters, pick_chapter
    from gcbook.book.parameters import CHAPTERS, allowed
    from gcbook.book.project import find_project

    project = find_project()
    found = [pick_chapter(project, name)] if name else find_chapters(project)
    for chapter in found:
        typer.echo(f"{chapter.name}: {chapter.title}")
        for parameter, info in CHAPTERS[chapter.name].model_fields.items():
            typer.echo(f"  {parameter} = {info.default!r}: {info.description}")
            typer.echo(f"      {allowed(CHAPTERS[chapter.name], parameter)}")


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1.")] = 8000,
) -> None:
    """Show the built book on this machine."""
    from gcbook.book.project import find_project
    from gcbook.book.serve import book_server

    with book_server(find_project(), port) as server:
        typer.echo(f"http://127.0.0.1:{server.server_address[1]}/ (Ctrl-C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            typer.echo("")


@app.command()
def benchmark(
    paths: Annotated[list[Path], typer.Argument(help="Folders, zips or CSV files of trials.")],
    format: Annotated[
        str,
        typer.Option(
            metavar="table|csv|json", help="How to print. Default: by the ending of --output."
        ),
    ] = "",
    output: Annotated[Path | None, typer.Option(help="Write to this file instead.")] = None,
    ci: Annotated[bool, typer.Option("--ci/--no-ci", help="Bootstrap intervals.")] = False,
    against: Annotated[
        str, typer.Option(metavar="published", help="Rank among the rows of the paper.")
    ] = "",
    datasets: Annotated[str, typer.Option(help="Dataset names, separated by commas.")] = "all",
    conditions: Annotated[
        str, typer.Option(metavar="benchmark|all", help="Conditions that count.")
    ] = "benchmark",
    zero_division: Annotated[
        str, typer.Option(metavar="nan|toolbox", help="Error consistency where it is 0/0.")
    ] = "nan",
    draws: Annotated[
        int | None, typer.Option(min=100, max=100_000, help="Bootstrap draws; with --ci [1000].")
    ] = None,
    confidence: Annotated[
        float | None, typer.Option(help="Coverage of the intervals; with --ci [0.95].")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Seed of the bootstrap; with --ci [0].")
    ] = None,
) -> None:
    """Compare models with humans: accuracy, consistency, rank and shape bias."""
    kind = format or (output.suffix.removeprefix(".").lower() if output else "")
    if kind not in ("table", "csv", "json"):
        if format:
            raise InputError(f"--format: expected table, csv or json; found {format!r}.")
        kind = "table"
    if against not in ("", "published"):
        raise InputError(f"--against: expected published, found {against!r}.")
    bootstrap = {"draws": draws, "confidence": confidence, "seed": seed}
    asked = {name: value for name, value in bootstrap.items() if value is not None}
    if asked and not ci:
        raise InputError(f"--{next(iter(asked))} is of the intervals: add --ci.")
    if output is not None and (output.is_dir() or not output.parent.is_dir()):
        raise InputError(f"--output: expected a file in a folder that exists, found {output}.")
    from gcbook.benchmark import benchmark_paths, format_benchmark
    from gcbook.settings import SummarySettings

    settings = SummarySettings.parse(
        datasets,
        conditions=conditions,
        zero_division=zero_division,
        **({"draws": 1000} | asked if ci else {"draws": 0}),
    )
    rows = benchmark_paths(paths, settings, against=against)
    printed = format_benchmark(rows, kind)
    if kind == "csv":
        # The other formats hold the notes themselves.
        for note in rows.attrs.get("notes", ()):
            typer.echo(note, err=True)
    if output is None:
        typer.echo(printed.rstrip("\n"))
    else:
        output.write_text(printed.rstrip("\n") + "\n", encoding="utf-8")
        typer.echo(str(output))


@app.command()
def fetch(
    what: Annotated[str, typer.Argument(metavar="trials|stimuli", help="What to get.")],
) -> None:
    """Get the original trials or stimuli from their repositories, verified."""
    if what not in ("trials", "stimuli"):
        raise InputError(f"expected trials or stimuli, found {what!r}.")
    from gcbook import fetch as originals

    paths = originals.fetch_trials() if what == "trials" else originals.fetch_stimuli()
    for path in paths:
        typer.echo(str(path))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; errors that a user can mend are one message and an exit status.

    Status 2: something asked for is not allowed; 1: something failed.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(_join_pairs(given), prog_name="gcbook")
    except GcbookError as error:
        typer.echo(f"gcbook: {error}", err=True)
        sys.exit(2 if isinstance(error, InputError) else 1)


def _join_pairs(arguments: Sequence[str]) -> list[str]:
    # Typer knows no repeated option with two values: NAME VALUE travels as NAME=VALUE.
    joined: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        joined.append(argument)
        if argument in ("-p", "--parameter") and joined[0] == "run":
            name = next(rest, None)
            if name is None:
                break
            complete = re.match(r"[A-Za-z_]\w*=", name)
            value = None if complete else next(rest, None)
            joined.append(name if value is None else f"{name}={value}")
    return joined


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


def _notice(message: str) -> AbstractContextManager[object]:
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(message)
