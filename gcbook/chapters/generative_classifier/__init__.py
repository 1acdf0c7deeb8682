"""A world of which everything is known."""

from typing import Annotated

from pydantic import Field

from gcbook.chapters import parameters
from gcbook.chapters.fields import Note, Real, Seed, Whole


class Parameters(parameters.Parameters):
    """What the chapter can be asked to do differently."""

    seed: Seed = Field(0, description="seed of the toy's images and noise")
    samples: Annotated[Whole, Note(smoke=100)] = Field(
        1000, ge=100, le=10_000, description="images behind the toy's accuracies"
    )
    grid: Annotated[Whole, Note(smoke=16)] = Field(
        40, ge=16, le=96, description="cells along each side of the maps of decisions"
    )
    coarse_sd: Real = Field(1.1, ge=0.3, le=3, description="standard deviation of a class's cloud")
    fine_sd: Real = Field(0.25, ge=0.05, le=1, description="standard deviation of a clump")
