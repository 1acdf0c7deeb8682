"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import COMMON, check_conflicts
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(COMMON, check=check_conflicts)
