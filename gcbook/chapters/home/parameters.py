"""The landing page has nothing to choose."""

from gcbook.chapters.parameters import Declaration

__all__ = ["PARAMETERS"]

PARAMETERS = Declaration({})
