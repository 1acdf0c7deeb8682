"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import CLUSTERED, draws_of, path_of
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {
        "worlds": path_of("a folder of gcbook worlds; nothing: what ships"),
        **CLUSTERED,
        # As many as where shape bias comes from, so that what noise changes has one interval.
        "draws": draws_of("resamples of silhouettes behind the intervals", 10_000, most=10_000),
    }
)
