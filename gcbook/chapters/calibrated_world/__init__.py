"""What the chapter can be asked to do differently."""

from pydantic import Field

from gcbook.chapters.fields import FewerDraws, Paths
from gcbook.chapters.parameters import OfMiniatures


class Parameters(OfMiniatures):
    """What the chapter can be asked to do differently."""

    worlds: Paths = Field("", description="a folder of gcbook worlds; nothing: what ships")
    # As many as where shape bias comes from, so that what noise changes has one interval.
    draws: FewerDraws = Field(10_000, description="resamples of silhouettes behind the intervals")

    def check_files(self) -> None:
        """Refuse a folder that is no map of worlds."""
        if self.worlds:
            from gcbook.miniworld.results.worlds import trained_in_worlds

            trained_in_worlds(self.worlds)
