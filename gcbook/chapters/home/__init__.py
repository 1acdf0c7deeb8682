"""The landing page."""

from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration({})
