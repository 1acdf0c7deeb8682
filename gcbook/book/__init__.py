"""The book: chapters with parameters, executed, built, rerun and served."""

from gcbook.chapters.claims import check_claims
from gcbook.chapters.parameters import chosen_parameters

__all__ = ["check_claims", "chosen_parameters"]
