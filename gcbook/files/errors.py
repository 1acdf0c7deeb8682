"""The errors that a user can cause and mend.

Every message says what was expected, what was found, where, and what to do about it. The command
line prints the message alone; a traceback would only hide it.
"""

import os


class GcbookError(Exception):
    """Something went wrong that the message explains."""


class InputError(GcbookError, ValueError):
    """A file, a parameter or an argument is not what was asked for."""


class DataNotFoundError(GcbookError, FileNotFoundError):
    """Data that a computation needs is not on this machine."""


def system_reason(error: Exception) -> str:
    """Return why something failed, as part of a sentence: in the system's words if it has any."""
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number).lower() if number else str(error)
