"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import COMMON
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(COMMON)
