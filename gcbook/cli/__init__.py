"""The command line: options to calls. What is heavy is imported inside the commands."""

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

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
from gcbook.files.atomic import UNWRITABLE, UnwritableError
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.extras import missing
from gcbook.files.interrupts import Interrupted, end_in_time, end_now

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
        arguments: those of the process by default, which then ends in time when it is asked to.
    """
    if arguments is None:
        end_in_time()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a letter shows a question mark.
            stream.reconfigure(errors="replace")
    try:
        app(None if arguments is None else list(arguments), prog_name="gcbook")
    except Interrupted as end:
        if arguments is None:
            # Python would wait for threads, such as those that download.
            end_now(end.code)
        raise
    except GcbookError as error:
        say(f"gcbook: {error}")
        sys.exit(2 if isinstance(error, InputError) else 1)
    except ModuleNotFoundError as error:
        if not (said := missing(error.name or "")):
            raise
        say(f"gcbook: {said}")
        sys.exit(1)
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        # The system does not say which file a full disk has cut off.
        name = error.filename or "a file"
        said = str(UnwritableError(Path(name), error))
        if isinstance(error, PermissionError):
            # Nor does it say whether the file was to be read or written.
            said = (
                f"{name}: expected a file or folder that you may open, found that you may not: "
                f"{os.strerror(error.errno).lower()}. Change its permissions, or choose another."
            )
        say(f"gcbook: {said}")
        sys.exit(1)
