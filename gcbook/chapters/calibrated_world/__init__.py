"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import CLUSTERED, path_of
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {"worlds": path_of("a folder of gcbook worlds; nothing: what ships"), **CLUSTERED}
)
