"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import CLUSTERED, WORLD, whole
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {
        **WORLD,
        "bins": whole(8, "levels of noise, each of equal width in t", ge=2, le=16),
        **CLUSTERED,
    }
)
