"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import CLUSTERED, WORLD, models_of, noise_draws, number, seed_of
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {
        **WORLD,
        "models": models_of("diffusion miniatures to weigh"),
        "noise_draws": noise_draws(
            16, "draws of noise an image that the live figure has", ge=2, le=32
        ),
        "decay": number(7.0, "k of exp(−kt) at the start of the live figure", ge=0, le=20),
        **CLUSTERED,
        "seed": seed_of("seed of the resampling and of the images"),
    }
)
