"""The command line: options to calls. What is heavy is imported inside the commands."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from gcbook.cli import book, claims, deciding, illusions, models, scoring, training, trials
from gcbook.cli.app import app
from gcbook.files.atomic import UNWRITABLE, UnwritableError
from gcbook.files.errors import GcbookError, InputError

__all__ = [
    "app",
    "book",
    "claims",
    "deciding",
    "illusions",
    "main",
    "models",
    "scoring",
    "training",
    "trials",
]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; errors that a user can mend are one message and an exit status.

    Status 2: something asked for is not allowed; 1: something failed.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(_repeat_prompts(_join_pairs(given)), prog_name="gcbook")
    except GcbookError as error:
        typer.echo(f"gcbook: {error}", err=True)
        sys.exit(2 if isinstance(error, InputError) else 1)
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        # The system does not tell which file a full disk has cut off.
        path = Path(error.filename or "a file")
        typer.echo(f"gcbook: {UnwritableError(path, error)}", err=True)
        sys.exit(1)


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


def _repeat_prompts(arguments: Sequence[str]) -> list[str]:
    # Nor an option with any number of values: each gets the option's name before it.
    if not arguments or arguments[0] != "illusions":
        return list(arguments)
    repeated: list[str] = []
    several = False
    for argument in arguments:
        if argument.startswith("-") and argument != "-":
            several = argument == "--prompts"
            repeated += [] if several else [argument]
        else:
            repeated += ["--prompts", argument] if several else [argument]
    return repeated
