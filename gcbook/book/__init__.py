"""The book: chapters with parameters, executed, built, rerun and served."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gcbook.chapters.parameters import chosen_parameters

__all__ = ["chosen_parameters"]


def __getattr__(name: str) -> Any:
    # Processes that execute and set chapters import this package too, and do not need it.
    if name == "chosen_parameters":
        from gcbook.chapters.parameters import chosen_parameters

        return chosen_parameters
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
