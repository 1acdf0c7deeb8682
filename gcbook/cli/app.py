"""The application that commands add themselves to."""

from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(
    name="gcbook",
    help="Build, rerun and serve the book; turn models into classifiers and compare them.",
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
