"""What the chapter can be asked to do differently."""

from pydantic import Field

from gcbook.chapters import parameters
from gcbook.chapters.fields import Paths


class Parameters(parameters.Parameters):
    """What the chapter can be asked to do differently."""

    stored: Paths = Field(
        "", description="a run that benchmarks/coverage stored; nothing: the one that ships"
    )

    def check_files(self) -> None:
        """Refuse what is no such run."""
        from gcbook.chapters.interval_coverage.run import read_run

        read_run(self.stored)
