"""What the chapter can be asked to do differently."""

from pydantic import Field

from gcbook.chapters.fields import NoiseDraws, Real, Whole
from gcbook.chapters.parameters import OfMiniatures


class Parameters(OfMiniatures):
    """What the chapter can be asked to do differently."""

    images: Whole = Field(1280, ge=1, description="images to score with the large model")
    noise_draws: NoiseDraws = Field(
        32, ge=1, le=10_000, description="draws of noise or of masks an image"
    )
    evaluations_per_second: Real = Field(100.0, gt=0, le=1e9, description="what your device makes")
