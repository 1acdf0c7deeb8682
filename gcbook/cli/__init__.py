"""The command line: options to calls. What is heavy is imported inside the commands."""

import io
import sys
from collections.abc import Sequence

from gcbook.cli import (
    book,
    checking,
    claims,
    deciding,
    illusions,
    models,
    scoring,
    training,
    trials,
)
from gcbook.cli.app import app, say
from gcbook.files.errors import GcbookError, InputError, system_reason
from gcbook.files.extras import missing

__all__ = [
    "app",
    "book",
    "checking",
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

    Status 2: something asked for is not allowed; 1: something failed; 128 and the number of a
    signal: that asked the command to end.

    Args:
        arguments: those of the process by default.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a letter shows a question mark.
            stream.reconfigure(errors="replace")
    try:
        app(None if arguments is None else list(arguments), prog_name="gcbook")
    except GcbookError as error:
        say(f"gcbook: {error}")
        sys.exit(2 if isinstance(error, InputError) else 1)
    except ModuleNotFoundError as error:
        if not (said := missing(error.name or "")):
            raise
        say(f"gcbook: {said}")
        sys.exit(1)
    except OSError as error:
        # The system does not say which file a full disk has cut off.
        say(f"gcbook: {error.filename or 'a file'}: {system_reason(error)}.")
        sys.exit(1)
