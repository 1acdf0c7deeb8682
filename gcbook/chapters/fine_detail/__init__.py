"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import CLUSTERED, WORLD, seed_of, whole
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {
        **WORLD,
        "images_a_category": whole(4, "images of each category to restore", ge=1, le=20, smoke=1),
        **CLUSTERED,
        "seed": seed_of("seed of the images, the noise and the resampling"),
    }
)
