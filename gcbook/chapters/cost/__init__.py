"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import CLUSTERED, evaluations_per_second, noise_draws, whole
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {
        "n_images": whole(
            4, "images of each test set to score anew, 0 for none", ge=0, le=160, smoke=1
        ),
        "rescore_draws": whole(4, "draws to score anew, 0 for none", ge=0, le=8, smoke=1),
        "noise_draws": noise_draws(32, "draws of noise or of masks an image", ge=1, le=10_000),
        "evaluations_per_second": evaluations_per_second(),
        **CLUSTERED,
    },
)
