"""What the chapter can be asked to do differently."""

from typing import Annotated

from pydantic import Field

from gcbook.chapters.fields import NoiseDraws, Note, Real, Seed, Whole
from gcbook.chapters.parameters import OfMiniatures, OfStores


class Parameters(OfStores, OfMiniatures):
    """What the chapter can be asked to do differently."""

    noise_draws: NoiseDraws = Field(
        16, ge=2, le=32, description="draws of noise an image that the live figure has"
    )
    decay: Real = Field(
        7.0, ge=0, le=20, description="k of exp(−kt) at the start of the live figure"
    )
    bins: Whole = Field(8, ge=2, le=16, description="levels of noise, each of equal width in t")
    images_a_category: Annotated[Whole, Note(smoke=1)] = Field(
        2, ge=1, le=20, description="images of each category to restore"
    )
    seed: Seed = Field(0, description="seed of the resampling, the images and the noise")
