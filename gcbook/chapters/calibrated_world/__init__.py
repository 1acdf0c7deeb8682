"""What the chapter can be asked to do differently."""

from typing import Any

from gcbook.chapters.fields import CLUSTERED, draws_of, path_of
from gcbook.chapters.parameters import Declaration


def _check_map(parameters: Any) -> None:
    if parameters.worlds:
        from gcbook.miniworld.results.worlds import trained_in_worlds

        trained_in_worlds(parameters.worlds)


PARAMETERS = Declaration(
    {
        "worlds": path_of("a folder of gcbook worlds; nothing: what ships"),
        **CLUSTERED,
        # As many as where shape bias comes from, so that what noise changes has one interval.
        "draws": draws_of("resamples of silhouettes behind the intervals", 10_000, most=10_000),
    },
    check_files=_check_map,
)
