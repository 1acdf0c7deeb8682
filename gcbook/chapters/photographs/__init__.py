"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import CLUSTERED
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(dict(CLUSTERED))
