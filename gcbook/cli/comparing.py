"""Command that compares two books, or two runs of a chapter."""

from pathlib import Path

import typer

from gcbook.cli.app import app


@app.command(rich_help_panel="Results")
def compare(before: Path, after: Path) -> None:
    """Print which numbers of two books or runs differ beyond their intervals; status 1 if any."""
    from gcbook.book.compare import compare_builds
    from gcbook.files.markdown import one_line

    for line in (lines := compare_builds(before, after)):
        typer.echo(one_line(line))
    raise typer.Exit(min(len(lines), 1))
