"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import CLUSTERED, evaluations_per_second, noise_draws, whole
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {
        "images": whole(1280, "images to score with the large model", ge=1),
        "noise_draws": noise_draws(32, "draws of noise or of masks an image", ge=1, le=10_000),
        "evaluations_per_second": evaluations_per_second(),
        **CLUSTERED,
    }
)
