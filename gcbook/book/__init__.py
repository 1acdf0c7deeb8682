"""The book: chapters with parameters, executed, built, rerun and served."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gcbook.chapters.claims import check_claims
    from gcbook.chapters.parameters import chosen_parameters

__all__ = ["check_claims", "chosen_parameters"]


def __getattr__(name: str) -> Any:
    # Processes that execute and set chapters import this package too, and need neither.
    match name:
        case "check_claims":
            from gcbook.chapters.claims import check_claims

            return check_claims
        case "chosen_parameters":
            from gcbook.chapters.parameters import chosen_parameters

            return chosen_parameters
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
