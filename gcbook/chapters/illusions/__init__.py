"""What the chapter can be asked to do differently."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from gcbook.chapters.fields import Model, Seed
from gcbook.chapters.parameters import OfMiniatures
from gcbook.files.errors import InputError
from gcbook.illusions import commons


class Parameters(OfMiniatures):
    """What the chapter can be asked to do differently."""

    model: Model = Field("", description="a model that knows photographs, for the paper's pictures")
    seed: Seed = Field(0, description="seed of the noise and of the resampling")

    @classmethod
    def files(cls) -> Mapping[str, Path]:
        """The paper's pictures, which may have been fetched since the page was made."""
        return commons.find_illusions()

    def check(self) -> None:
        """Refuse a model where the pictures are not that it is for."""
        if self.model and not commons.find_illusions():
            raise InputError(
                f"model: {self.model!r} has no effect where the paper's pictures are not; "
                "`gcbook fetch illusions` gets them, or leave it out."
            )

    def check_files(self) -> None:
        """Refuse a model of another kind."""
        if self.model:
            from gcbook.classifiers.load import check_kind

            check_kind(self.model, ("diffusion", "masked"))
