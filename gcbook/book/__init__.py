"""The book: chapters with parameters, executed, built, rerun and served."""

from gcbook.book.choices import check_parameters

__all__ = ["check_parameters"]
