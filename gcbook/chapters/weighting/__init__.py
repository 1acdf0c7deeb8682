"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import (
    CLUSTERED,
    check_stores,
    noise_draws,
    number,
    seed_of,
    stores_of,
    whole,
)
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {
        "noise_draws": noise_draws(
            16, "draws of noise an image that the live figure has", ge=2, le=32
        ),
        "decay": number(7.0, "k of exp(−kt) at the start of the live figure", ge=0, le=20),
        "bins": whole(8, "levels of noise, each of equal width in t", ge=2, le=16),
        "images_a_category": whole(2, "images of each category to restore", ge=1, le=20, smoke=1),
        **CLUSTERED,
        "seed": seed_of("seed of the resampling, the images and the noise"),
        "stores": stores_of(),
    },
    check_files=check_stores,
)
