"""What the chapter can be asked to do differently: nothing."""

from gcbook.chapters.parameters import Declaration

__all__ = ["PARAMETERS"]

PARAMETERS = Declaration({})
