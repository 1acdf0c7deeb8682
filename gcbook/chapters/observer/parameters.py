"""The experiment has nothing to choose here: its reader chooses in the page."""

from gcbook.chapters.parameters import Declaration

__all__ = ["PARAMETERS"]

PARAMETERS = Declaration({})
