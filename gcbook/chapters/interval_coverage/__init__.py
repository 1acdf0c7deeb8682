"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import path_of
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {"stored": path_of("a run that benchmarks/coverage stored; nothing: the one that ships")}
)
