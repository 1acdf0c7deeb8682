"""The book: chapters with parameters, executed, built, rerun and served."""

from gcbook.book.parameters import check_parameters

__all__ = ["check_parameters"]
