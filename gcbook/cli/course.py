"""Command of the lab: its notebooks, for students and for whoever teaches."""

from pathlib import Path
from typing import Annotated

import typer

from gcbook.cli.app import app, say
from gcbook.files.interrupts import interruptible


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

    with interruptible("stopped; nothing was written"):
        made = write_course(find_project(), folder, instructor=instructor, report=say)
    for path in made:
        typer.echo(str(path))
