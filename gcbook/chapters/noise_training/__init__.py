"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import CLUSTERED, WORLD, models_of, noise_draws, path_of, seed_of, whole
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {
        **WORLD,
        "models": models_of("discriminative miniatures to compare"),
        "noise_draws": noise_draws(10, "noised versions of an image", ge=1, le=100),
        "trained": path_of("a folder to train networks in and to show; nothing: what ships"),
        "train": whole(1, "networks of each kind to train in that folder", ge=1, le=20),
        "steps": whole(0, "of each of these trainings, 0 for the recipe's", ge=0, le=10**7),
        **CLUSTERED,
        "seed": seed_of("seed of the noise and of the resampling"),
    },
    needs={"train": "trained", "steps": "trained"},
    replaced={"models": "trained"},
)
