"""Command that compares two runs of a chapter, or two books."""

from pathlib import Path
from typing import Annotated

import typer

from gcbook.cli.app import app
from gcbook.files.interrupts import interruptible

Place = Annotated[
    Path,
    typer.Argument(
        help="An executed notebook, its page, or a folder that gcbook run or gcbook build wrote."
    ),
]


@app.command(rich_help_panel="Results")
def compare(
    before: Place,
    after: Place,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with status 1 if there are differences.")
    ] = False,
) -> None:
    """Say which parameters, claims and numbers differ between two runs, or two books.

    A number is measured by its intervals: it changed by more than the interval, or stays inside.
    """
    from gcbook.book.compare import compare_runs, in_words

    with interruptible("stopped"):
        found = compare_runs(before, after)
    if as_json:
        import json

        typer.echo(json.dumps(found.as_dict(), indent=1, ensure_ascii=True))
    else:
        typer.echo("\n".join(in_words(found)))
    if exit_code and found.differ:
        raise typer.Exit(1)
