"""The application that commands add themselves to."""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from gcbook.files.interrupts import interruptible
from gcbook.files.naming import UNSEEN

PANELS = ("Book", "Results", "Models and scores", "Data", "Miniatures")
"""Groups of commands (``rich_help_panel``), in the order of the help."""

SENTENCE = 120
"""Characters that the first sentence of a command's help has at most; it folds."""


class _Commands(TyperGroup):
    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands in their groups."""
        commands = [(name, self.get_command(ctx, name)) for name in sorted(self.list_commands(ctx))]
        for panel in PANELS:
            with formatter.section(panel):
                formatter.write_dl(
                    [
                        (name, command.get_short_help_str(SENTENCE))
                        for name, command in commands
                        if command and getattr(command, "rich_help_panel", "") == panel
                    ]
                )

    def invoke(self, ctx: Any) -> Any:
        with interruptible():
            return super().invoke(ctx)


app = typer.Typer(
    name="gcbook",
    cls=_Commands,
    help="Build, rerun and serve the book; turn models into classifiers and compare them.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

BuiltBook = Annotated[
    Path | None,
    typer.Option("--book", metavar="FOLDER", help="What gcbook build wrote with --output."),
]
"""Where a built book lies that is not in ``_build``."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
"""For scripts."""

Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")]

Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace existing results.")]

Norm = Literal["l2", "l1"]


def _version(wanted: bool) -> None:
    if wanted:
        from gcbook.files.version import VERSION

        typer.echo(f"gcbook {VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


def say(line: str) -> None:
    """Print progress or a warning, which are no results: to standard error.

    What a name that is quoted could make the terminal do is shown, not done.
    """
    lines = (re.sub(UNSEEN, "\N{REPLACEMENT CHARACTER}", each) for each in line.split("\n"))
    with suppress(OSError):  # the terminal may be gone, and what is done goes on
        typer.echo("\n".join(lines), err=True)


def first_of(names: Iterable[str], shown: int = 5) -> str:
    """The first of some names, and how many more there are."""
    listed = list(names)
    more = f" and {len(listed) - shown} more" if len(listed) > shown else ""
    return ", ".join(listed[:shown]) + more


def print_json(value: object) -> None:
    """Print what JSON knows, for scripts."""
    import json

    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
