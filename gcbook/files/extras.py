"""Libraries that not everybody needs: extras of the package, imported where they are used."""

from importlib import import_module
from types import ModuleType

from gcbook.files.errors import InputError


def import_extra(module: str, extra: str, why: str) -> ModuleType:
    """Import a library that an extra brings.

    Args:
        module: of the library.
        extra: of gcbook.
        why: it is needed, for the error.

    Raises:
        InputError: it is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise InputError(
            f"{why}; expected the library {module}, which is not installed ({error}). Install it "
            f"with pip install 'gcbook[{extra}]'."
        ) from error
